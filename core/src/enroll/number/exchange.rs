//! What is asked of the relying party about a phone number, and what it says.
//!
//! Three requests of the address that the app was given, each a `POST` with JSON. None is sent again
//! by itself: each may cost an SMS or an attempt. `docs/relying-party.md` tells the other side of it.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::super::relying_party::{RelyingParty, Request, Response};
use super::typed::PhoneNumber;

/// What the relying party calls a PIN that it sent.
pub(super) struct PinId(String);

/// What became of the asking for a message.
#[derive(Debug)]
pub(super) enum Sent {
    Pin {
        id: PinId,
        length: u8,
        resend_from: u64,
    },
    CannotReceive,
    Wait {
        until: u64,
    },
    SignInAgain,
    /// There is no such PIN any more.
    UnknownPin,
    Unclear,
}

/// What became of the PIN that was given.
#[derive(Debug)]
pub(super) enum Checked {
    Confirmed,
    Wrong { attempts_left: u32 },
    Expired,
    UsedUp,
    Wait { until: u64 },
    SignInAgain,
    Unclear,
}

impl RelyingParty {
    pub(super) fn send_pin(&self, number: &PhoneNumber) -> Request {
        #[derive(Serialize)]
        struct Body<'a> {
            number: &'a str,
        }
        self.post("", json(&Body { number: number.as_str() }))
    }

    pub(super) fn resend_pin(&self, PinId(id): &PinId) -> Request {
        self.post(&format!("/{id}/resend"), None)
    }

    pub(super) fn check_pin(&self, PinId(id): &PinId, code: &str) -> Request {
        #[derive(Serialize)]
        struct Body<'a> {
            code: &'a str,
        }
        self.post(&format!("/{id}/verify"), json(&Body { code }))
    }

    /// The host that a message for this relying party names, without its port.
    pub(super) fn pin_host(&self) -> &str {
        let url = self.pin_url.as_deref().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        host.split(':').next().unwrap_or_default()
    }

    fn post(&self, path: &str, body: Option<String>) -> Request {
        // Without an address nothing leads here.
        let place = self.pin_url.as_deref().unwrap_or_default().trim_end_matches('/');
        Request { method: "POST", url: format!("{place}{path}"), accept: Self::JSON, body }
    }
}

impl Response<'_> {
    pub(super) fn sent(&self) -> Sent {
        #[derive(Deserialize)]
        struct Body {
            pin: String,
            resend_after: u64,
            #[serde(default = "six")]
            length: u8,
        }
        #[derive(Deserialize)]
        struct Refused {
            error: String,
        }
        match self.status {
            200 => match self.json::<Body>() {
                Some(Body { pin, resend_after, length }) if LENGTHS.contains(&length) => {
                    let resend_from = self.in_seconds(resend_after);
                    PinId::parse(pin).map_or(Sent::Unclear, |id| Sent::Pin {
                        id,
                        length,
                        resend_from,
                    })
                }
                _ => Sent::Unclear,
            },
            400 if self.json::<Refused>().is_some_and(|refused| refused.error == "number") => {
                Sent::CannotReceive
            }
            401 | 403 => Sent::SignInAgain,
            404 => Sent::UnknownPin,
            429 => Sent::Wait { until: self.wait_until() },
            _ => Sent::Unclear,
        }
    }

    pub(super) fn checked(&self) -> Checked {
        #[derive(Deserialize)]
        struct Body {
            status: String,
            attempts_left: Option<u32>,
        }
        match self.status {
            200 => match self.json::<Body>() {
                Some(Body { status, attempts_left }) => match (status.as_str(), attempts_left) {
                    ("confirmed", _) => Checked::Confirmed,
                    ("wrong", Some(attempts_left)) => Checked::Wrong { attempts_left },
                    ("expired", _) => Checked::Expired,
                    ("used_up", _) => Checked::UsedUp,
                    _ => Checked::Unclear,
                },
                None => Checked::Unclear,
            },
            401 | 403 => Checked::SignInAgain,
            404 => Checked::Expired,
            429 => Checked::Wait { until: self.wait_until() },
            _ => Checked::Unclear,
        }
    }

    fn wait_until(&self) -> u64 {
        let seconds = self.retry_after.and_then(|text| text.trim().parse().ok());
        self.in_seconds(seconds.unwrap_or(A_MINUTE))
    }

    /// By the device's clock. Nobody is kept waiting for longer than a day by a slip of the pen.
    fn in_seconds(&self, seconds: u64) -> u64 {
        self.received_at.saturating_add(seconds.min(A_DAY))
    }
}

impl PinId {
    /// It becomes a part of an address, and may have only what every address leaves as it is.
    fn parse(id: String) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        ((1..=MAX_ID).contains(&id.len()) && id.bytes().all(plain)).then_some(Self(id))
    }
}

impl fmt::Debug for PinId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinId(..)")
    }
}

fn json(body: &impl Serialize) -> Option<String> {
    serde_json::to_string(body).ok()
}

fn six() -> u8 {
    6
}

/// How many digits a PIN may have.
const LENGTHS: core::ops::RangeInclusive<u8> = 4..=10;
const MAX_ID: usize = 128;
const A_MINUTE: u64 = 60;
const A_DAY: u64 = 24 * 60 * A_MINUTE;

