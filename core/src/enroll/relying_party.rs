//! The relying party, who alone knows whether a device is registered: one question, one answer.
//!
//! The question is a `GET` of the address that the app was given, with the device name as the
//! parameter `device`; the answer is JSON, `{"status": "registered" | "pending" | "rejected"}`. What is asked about a phone
//! number is in `number/exchange.rs`. `docs/relying-party.md` is written for those who build the other side.

use percent_encoding::utf8_percent_encode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::code::ClockError;
use crate::payload::otpauth::ESCAPED;

/// Whom a device is verified for, as the app that embeds the flow knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RelyingParty {
    /// The issuer that its enrollment codes name. Codes of others are refused where it is given.
    pub issuer: Option<String>,
    /// Where to ask about a device: the parameter `device` with its name is added. A parameter and
    /// not a part of the path, since every path is tidied up by somebody: `..` is a device name too.
    pub status_url: String,
    /// Where a phone number is confirmed by a PIN in an SMS, an address without a query; only where it
    /// is given is that way offered.
    pub pin_url: Option<String>,
    /// The user signs in first, in this flow. An app that has a sign-in of its own says no.
    pub signs_in: bool,
}

/// An HTTP request for the shell to send, with the session that the sign-in gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method: `GET`, which may be sent again, or `POST`, which only the user sends again.
    pub method: &'static str,
    /// The address.
    pub url: String,
    /// The `Accept` header.
    pub accept: &'static str,
    /// What to send, as `application/json`. It may hold a PIN.
    pub body: Option<String>,
}

/// What came back.
#[derive(Clone, Copy)]
pub struct Response<'a> {
    /// The HTTP status code.
    pub status: u16,
    /// The body; at most [`Response::MAX_BYTES`] are looked at.
    pub body: &'a [u8],
    /// The `Date` header, by which the device's clock is measured.
    pub date: Option<&'a str>,
    /// The `Retry-After` header, in seconds.
    pub retry_after: Option<&'a str>,
    /// What the device's clock showed when it came, in seconds since the Unix epoch.
    pub received_at: u64,
}

/// What the relying party says of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The code was entered on the web: this device is registered.
    Registered,
    /// The code was not entered yet.
    Pending,
    /// This device is refused.
    Rejected,
    /// There is no device of this name. Names are compared byte for byte.
    UnknownDevice,
    /// Nobody is signed in any more.
    SignInAgain,
    /// None of these.
    Unclear,
}

impl RelyingParty {
    /// The question whether the device of this name is registered.
    #[must_use]
    pub fn ask_for(&self, device_name: &str) -> Request {
        let separator = if self.status_url.contains('?') { '&' } else { '?' };
        let name = utf8_percent_encode(device_name, ESCAPED);
        let url = format!("{}{separator}device={name}", self.status_url);
        Request { method: "GET", url, accept: Self::JSON, body: None }
    }

    pub(super) const JSON: &str = "application/json";
}

impl Request {
    /// After how many seconds without an answer the relying party counts as unreachable.
    pub const TIMEOUT_SECONDS: u32 = 15;
}

impl Response<'_> {
    /// The longest body looked at, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// What the relying party says.
    #[must_use]
    pub fn answer(&self) -> Answer {
        match self.status {
            200 => self.status_in_body().unwrap_or(Answer::Unclear),
            401 | 403 => Answer::SignInAgain,
            404 => Answer::UnknownDevice,
            _ => Answer::Unclear,
        }
    }

    /// By how much the device's clock is wrong, where the answer says what the time is.
    #[must_use]
    pub fn clock_error(&self) -> Option<ClockError> {
        ClockError::measure(self.date?, self.received_at)
    }

    /// What the body holds, where that can be understood.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        if self.body.len() > Self::MAX_BYTES {
            return None;
        }
        serde_json::from_slice(self.body).ok()
    }

    fn status_in_body(&self) -> Option<Answer> {
        #[derive(Deserialize)]
        struct Body {
            status: String,
        }
        match self.json::<Body>()?.status.as_str() {
            "registered" => Some(Answer::Registered),
            "pending" => Some(Answer::Pending),
            "rejected" => Some(Answer::Rejected),
            _ => None,
        }
    }
}

/// Says that there is one. A device name in its address and a PIN in its body are not printed.
impl core::fmt::Debug for Request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Request({} ..)", self.method)
    }
}

/// Says what kind of answer it is. A body may hold anything, and is not printed.
impl core::fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Response({}, {} bytes)", self.status, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let body = body.as_bytes();
        Response { status, body, date: None, retry_after: None, received_at: 0 }.answer()
    }

    #[test]
    fn a_device_name_reaches_the_relying_party_byte_for_byte() {
        let ask = |status_url: &str, name| {
            RelyingParty { status_url: status_url.into(), ..RelyingParty::default() }
                .ask_for(name)
                .url
        };
        assert_eq!(
            ask("https://rp.example/devices", "Ana's Pixel/8+ 📱"),
            "https://rp.example/devices?device=Ana%27s%20Pixel%2F8%2B%20%F0%9F%93%B1"
        );
        assert_eq!(ask("https://rp.example/d?v=1", ".."), "https://rp.example/d?v=1&device=..");
    }

    #[test]
    fn every_answer_has_its_meaning() {
        assert_eq!(answer(200, r#"{"status":"registered"}"#), Answer::Registered);
        assert_eq!(answer(200, r#"{"name":"a","status":"pending"}"#), Answer::Pending);
        assert_eq!(answer(200, r#"{"status":"re\u006Aected"}"#), Answer::Rejected);
        assert_eq!(answer(404, ""), Answer::UnknownDevice);
        assert_eq!(answer(401, ""), Answer::SignInAgain);
        assert_eq!(answer(403, r#"{"status":"registered"}"#), Answer::SignInAgain);
    }

    #[test]
    fn what_cannot_be_understood_is_no_registration() {
        for body in
            ["", "registered", "{}", r#"{"status":true}"#, r#"{"status":"Registered"}"#, "<html>"]
        {
            assert_eq!(answer(200, body), Answer::Unclear, "{body}");
        }
        assert_eq!(answer(500, r#"{"status":"registered"}"#), Answer::Unclear);
        assert_eq!(answer(302, r#"{"status":"registered"}"#), Answer::Unclear);
        let long = format!(r#"{{"x":"{}","status":"registered"}}"#, "y".repeat(70_000));
        assert_eq!(answer(200, &long), Answer::Unclear);
        assert_eq!(answer(200, &"[".repeat(60_000)), Answer::Unclear);
    }
}
