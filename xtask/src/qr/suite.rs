//! Pictures with what they say, and the judgement of what a reader made of one.

use anyhow::{Context, Result};
use serde_json::Value;

/// One picture of a suite.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    /// Its path within the suite.
    pub(super) file: String,
    pub(super) set: String,
    pub(super) truth: Truth,
}

/// What is known of a picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Truth {
    /// It has no code.
    NoCode,
    /// Its texts: all are to be read, and no other.
    Texts(Vec<String>),
    /// The bytes of its one code, of which a reader may make several texts, and that text if known.
    Bytes(Vec<u8>, Option<String>),
    /// Texts that unrelated readers agreed on; it may have more.
    Agreed(Vec<String>),
    /// It has a code, and nobody knows what it says.
    Unknown,
}

/// What a reader made of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Verdict {
    pub(super) read: bool,
    /// Texts that the picture does not say.
    pub(super) wrong: usize,
}

/// Reads a `manifest.json`: a list of `file`, `set` and `expect`, or `agreed` where the truth is not
/// known. An expected text `hex:…` gives the bytes of the text beside it.
pub(super) fn pictures(manifest: &str) -> Result<Vec<Picture>> {
    let manifest: Value = serde_json::from_str(manifest).context("the manifest is not JSON")?;
    manifest.as_array().context("the manifest is not a list")?.iter().map(picture).collect()
}

fn picture(entry: &Value) -> Result<Picture> {
    let text = |name: &str| {
        entry[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {entry}"))
    };
    let texts = |name: &str| {
        let texts = entry[name].as_array()?.iter().filter_map(Value::as_str);
        Some(texts.map(str::to_owned).collect::<Vec<_>>())
    };
    let truth = match (texts("expect"), texts("agreed")) {
        (Some(expected), _) => expectation(expected),
        (None, Some(agreed)) if !agreed.is_empty() => {
            Truth::Agreed(agreed.iter().map(|text| plain(text)).collect())
        }
        _ => Truth::Unknown,
    };
    Ok(Picture { file: text("file")?, set: text("set")?, truth })
}

fn expectation(expected: Vec<String>) -> Truth {
    if expected.is_empty() {
        return Truth::NoCode;
    }
    let bytes = expected.iter().find_map(|text| from_hex(text.strip_prefix("hex:")?));
    let mut texts = expected.into_iter().filter(|text| !text.starts_with("hex:"));
    match bytes {
        Some(bytes) => Truth::Bytes(bytes, texts.find(|text| !text.is_empty())),
        None => Truth::Texts(texts.map(|text| plain(&text)).collect()),
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = (0..digits.len()).step_by(2).map(|at| digits.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

impl Truth {
    /// Judges the texts that a reader gave.
    pub(super) fn judge(&self, texts: &[String]) -> Verdict {
        let texts: Vec<_> = texts.iter().map(|text| plain(text)).collect();
        let all_but = |right: &dyn Fn(&String) -> bool| texts.iter().filter(|t| !right(t)).count();
        match self {
            Self::NoCode => Verdict { read: false, wrong: texts.len() },
            Self::Texts(expected) => Verdict {
                read: expected.iter().all(|text| texts.contains(text)),
                wrong: all_but(&|text| expected.contains(text)),
            },
            Self::Bytes(bytes, known) => {
                let right = |text: &String| is_spelt(text, bytes, known.as_deref());
                Verdict { read: texts.iter().any(right), wrong: all_but(&right) }
            }
            Self::Agreed(agreed) => {
                Verdict { read: texts.iter().any(|text| agreed.contains(text)), wrong: 0 }
            }
            Self::Unknown => {
                Verdict { read: texts.iter().any(|text| is_printable(text)), wrong: 0 }
            }
        }
    }
}

/// Whether the text is what the bytes say. Without a known text they are of no known encoding, and
/// every text is as good as another.
fn is_spelt(text: &str, bytes: &[u8], known: Option<&str>) -> bool {
    let latin: String = bytes.iter().copied().map(char::from).collect();
    let utf8 = str::from_utf8(bytes).unwrap_or_default();
    known.is_none_or(|known| [known, &latin, utf8].iter().any(|spelling| plain(spelling) == text))
}

/// Without the differences in which readers differ though they read the same: ends of lines.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

fn is_printable(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_whitespace() || !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(truth: &Truth, texts: &[&str]) -> (bool, usize) {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        let verdict = truth.judge(&texts);
        (verdict.read, verdict.wrong)
    }

    #[test]
    fn a_manifest_says_what_is_known() {
        let manifest = r#"[
            {"file": "a/1.png", "set": "a", "expect": ["one\r\n"]},
            {"file": "a/2.png", "set": "a", "expect": []},
            {"file": "a/3.png", "set": "a", "agreed": ["two"], "codes": 2},
            {"file": "a/4.png", "set": "a", "agreed": [], "codes": 1},
            {"file": "a/5.png", "set": "a", "expect": ["hex:c3a4", "ä"]}]"#;
        let truths: Vec<_> = pictures(manifest).unwrap().into_iter().map(|p| p.truth).collect();
        let text = |text: &str| vec![text.to_owned()];
        let expected = [
            Truth::Texts(text("one")),
            Truth::NoCode,
            Truth::Agreed(text("two")),
            Truth::Unknown,
            Truth::Bytes(vec![0xC3, 0xA4], Some("ä".to_owned())),
        ];
        assert_eq!(truths, expected);
        assert!(pictures("{}").is_err() && pictures(r#"[{"set": "a"}]"#).is_err());
    }

    #[test]
    fn a_text_is_wrong_only_where_the_truth_is_known() {
        let texts = Truth::Texts(vec!["one".into(), "two".into()]);
        assert_eq!(verdict(&texts, &["two", "one\r\n"]), (true, 0));
        assert_eq!(verdict(&texts, &["one", "three"]), (false, 1));
        assert_eq!(verdict(&Truth::NoCode, &["one"]), (false, 1));
        assert_eq!(verdict(&Truth::Agreed(vec!["one".into()]), &["three", "one"]), (true, 0));
        assert_eq!(verdict(&Truth::Unknown, &["any"]), (true, 0));
        assert_eq!(verdict(&Truth::Unknown, &["\u{1}", ""]), (false, 0));
    }

    #[test]
    fn bytes_may_be_spelt_in_several_ways() {
        let bytes = Truth::Bytes(vec![0xC3, 0xA4], Some("ä".into()));
        assert_eq!(verdict(&bytes, &["ä"]), (true, 0));
        assert_eq!(verdict(&bytes, &["Ã¤"]), (true, 0));
        assert_eq!(verdict(&bytes, &["b"]), (false, 1));
        assert_eq!(verdict(&Truth::Bytes(vec![0x90], None), &["any"]), (true, 0));
    }
}
