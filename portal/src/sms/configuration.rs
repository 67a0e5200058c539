//! An application's configuration and a message template, as the API has them, and what is wrong
//! with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::limit::{DAY, limit, span};
use super::pin::PinType;
use crate::store::{Application, Template};

/// How an application sends and verifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Configuration {
    /// Wrong PINs that are looked at.
    pub(crate) pin_attempts: i64,
    /// Whether a number that was verified may be sent another PIN.
    pub(crate) allow_multiple_pin_verifications: bool,
    /// How long a PIN is right.
    pub(crate) pin_time_to_live: String,
    /// How often a number's PIN is looked at.
    pub(crate) verify_pin_limit: String,
    /// How many PINs the application sends.
    pub(crate) send_pin_per_application_limit: String,
    /// How many PINs a number is sent.
    pub(crate) send_pin_per_phone_number_limit: String,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            pin_attempts: 10,
            allow_multiple_pin_verifications: true,
            pin_time_to_live: "15m".to_owned(),
            verify_pin_limit: "1/3s".to_owned(),
            send_pin_per_application_limit: "10000/1d".to_owned(),
            send_pin_per_phone_number_limit: "3/1d".to_owned(),
        }
    }
}

/// What is wrong, by the name of the field.
pub(crate) type Problems = BTreeMap<String, Vec<String>>;

impl Configuration {
    /// Of an application; what a newer portal wrote and this one cannot read is taken for the
    /// defaults.
    pub(crate) fn of(application: &Application) -> Self {
        serde_json::from_str(&application.configuration).unwrap_or_default()
    }

    /// What is wrong with it.
    pub(crate) fn problems(&self) -> Problems {
        let mut problems = Problems::new();
        let mut expect = |right: bool, field: &str, what: &str| {
            if !right {
                problems.entry(format!("configuration.{field}")).or_default().push(what.to_owned());
            }
        };
        // More than a hundred in all is what NIST SP 800-63B forbids.
        expect((1..=100).contains(&self.pin_attempts), "pinAttempts", "must be 1 to 100");
        expect(span(&self.pin_time_to_live).is_some(), "pinTimeToLive", SPAN);
        let verify = limit(&self.verify_pin_limit).is_some_and(|(_, window)| window <= DAY);
        expect(verify, "verifyPinLimit", "must be like 1/3s, and at most a day long");
        let application = limit(&self.send_pin_per_application_limit).is_some();
        expect(application, "sendPinPerApplicationLimit", LIMIT);
        let number = limit(&self.send_pin_per_phone_number_limit).is_some();
        expect(number, "sendPinPerPhoneNumberLimit", LIMIT);
        problems
    }

    /// How long a PIN is right, in whole seconds.
    pub(crate) fn life(&self) -> i64 {
        (span(&self.pin_time_to_live).unwrap_or(900_000) + 999) / 1_000
    }
}

/// A message template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageTemplate {
    /// Of what a PIN is made.
    pub(crate) pin_type: PinType,
    /// The text, with `{{pin}}` in it.
    pub(crate) message_text: String,
    /// How long a PIN is.
    #[serde(default = "default_length")]
    pub(crate) pin_length: i64,
    /// From whom the message seems to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sender_id: Option<String>,
    /// The language; for voice, which is not sent here, it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// Kept for voice.
    #[serde(default, rename = "repeatDTMF", skip_serializing_if = "Option::is_none")]
    pub(crate) repeat_dtmf: Option<String>,
    /// Kept for voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) speech_rate: Option<f64>,
    /// Kept for voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) voice_name: Option<String>,
    /// Kept, and not handed to a gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) regional: Option<Regional>,
}

/// What some countries ask of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Regional {
    /// India's register of senders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    india_dlt: Option<IndiaDlt>,
}

/// India's register of senders (Distributed Ledger Technology).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct IndiaDlt {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_template_id: Option<String>,
    principal_entity_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tele_marketer_id: Option<String>,
}

impl MessageTemplate {
    /// As it is kept.
    pub(crate) fn of(template: &Template) -> anyhow::Result<Self> {
        Ok(serde_json::from_str(&template.template)?)
    }

    /// To be kept.
    pub(crate) fn kept(&self, id: String, application_id: String) -> anyhow::Result<Template> {
        Ok(Template { id, application_id, template: serde_json::to_string(self)? })
    }

    /// Six digits and nothing else.
    pub(crate) fn blank() -> Self {
        Self {
            pin_type: PinType::Numeric,
            message_text: PLACEHOLDER.to_owned(),
            pin_length: default_length(),
            sender_id: None,
            language: None,
            repeat_dtmf: None,
            speech_rate: None,
            voice_name: None,
            regional: None,
        }
    }