#[cfg(test)]
mod tests {
    use super::*;

    fn response<'a>(status: u16, body: &'a str, retry_after: Option<&'a str>) -> Response<'a> {
        Response { status, body: body.as_bytes(), date: None, retry_after, received_at: 1000 }
    }

    fn sent(status: u16, body: &str) -> String {
        format!("{:?}", response(status, body, None).sent())
    }

    fn checked(status: u16, body: &str) -> String {
        format!("{:?}", response(status, body, None).checked())
    }

    #[test]
    fn every_answer_to_a_number_has_its_meaning() {
        let pin = |length, resend_from| {
            format!("Pin {{ id: PinId(..), length: {length}, resend_from: {resend_from} }}")
        };
        assert_eq!(sent(200, r#"{"pin":"a-B_9","resend_after":30}"#), pin(6, 1030));
        assert_eq!(sent(200, r#"{"pin":"a","resend_after":0,"length":4,"x":1}"#), pin(4, 1000));
        assert_eq!(sent(200, r#"{"pin":"a","resend_after":18446744073709551615}"#), pin(6, 87_400));
        assert_eq!(sent(400, r#"{"error":"number"}"#), "CannotReceive");
        assert_eq!(sent(400, r#"{"error":"json"}"#), "Unclear");
        assert_eq!((sent(401, ""), sent(403, "")), ("SignInAgain".into(), "SignInAgain".into()));
        assert_eq!(sent(404, ""), "UnknownPin");
    }

    #[test]
    fn what_cannot_be_understood_is_no_pin_that_was_sent() {
        let long = format!(r#"{{"pin":"{}","resend_after":30}}"#, "a".repeat(129));
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"pin":"a"}"#,
            r#"{"pin":"","resend_after":30}"#,
            r#"{"pin":"..","resend_after":30}"#,
            r#"{"pin":"a/b","resend_after":30}"#,
            r#"{"pin":"a","resend_after":-1}"#,
            r#"{"pin":"a","resend_after":30,"length":3}"#,
            r#"{"pin":"a","resend_after":30,"length":11}"#,
            &long,
        ] {
            assert_eq!(sent(200, body), "Unclear", "{body}");
        }
        for status in [201, 302, 500] {
            assert_eq!(sent(status, r#"{"pin":"a","resend_after":30}"#), "Unclear", "{status}");
        }
    }

    #[test]
    fn only_one_answer_confirms() {
        assert_eq!(checked(200, r#"{"status":"confirmed"}"#), "Confirmed");
        assert_eq!(
            checked(200, r#"{"status":"wrong","attempts_left":2}"#),
            "Wrong { attempts_left: 2 }"
        );
        assert_eq!(checked(200, r#"{"status":"expired"}"#), "Expired");
        assert_eq!(checked(200, r#"{"status":"used_up"}"#), "UsedUp");
        assert_eq!(checked(404, ""), "Expired");
        assert_eq!(checked(401, r#"{"status":"confirmed"}"#), "SignInAgain");
        for body in ["", "{}", r#"{"status":"Confirmed"}"#, r#"{"status":"wrong"}"#, "confirmed"] {
            assert_eq!(checked(200, body), "Unclear", "{body}");
        }
        for status in [201, 302, 400, 500] {
            assert_eq!(checked(status, r#"{"status":"confirmed"}"#), "Unclear", "{status}");
        }
    }

    #[test]
    fn whoever_is_to_wait_is_told_until_when() {
        let until = |retry_after| {
            let response = response(429, "", retry_after);
            let (Sent::Wait { until }, Checked::Wait { until: same }) =
                (response.sent(), response.checked())
            else {
                panic!("{response:?}");
            };
            assert_eq!(until, same);
            until
        };
        assert_eq!(until(Some("300")), 1300);
        assert_eq!(until(Some(" 5 ")), 1005);
        assert_eq!(until(Some("99999999")), 87_400);
        for unread in [None, Some("soon"), Some("-5"), Some("Sun, 06 Nov 1994 08:49:37 GMT")] {
            assert_eq!(until(unread), 1060, "{unread:?}");
        }
    }

    #[test]
    fn requests_go_where_the_relying_party_said() {
        let party = |url: &str| RelyingParty { pin_url: Some(url.into()), ..Default::default() };
        let id = || PinId::parse("a-1".into()).unwrap();
        let api = party("https://user@Portal.example:8443/api/v1/numbers/");
        assert_eq!(api.pin_host(), "Portal.example");
        assert_eq!(
            api.resend_pin(&id()).url,
            "https://user@Portal.example:8443/api/v1/numbers/a-1/resend"
        );
        assert_eq!(api.resend_pin(&id()).body, None);
        let check = party("https://rp.example/n").check_pin(&id(), "123456");
        assert_eq!(check.url, "https://rp.example/n/a-1/verify");
        assert_eq!(check.body.as_deref(), Some(r#"{"code":"123456"}"#));
        assert_eq!(check.method, "POST");
        assert_eq!(format!("{check:?}"), "Request(POST ..)");
    }
}
