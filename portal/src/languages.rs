//! What the pages say, in five languages; the texts are in `locales/`.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_langneg::{
    LanguageIdentifier, NegotiationStrategy, negotiate_languages, parse_accepted_languages,
};

/// One of the languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(usize);

impl Language {
    /// English: what is spoken where nothing else is asked for.
    pub const ENGLISH: Self = Self(0);

    /// All of them, English first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// The language with this code.
    #[must_use]
    pub fn by_code(code: &str) -> Option<Self> {
        LANGUAGES.iter().position(|language| language.code == code).map(Self)
    }

    /// The one that an `Accept-Language` header likes best.
    #[must_use]
    pub fn negotiate(header: &str) -> Self {
        let known: Vec<LanguageIdentifier> =
            LANGUAGES.iter().filter_map(|language| language.code.parse().ok()).collect();
        let wanted = parse_accepted_languages(header);
        let best = negotiate_languages(&wanted, &known, None, NegotiationStrategy::Lookup);
        best.first().and_then(|best| Self::by_code(best.language.as_str())).unwrap_or(Self::ENGLISH)
    }

    /// Its code, for the attribute `lang`.
    #[must_use]
    pub fn code(self) -> &'static str {
        LANGUAGES[self.0].code
    }

    /// What it calls itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        LANGUAGES[self.0].own_name
    }

    /// Which way it is written, for the attribute `dir`.
    #[must_use]
    pub fn direction(self) -> &'static str {
        if self.code() == "ar" { "rtl" } else { "ltr" }
    }

    /// The text of this key.
    #[must_use]
    pub fn text(self, key: &str) -> Cow<'static, str> {
        self.format(key, &FluentArgs::new())
    }

    /// The text of this key with one value in it.
    #[must_use]
    pub fn with(self, key: &str, name: &str, value: impl fmt::Display) -> Cow<'static, str> {
        let mut arguments = FluentArgs::new();
        arguments.set(name, value.to_string());
        self.format(key, &arguments)
    }

    /// The text of this key for a number, in the plural that the language has for it.
    #[must_use]
    pub fn count(self, key: &str, count: impl fmt::Display) -> Cow<'static, str> {
        let count = count.to_string();
        let mut arguments = FluentArgs::new();
        arguments.set("count", FluentValue::try_number(&count));
        self.format(key, &arguments)
    }

    /// Whether there is a text of this key.
    #[must_use]
    pub fn knows(self, key: &str) -> bool {
        self.bundle().has_message(key)
    }

    /// A missing text is its key: that shows, and stops nothing. A test finds each.
    fn format(self, key: &str, arguments: &FluentArgs<'_>) -> Cow<'static, str> {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        Cow::Owned(bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned())
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static BUNDLES: OnceLock<Vec<FluentBundle<FluentResource>>> = OnceLock::new();
        &BUNDLES.get_or_init(|| LANGUAGES.iter().map(Known::bundle).collect())[self.0]
    }
}

struct Known {
    code: &'static str,
    own_name: &'static str,
    texts: &'static str,
}

impl Known {
    fn bundle(&self) -> FluentBundle<FluentResource> {
        let mut bundle = FluentBundle::new_concurrent(self.code.parse().into_iter().collect());
        // A Latin name within a sentence that runs from right to left keeps its own direction.
        bundle.set_use_isolating(self.code == "ar");
        // What cannot be read is left out, and a test finds that too.
        let resource = FluentResource::try_new(self.texts.to_owned());
        let _ = bundle.add_resource(resource.unwrap_or_else(|(read, _)| read));
        bundle
    }
}

const LANGUAGES: &[Known] = &[
    Known { code: "en", own_name: "English", texts: include_str!("../locales/en.ftl") },
    Known { code: "de", own_name: "Deutsch", texts: include_str!("../locales/de.ftl") },
    Known { code: "es", own_name: "Español", texts: include_str!("../locales/es.ftl") },
    Known { code: "hr", own_name: "Hrvatski", texts: include_str!("../locales/hr.ftl") },
    Known { code: "ar", own_name: "العربية", texts: include_str!("../locales/ar.ftl") },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The keys and, of each, the values that it takes.
    fn keys(texts: &str) -> BTreeSet<(String, Vec<String>)> {
        let mut keys = BTreeSet::new();
        let mut current: Option<(String, BTreeSet<String>)> = None;
        let mut finish = |entry: Option<(String, BTreeSet<String>)>| {
            if let Some((key, values)) = entry {
                assert!(keys.insert((key.clone(), values.into_iter().collect())), "{key} twice");
            }
        };
        for line in texts.lines() {
            let begins = line.starts_with(|c: char| c.is_ascii_lowercase());
            if let Some((key, _)) = line.split_once(" =").filter(|_| begins) {
                finish(current.replace((key.to_owned(), BTreeSet::new())));
            }
            for (at, _) in line.match_indices("{ $") {
                let name: String =
                    line[at + 3..].chars().take_while(char::is_ascii_alphanumeric).collect();
                current.as_mut().unwrap().1.insert(name);
            }
        }
        finish(current);
        keys
    }

    #[test]
    fn every_language_says_the_same_things() {
        let english = keys(LANGUAGES[0].texts);
        for language in LANGUAGES {
            assert!(
                FluentResource::try_new(language.texts.to_owned()).is_ok(),
                "{}",
                language.code
            );
            assert_eq!(keys(language.texts), english, "{}", language.code);
        }
    }

    #[test]
    fn every_text_of_a_page_is_there() {
        let mut used = BTreeSet::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![root.join("templates"), root.join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = fs::read_to_string(&path).unwrap();
                for call in ["page.t(\"", "page.with(\"", "page.count(\"", "Said(\"", "key: \""] {
                    for (at, _) in text.match_indices(call) {
                        let key = text[at + call.len()..].split('"').next().unwrap();
                        used.insert(key.to_owned());
                    }
                }
            }
        }
        assert!(used.len() > 60, "{}", used.len());
        let missing: Vec<_> = used.iter().filter(|key| !Language::ENGLISH.knows(key)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn the_browser_says_which_language() {
        let code = |header| Language::negotiate(header).code();
        assert_eq!(code("de-AT,de;q=0.9,en;q=0.8"), "de");
        assert_eq!(code("fr, hr;q=0.5"), "hr");
        assert_eq!(code("ar-EG"), "ar");
        assert_eq!(code("fr"), "en");
        assert_eq!(code(";;;q=,*"), "en");
    }
}
