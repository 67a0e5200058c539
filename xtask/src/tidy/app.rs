//! Rules on the Android app, which is to stay a thing that draws.

use super::Files;

/// What can be read in one sitting.
pub(super) fn thin_app(files: &Files) -> Vec<String> {
    let written = app(files).flat_map(|(_, text)| text.lines()).map(str::trim);
    let counted = written.filter(|line| {
        !line.is_empty() && !line.starts_with("import ") && !line.starts_with("package ")
    });
    let lines = counted.count();
    let fat = lines > MOST_LINES;
    fat.then(|| format!("android: the app has {lines} lines, at most {MOST_LINES}"))
        .into_iter()
        .collect()
}

/// Who says these words does what the core does.
pub(super) fn no_core_knowledge(files: &Files) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in app(files) {
        for (number, line) in (1..).zip(text.lines()) {
            // Every second piece lies within quotation marks.
            let outside: String = line.split('"').step_by(2).collect::<Vec<_>>().join(" ");
            let outside = outside.to_lowercase();
            let mut words = outside.split(|c: char| !c.is_alphanumeric() && c != '_');
            if let Some(word) = words.find(|word| CORE_WORDS.contains(word)) {
                complaints.push(format!("{path}:{number}: `{word}` is for the core to know"));
            }
        }
    }
    complaints
}

fn app(files: &Files) -> impl Iterator<Item = (&String, &String)> {
    let ours = |path: &str| {
        ["android/ui/src/main/", "android/app/src/main/"].iter().any(|part| path.starts_with(part))
    };
    files.iter().filter(move |(path, _)| ours(path) && path.ends_with(".kt"))
}

const MOST_LINES: usize = 2000;
const CORE_WORDS: &[&str] = &["secret", "base32", "hmac", "otpauth"];

#[cfg(test)]
mod tests {
    use super::super::tests::one;
    use super::*;

    #[test]
    fn a_line_that_is_no_import_counts() {
        let path = "android/ui/src/main/kotlin/App.kt";
        let text = |lines: usize| format!("package a\n\nimport b\n{}", "x\n".repeat(lines));
        assert_eq!(thin_app(&one(path, &text(2000))).len(), 0);
        assert_eq!(thin_app(&one(path, &text(2001))).len(), 1);
        assert_eq!(thin_app(&one("android/ui/src/test/kotlin/A.kt", &text(2001))).len(), 0);
    }

    #[test]
    fn the_words_of_the_core_are_found_outside_of_strings() {
        let said = |line: &str| no_core_knowledge(&one("android/app/src/main/A.kt", line)).len();
        assert_eq!(said("val secret = 1"), 1);
        assert_eq!(said("Hmac()"), 1);
        assert_eq!(said("// an otpauth link"), 1);
        assert_eq!(said("val scheme = \"otpauth\""), 0);
        assert_eq!(said("view.shortSecret"), 0);
    }
}
