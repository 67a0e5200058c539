//! A made-up relying party: shows an enrollment code, checks the code typed in, answers the device.

use countersign::enroll::{self, Request};
use countersign::payload::otpauth;
use countersign::{Account, NameError, Otp, Secret};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::phone::{Answer, Web};

/// The web side of an enrollment, with a copy of the secret of its own.
pub(super) struct RelyingParty {
    account: Account,
    /// The last step whose code was accepted: each is accepted once, RFC 6238 §5.2.
    accepted: Option<u64>,
}

impl RelyingParty {
    pub(super) const ISSUER: &str = "Harbour Bank";
    const STATUS_URL: &str = "https://harbour-bank.example/devices";

    /// Registers a device, with a new secret.
    pub(super) fn register(
        device: &str,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, NameError> {
        let account =
            Account::new(Some(Self::ISSUER), device, Otp::DEFAULT, Secret::generate(rng))?;
        Ok(Self { account, accepted: None })
    }

    /// What an app that verifies devices for it knows of it.
    pub(super) fn known_as() -> enroll::RelyingParty {
        enroll::RelyingParty {
            issuer: Some(Self::ISSUER.to_owned()),
            status_url: Self::STATUS_URL.to_owned(),
            pin_url: None,
            signs_in: false,
        }
    }

    /// The text of the QR code on its page.
    pub(super) fn enrollment_code(&self) -> Zeroizing<String> {
        otpauth::format(&self.account)
    }

    /// Somebody types a code on its page. It knows the code from its own copy of the secret, and
    /// allows for a clock that is a step off, as RFC 6238 §5.2 advises.
    pub(super) fn enter(&mut self, typed: &str, unix_time: u64) -> bool {
        let Some(step) = self.account.otp().time_step() else { return false };
        let now = step.number_at(unix_time);
        let is_typed = |number: &u64| {
            let code = self.account.otp().value(self.account.secret(), *number);
            code.is_some_and(|code| code.as_str() == typed)
        };
        let found = (now.saturating_sub(1)..=now.saturating_add(1)).find(is_typed);
        let Some(number) = found.filter(|number| self.accepted.is_none_or(|last| last < *number))
        else {
            return false;
        };
        self.accepted = Some(number);
        true
    }
}

impl Web for RelyingParty {
    fn answer(&self, request: &Request) -> anyhow::Result<Answer> {
        let known = Self::known_as().ask_for(self.account.name());
        let (status, body): (_, &[u8]) = match self.accepted {
            _ if *request != known => (404, b"{}"),
            None => (200, br#"{"status":"pending"}"#),
            Some(_) => (200, br#"{"status":"registered"}"#),
        };
        Ok(Answer { status, body: body.to_vec(), date: None })
    }
}

#[cfg(test)]
mod tests {
    use countersign::CodeNow;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn a_code_is_accepted_once_and_a_step_late() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let mut party = RelyingParty::register("phone", &mut rng).unwrap();
        let CodeNow::Timed(code) = party.account.code_at(1_741_011_281) else { panic!() };
        assert!(!party.enter("000000", 1_741_011_281));
        assert!(!party.enter(code.text(), 1_741_011_281 + 60));
        assert!(party.enter(code.text(), 1_741_011_281 + 30));
        assert!(!party.enter(code.text(), 1_741_011_281 + 30), "a second time");
    }

    #[test]
    fn only_the_device_of_this_name_is_known() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let party = RelyingParty::register("phone", &mut rng).unwrap();
        let status = |name| party.answer(&RelyingParty::known_as().ask_for(name)).unwrap().status;
        assert_eq!((status("phone"), status("Phone")), (200, 404));
    }
}