    /// What is wrong with it.
    pub(crate) fn problems(&self) -> Problems {
        let mut problems = Problems::new();
        let mut expect = |right: bool, field: &str, what: &str| {
            if !right {
                problems.entry(field.to_owned()).or_default().push(what.to_owned());
            }
        };
        expect(self.message_text.contains(PLACEHOLDER), "messageText", "must contain {{pin}}");
        let length = self.message_text.chars().count();
        expect(length <= MOST_TEXT, "messageText", "must be at most 1000 characters long");
        expect((4..=32).contains(&self.pin_length), "pinLength", "must be 4 to 32");
        let sender = self.sender_id.as_deref().is_none_or(is_sender);
        expect(sender, "senderId", SENDER);
        let language = self.language.as_deref().is_none_or(|code| LANGUAGES.contains(&code));
        expect(language, "language", "is none that the API knows");
        let rate = self.speech_rate.is_none_or(|rate| (0.5..=2.0).contains(&rate));
        expect(rate, "speechRate", "must be 0.5 to 2");
        let india = self.regional.as_ref().and_then(|regional| regional.india_dlt.as_ref());
        if let Some(IndiaDlt { content_template_id, principal_entity_id, tele_marketer_id }) = india
        {
            let short = |text: &Option<String>, most| {
                text.as_ref().is_none_or(|text| text.chars().count() <= most)
            };
            let entity = (1..=30).contains(&principal_entity_id.chars().count());
            let what = "must be 1 to 30 characters long";
            expect(entity, "regional.indiaDlt.principalEntityId", what);
            let what = "must be at most 30 characters long";
            expect(short(content_template_id, 30), "regional.indiaDlt.contentTemplateId", what);
            let what = "must be at most 255 characters long";
            expect(short(tele_marketer_id, 255), "regional.indiaDlt.teleMarketerId", what);
        }
        problems
    }

    /// The text of a message with this PIN. A placeholder that nobody filled stays as it is.
    pub(crate) fn text(&self, pin: &str, placeholders: &BTreeMap<String, String>) -> String {
        let mut text = String::with_capacity(self.message_text.len() + 64);
        let mut rest = self.message_text.as_str();
        // One pass: what a placeholder brings is never read as a placeholder again.
        while let Some((before, after)) = rest.split_once("{{") {
            text.push_str(before);
            // Of three brackets the last two are the placeholder's.
            let outer = after.len() - after.trim_start_matches('{').len();
            text.push_str(&after[..outer]);
            let after = &after[outer..];
            let filled = after.split_once("}}").and_then(|(key, rest)| {
                let value = if key == "pin" {
                    Some(pin)
                } else {
                    placeholders.get(key).map(String::as_str)
                };
                Some((value?, rest))
            });
            match filled {
                Some((value, after)) => (rest = after, text.push_str(value)).1,
                None => (rest = after, text.push_str("{{")).1,
            }
        }
        text + rest
    }
}

/// A text with the last line by which phones fill the PIN in for this domain, as WICG's draft
/// “Origin-bound one-time codes” has it.
pub(crate) fn with_autofill(text: &str, domain: &str) -> String {
    let text = without_autofill(text, domain);
    format!("{text}\n\n{}", autofill_line(domain))
}

/// The text without that line.
pub(crate) fn without_autofill<'t>(text: &'t str, domain: &str) -> &'t str {
    let text = text.trim_end();
    text.strip_suffix(&autofill_line(domain)).map_or(text, str::trim_end)
}

/// Whether a text has it.
pub(crate) fn has_autofill(text: &str, domain: &str) -> bool {
    text.trim_end().ends_with(&autofill_line(domain))
}

fn autofill_line(domain: &str) -> String {
    format!("@{domain} #{PLACEHOLDER}")
}

/// Whether a text can stand as the sender of a message (3GPP TS 23.040 §9.1.2.5): up to eleven
/// letters and digits, or a number.
pub(crate) fn is_sender(text: &str) -> bool {
    let number = text.strip_prefix('+').unwrap_or(text);
    let is_number = (3..=15).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    let says_something = text.bytes().any(|byte| byte.is_ascii_alphanumeric());
    is_number || (says_something && text.len() <= 11 && text.bytes().all(plain))
}

