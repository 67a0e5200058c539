//! The phone's session with the portal: its sign-in, and its question about its device.

use anyhow::{Context as _, bail};
use countersign::enroll::{RelyingParty, Request};
use zeroize::Zeroizing;

use super::http::Portal;
use crate::demo::phone::{Answer, Web};

/// A phone that is signed in.
pub(super) struct Session<'p> {
    portal: &'p Portal,
    /// The header that says so.
    bearer: Zeroizing<String>,
}

impl<'p> Session<'p> {
    /// Signs in on the phone, with an account that has no device yet.
    ///
    /// # Errors
    /// The account cannot be used for this: what to do about it.
    pub(super) fn begin(portal: &'p Portal, login: &str, password: &str) -> anyhow::Result<Self> {
        let credentials = serde_json::json!({ "login": login, "password": password });
        let body = Zeroizing::new(serde_json::to_vec(&credentials)?);
        let answer =
            portal.post("/api/v1/sign-in", &[("content-type", "application/json")], &body)?;
        let said = answer.json()?;
        if answer.status != 200 {
            let wait = answer.retry_after.as_deref().and_then(|wait| wait.parse().ok());
            bail!(refused(answer.status, said["error"].as_str(), wait));
        }
        let token =
            said["token"].as_str().context("the portal let the phone in without a token")?;
        let session = Self { portal, bearer: Zeroizing::new(format!("Bearer {token}")) };
        if said["device_verification"] != "needed" {
            session.end()?;
            bail!(HAS_DEVICE);
        }
        Ok(session)
    }

    /// What the phone knows of the portal.
    pub(super) fn relying_party(&self) -> RelyingParty {
        RelyingParty {
            // The portal's own setting, of which a phone that only knows its address knows nothing.
            issuer: None,
            status_url: format!("{}{STATUS}", self.portal.address()),
            pin_url: None,
            signs_in: false,
        }
    }

    /// Signs out.
    pub(super) fn end(self) -> anyhow::Result<()> {
        let answer =
            self.portal.post("/api/v1/sign-out", &[("authorization", &self.bearer)], b"")?;
        match answer.status {
            204 => Ok(()),
            status => bail!("the portal answered {status} when the phone signed out"),
        }
    }
}

impl Web for Session<'_> {
    fn answer(&self, request: &Request) -> anyhow::Result<Answer> {
        let path = request.url.strip_prefix(self.portal.address());
        let path = path.context("the phone asks another site than the portal; please report it")?;
        let headers = [("accept", request.accept), ("authorization", self.bearer.as_str())];
        let answer = self.portal.get(path, &headers)?;
        Ok(Answer { status: answer.status, body: answer.body.to_vec(), date: answer.date })
    }
}

/// Why the phone was not let in, and what to do: in words of ours, which repeat nothing.
fn refused(status: u16, error: Option<&str>, wait: Option<u64>) -> String {
    match (error, wait) {
        (Some("wrong-password"), _) => {
            "the login name or the password is wrong; the portal prints that of the agent of \
             `--demo` once, when it starts for the first time, and an administrator can make a new \
             one (Administration → Users → New password)"
        }
        (Some("one-time-on-phone"), _) => ONE_TIME,
        (Some("locked"), _) => {
            "the account is locked; an administrator unlocks it (Administration → Users → Unlock)"
        }
        (_, Some(seconds)) => {
            return format!("there were too many attempts; try again in {seconds} s");
        }
        _ => return format!("the portal refused the phone's sign-in with {status}"),
    }
    .to_owned()
}

/// To be done before the demonstration can be shown with this account.
pub(super) const HAS_DEVICE: &str = "the account has a registered device, and its sign-in wants the code of that. Remove the device \
     (User profile → Access controls → Mobile authentication → Remove), or let an administrator \
     reset it (Administration → Users → Reset MFA), or name another account with --login";
/// The same.
pub(super) const ONE_TIME: &str =
    "the password is for one use; sign in on the web with it, choose your own, and come back";
const STATUS: &str = "/api/v1/device";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        for (error, wait, said) in [
            (Some("wrong-password"), None, "New password"),
            (Some("one-time-on-phone"), None, "choose your own"),
            (Some("locked"), None, "Unlock"),
            (Some("refused-wait"), Some(8), "in 8 s"),
            (Some("hunter2"), None, "with 418"),
            (None, None, "with 418"),
        ] {
            let message = refused(418, error, wait);
            assert!(message.contains(said) && !message.contains("hunter2"), "{message}");
        }
    }
}
