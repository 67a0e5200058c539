//! Rules on the Swift package and the app, which are to stay things that hand on and draw.

use super::{Files, kotlin};

/// The façade is read before it is used; what it stands on is read by who changes it.
pub(super) fn thin_facade(files: &Files) -> Vec<String> {
    let inside = |path: &str| path.starts_with(INSIDE);
    let facade = written(files, |path| path.starts_with(FACADE) && !inside(path));
    let behind = written(files, inside);
    [(FACADE, facade), (INSIDE, behind)]
        .into_iter()
        .filter(|(_, lines)| *lines > MOST_OF_THE_FACADE)
        .map(|(place, lines)| format!("{place}: {lines} lines, at most {MOST_OF_THE_FACADE}"))
        .collect()
}

/// What an app is given stands where an app's author reads.
pub(super) fn nothing_public_inside(files: &Files) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with(INSIDE)) {
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start().starts_with("public ") || line.trim_start().starts_with("open ") {
                complaints.push(format!("{path}:{number}: what is public belongs in the façade"));
            }
        }
    }
    complaints
}

/// What can be read in one sitting.
pub(super) fn thin_app(files: &Files) -> Vec<String> {
    let lines = written(files, is_app);
    let fat = lines > MOST_OF_THE_APP;
    Vec::from_iter(
        fat.then(|| format!("ios: the app has {lines} lines, at most {MOST_OF_THE_APP}")),
    )
}

/// The words of the core: names made of them in the façade, by themselves in the app.
pub(super) fn no_core_knowledge(files: &Files) -> Vec<String> {
    let ours = |part: fn(&str) -> bool| {
        files.iter().filter(move |(path, _)| part(path) && path.ends_with(".swift"))
    };
    let facade = ours(|path| path.starts_with(FACADE));
    // The names of Apple's keychain begin with `kSec`, and some go on with `Ret`.
    let mut complaints =
        kotlin::core_words(facade, |line, word| line.replace("ksec", "").contains(word));
    complaints.extend(kotlin::core_words(ours(is_app), |line, word| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|said| said == word)
    }));
    complaints
}

fn is_app(path: &str) -> bool {
    path.starts_with("ios/Sources/CountersignApp/") || path.starts_with("ios/App/")
}

/// Lines that somebody wrote, but for the imports.
fn written(files: &Files, part: impl Fn(&str) -> bool) -> usize {
    let sources = files.iter().filter(|(path, _)| part(path) && path.ends_with(".swift"));
    let lines = sources.flat_map(|(_, text)| text.lines()).map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.contains("import ")).count()
}

const FACADE: &str = "ios/Sources/Countersign/";
const INSIDE: &str = "ios/Sources/Countersign/Inside/";
const MOST_OF_THE_FACADE: usize = 450;
const MOST_OF_THE_APP: usize = 2000;

#[cfg(test)]
mod tests {
    use super::super::tests::one;
    use super::*;

    fn text(lines: usize) -> String {
        format!(
            "import Foundation\n\n@preconcurrency import A\n{}",
            "package func a() {}\n".repeat(lines)
        )
    }

    #[test]
    fn a_line_that_is_no_import_counts() {
        let facade = |path: &str, lines| thin_facade(&one(path, &text(lines))).len();
        assert_eq!(facade("ios/Sources/Countersign/A.swift", 450), 0);
        assert_eq!(facade("ios/Sources/Countersign/A.swift", 451), 1);
        assert_eq!(facade("ios/Sources/Countersign/Inside/A.swift", 451), 1);
        assert_eq!(facade("ios/Tests/CountersignTests/A.swift", 451), 0);
        let app = |path: &str, lines| thin_app(&one(path, &text(lines))).len();
        assert_eq!(app("ios/Sources/CountersignApp/Views/A.swift", 2000), 0);
        assert_eq!(app("ios/Sources/CountersignApp/Views/A.swift", 2001), 1);
        assert_eq!(app("ios/StandIns/SwiftUI/A.swift", 2001), 0);
    }

    #[test]
    fn what_is_public_inside_is_named() {
        let public = "/// A.\npublic struct A {}\n    public func b() {}\npackage func c() {}\n";
        assert_eq!(
            nothing_public_inside(&one("ios/Sources/Countersign/Inside/A.swift", public)).len(),
            2
        );
        assert_eq!(nothing_public_inside(&one("ios/Sources/Countersign/A.swift", public)).len(), 0);
    }

    #[test]
    fn the_words_of_the_core_are_found_outside_of_strings() {
        let said = |path: &str, line: &str| no_core_knowledge(&one(path, line)).len();
        let (facade, app) =
            ("ios/Sources/Countersign/Inside/A.swift", "ios/Sources/CountersignApp/A.swift");
        assert_eq!(said(facade, "let shortSecret = 1"), 1);
        assert_eq!(said(facade, "kSecReturnData: true"), 0);
        assert_eq!(said(app, "let shortSecret = 1"), 0);
        assert_eq!(said(app, "let secret = 1"), 1);
        assert_eq!(said(app, "Base32()"), 1);
        assert_eq!(said(app, "scheme == \"otpauth\""), 0);
    }
}