/// What is wrong with the placeholders of a request for this template.
pub(crate) fn placeholder_problems(
    template: &MessageTemplate,
    placeholders: &BTreeMap<String, String>,
) -> Problems {
    let mut problems = Problems::new();
    if template.text("", placeholders).chars().count() > MOST_TEXT {
        let what = "must not make the text longer than 1000 characters";
        problems.entry("placeholders".to_owned()).or_default().push(what.to_owned());
    }
    for (key, value) in placeholders {
        if key.contains(['{', '}']) || key == "pin" || key.is_empty() || value.chars().count() > 200
        {
            let what = "keys must not be pin nor hold curly brackets; values are up to 200 characters long";
            problems.entry("placeholders".to_owned()).or_default().push(what.to_owned());
            break;
        }
    }
    problems
}

/// Six digits, where a template names no length: four are one guess in a thousand for ten tries.
fn default_length() -> i64 {
    6
}

pub(crate) const PLACEHOLDER: &str = "{{pin}}";
pub(crate) const SENDER: &str = "must be a number or up to 11 letters and digits";
const SPAN: &str = "must be like 15m, and at most a year long";
const LIMIT: &str = "must be like 3/1d, and at most a year long";
const MOST_TEXT: usize = 1_000;
const LANGUAGES: &[&str] = &[
    "en", "es", "ca", "da", "nl", "fr", "de", "it", "ja", "ko", "no", "pl", "ru", "sv", "fi", "hr",
    "sl", "ro", "pt_pt", "pt_br", "zh_cn", "zh_tw", "pt-pt", "pt-br", "zh-cn", "zh-tw",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> MessageTemplate {
        let json = serde_json::json!({ "pinType": "NUMERIC", "messageText": text });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn placeholders_are_filled_once_and_never_read_again() {
        let of = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let text = template("Hello {{firstName}}, {{pin}} {{nobody}} {{")
            .text("12", &of(&[("firstName", "{{pin}}")]));
        assert_eq!(text, "Hello {{pin}}, 12 {{nobody}} {{");
        assert_eq!(template("{{{pin}}} {{{{pin}}}}").text("12", &of(&[])), "{12} {{12}}");
        let problems = |pairs: &[(&str, &str)], text: &str| {
            placeholder_problems(&template(text), &of(pairs)).len()
        };
        assert_eq!(problems(&[("pin", "1")], "{{pin}}"), 1);
        assert_eq!(problems(&[("a}", "1")], "{{pin}}"), 1);
        assert_eq!(problems(&[("firstName", "Ana")], "{{pin}}"), 0);
        let (long, many) = ("x".repeat(200), format!("{{{{pin}}}}{}", "{{a}}".repeat(6)));
        assert_eq!(problems(&[("a", &long)], "{{pin}}{{a}}"), 0);
        assert_eq!(problems(&[("a", &long)], &many), 1, "the whole is too long");
    }

    #[test]
    fn defaults_are_the_apis_and_are_right() {
        let default: Configuration = serde_json::from_str("{}").unwrap();
        assert_eq!(default, Configuration::default());
        assert!(default.problems().is_empty());
        assert_eq!(default.life(), 900);
        let wrong = Configuration { verify_pin_limit: "1/2d".into(), pin_attempts: 0, ..default };
        let problems = wrong.problems();
        let fields: Vec<_> = problems.keys().map(String::as_str).collect();
        assert_eq!(fields, ["configuration.pinAttempts", "configuration.verifyPinLimit"]);
        assert!(template("no pin").problems().contains_key("messageText"));
        let india = |principal_entity_id: &str| Regional {
            india_dlt: Some(IndiaDlt {
                principal_entity_id: principal_entity_id.to_owned(),
                ..IndiaDlt::default()
            }),
        };
        for (id, right) in [("1101", true), ("", false), (&*"1".repeat(31), false)] {
            let regional = Some(india(id));
            let template = MessageTemplate { regional, ..template("{{pin}}") };
            assert_eq!(template.problems().is_empty(), right, "{id}");
        }
    }

    #[test]
    fn a_sender_is_a_number_or_a_short_name() {
        for sender in ["Infobip 2FA", "41793026727", "+41793026727", "A"] {
            assert!(is_sender(sender), "{sender}");
        }
        for sender in ["", " ", "Twelve chars", "Grüezi", "a\nb", "+", "1234567890123456"] {
            assert!(!is_sender(sender), "{sender}");
        }
    }

    #[test]
    fn the_line_for_autofill_is_the_last_and_there_once() {
        let plain = "{{pin}} is your code.";
        let with = with_autofill(plain, "portal.example");
        assert_eq!(with, "{{pin}} is your code.\n\n@portal.example #{{pin}}");
        assert_eq!(with_autofill(&with, "portal.example"), with);
        assert_eq!(without_autofill(&with, "portal.example"), plain);
        assert!(has_autofill(&with, "portal.example") && !has_autofill(&with, "other.example"));
        assert!(!has_autofill(plain, "portal.example"));
    }
}
