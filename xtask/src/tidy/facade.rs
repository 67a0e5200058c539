//! Rules on the Kotlin package: it hands on, and what it is built with is the same twice.

use super::{Files, kotlin};

/// The façade is read before it is used. The device key is a subject of its own.
pub(super) fn thin_facade(files: &Files) -> Vec<String> {
    let facade = |path: &str| path.starts_with(MAIN) && !path.ends_with("/DeviceKey.kt");
    let lines = kotlin::written(sources(files).filter(|(path, _)| facade(path)));
    let fat = lines > MOST_LINES;
    Vec::from_iter(fat.then(|| format!("{MAIN}: {lines} lines, at most {MOST_LINES}")))
}

/// The words of the core, and names made of them.
pub(super) fn no_core_knowledge(files: &Files) -> Vec<String> {
    kotlin::core_words(sources(files), |line, word| line.contains(word))
}

/// What Gradle builds with is what Maven tested with.
pub(super) fn same_versions(files: &Files) -> Vec<String> {
    let (Some(gradle), Some(maven)) = (files.get(CATALOGUE), files.get(POM)) else {
        return Vec::new();
    };
    let lines = gradle.lines().skip_while(|line| *line != "[versions]").skip(1);
    let versions = lines.take_while(|line| !line.starts_with('[')).filter_map(|line| {
        let (name, version) = line.split_once('=')?;
        Some((name.trim(), version.trim().trim_matches('"')))
    });
    versions
        .filter(|(name, _)| !OF_GRADLE_ALONE.contains(name))
        .filter(|(name, version)| {
            !maven.contains(&format!("<{name}.version>{version}</{name}.version>"))
        })
        .map(|(name, version)| format!("{CATALOGUE}: {name} {version} is not what {POM} has"))
        .collect()
}

fn sources(files: &Files) -> impl Iterator<Item = (&String, &String)> {
    let ours = |path: &str| [MAIN, ANDROID].iter().any(|part| path.starts_with(part));
    files.iter().filter(move |(path, _)| ours(path) && path.ends_with(".kt"))
}

const MAIN: &str = "android/core/src/main/";
const ANDROID: &str = "android/core/src/android/";
const CATALOGUE: &str = "android/gradle/libs.versions.toml";
const POM: &str = "android/pom.xml";
const MOST_LINES: usize = 450;
const OF_GRADLE_ALONE: &[&str] = &["agp"];

#[cfg(test)]
mod tests {
    use super::super::tests::one;
    use super::*;

    #[test]
    fn a_line_that_is_no_import_counts() {
        let text = |lines: usize| format!("package a\n\nimport b\n{}", "x\n".repeat(lines));
        let facade = |path: &str, lines| thin_facade(&one(path, &text(lines))).len();
        assert_eq!(facade("android/core/src/main/kotlin/A.kt", 450), 0);
        assert_eq!(facade("android/core/src/main/kotlin/A.kt", 451), 1);
        assert_eq!(facade("android/core/src/main/kotlin/DeviceKey.kt", 451), 0);
        assert_eq!(facade("android/core/src/test/kotlin/A.kt", 451), 0);
    }

    #[test]
    fn the_words_of_the_core_are_found_outside_of_strings() {
        let path = "android/core/src/android/kotlin/A.kt";
        let said = |line: &str| no_core_knowledge(&one(path, line)).len();
        assert_eq!(said("val key: SecretKey"), 1);
        assert_eq!(said("// by Base32"), 1);
        assert_eq!(said("uri.scheme == \"otpauth\""), 0);
    }

    #[test]
    fn another_version_is_named() {
        let mut files = one(CATALOGUE, "[versions]\nagp = \"9\"\njna = \"5.2\"\n\n[plugins]\n");
        files.extend(one(POM, "<jna.version>5.1</jna.version>"));
        assert_eq!(same_versions(&files).len(), 1);
        files.extend(one(POM, "<jna.version>5.2</jna.version>"));
        assert_eq!(same_versions(&files).len(), 0);
    }
}
