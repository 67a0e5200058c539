//! What the rules on the Kotlin package and those on the app count and look for alike.

/// A file's path and text.
type Source<'a> = (&'a String, &'a String);

/// Lines that somebody wrote, but for the imports.
pub(super) fn written<'a>(sources: impl Iterator<Item = Source<'a>>) -> usize {
    let lines = sources.flat_map(|(_, text)| text.lines()).map(str::trim);
    let counted = lines.filter(|line| {
        !line.is_empty() && !line.starts_with("import ") && !line.starts_with("package ")
    });
    counted.count()
}

/// Who says a word of the core does what the core does. `says` tells whether a line, in lower case and
/// without what lies within quotation marks, says a word.
pub(super) fn core_words<'a>(
    sources: impl Iterator<Item = Source<'a>>,
    says: fn(&str, &str) -> bool,
) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in sources {
        for (number, line) in (1..).zip(text.lines()) {
            // Every second piece lies within quotation marks.
            let outside: Vec<_> = line.split('"').step_by(2).collect();
            let outside = outside.join(" ").to_lowercase();
            if let Some(word) = CORE_WORDS.iter().find(|word| says(&outside, word)) {
                complaints.push(format!("{path}:{number}: `{word}` is for the core to know"));
            }
        }
    }
    complaints
}

const CORE_WORDS: &[&str] = &["secret", "base32", "hmac", "otpauth"];
