//! Rules on the Android app, which is to stay a thing that draws.

use super::{Files, kotlin};

/// What can be read in one sitting.
pub(super) fn thin_app(files: &Files) -> Vec<String> {
    let lines = kotlin::written(app(files));
    let fat = lines > MOST_LINES;
    fat.then(|| format!("android: the app has {lines} lines, at most {MOST_LINES}"))
        .into_iter()
        .collect()
}

/// The words of the core by themselves: a view may have a name made of one.
pub(super) fn no_core_knowledge(files: &Files) -> Vec<String> {
    kotlin::core_words(app(files), |line, word| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|said| said == word)
    })
}

fn app(files: &Files) -> impl Iterator<Item = (&String, &String)> {
    let ours = |path: &str| {
        ["android/ui/src/main/", "android/app/src/main/"].iter().any(|part| path.starts_with(part))
    };
    files.iter().filter(move |(path, _)| ours(path) && path.ends_with(".kt"))
}

const MOST_LINES: usize = 2300;

#[cfg(test)]
mod tests {
    use super::super::tests::one;
    use super::*;

    #[test]
    fn a_line_that_is_no_import_counts() {
        let path = "android/ui/src/main/kotlin/App.kt";
        let text = |lines: usize| format!("package a\n\nimport b\n{}", "x\n".repeat(lines));
        assert_eq!(thin_app(&one(path, &text(2300))).len(), 0);
        assert_eq!(thin_app(&one(path, &text(2301))).len(), 1);
        assert_eq!(thin_app(&one("android/ui/src/test/kotlin/A.kt", &text(2301))).len(), 0);
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
