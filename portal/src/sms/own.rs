//! The portal's own application: an account confirms its phone number by a PIN.
//!
//! It is made at first use; an administrator edits its limits and its message as those of any other.
//! No key of an app's server reaches it.

use std::collections::BTreeMap;

use super::configuration::{Configuration, MessageTemplate, with_autofill};
use super::number::{Number, is_allowed};
use super::pin::{PinType, is_right};
use super::sending::{Sending, Sent, Verdict};
use crate::Portal;
use crate::refusal::Refusal;
use crate::store::{Application, Pin, Reservation, Seconds, Template, User};

/// What came of asking for a PIN.
pub(crate) enum Asked {
    /// It is on its way; another one may be asked for in so many seconds.
    OnItsWay { pin: String, resend_after: Seconds, length: usize },
    /// Too soon, or too many.
    Wait(Seconds),
    /// It is no number that can get a message, or the PIN is over.
    NoNumber,
    /// Nobody is set up to carry messages.
    NotSetUp,
}

impl Portal {
    /// Sends an account a PIN to this number.
    pub(crate) async fn ask_for_number(&self, user: &User, typed: &str) -> Result<Asked, Refusal> {
        let Some((application, template)) = self.own_application().await? else {
            return Ok(Asked::NotSetUp);
        };
        let number = Number::read(typed).filter(|number| {
            number.can_get_messages && is_allowed(&number.msisdn, &application.prefixes)
        });
        let Some(number) = number else { return Ok(Asked::NoNumber) };
        let sending = Sending {
            application: &application,
            template: (&template, OWN_TEMPLATE),
            number: &number,
            sender: None,
            placeholders: &BTreeMap::new(),
            look_up: true,
            user_id: Some(&user.id),
            also: own_limits(self, user),
        };
        Ok(asked(Some(self.send_pin(sending).await?)))
    }

    /// Sends the same PIN once more.
    pub(crate) async fn ask_again(&self, user: &User, pin: Pin) -> Result<Asked, Refusal> {
        let Some((application, template)) = self.own_application().await? else {
            return Ok(Asked::NotSetUp);
        };
        let (none, also) = (BTreeMap::new(), own_limits(self, user));
        Ok(asked(self.send_pin_again(pin, &application, &template, &none, also).await?))
    }

    /// Looks at the PIN that an account typed; a right one keeps the number. The same once more, as a
    /// phone sends it that did not hear the answer, is right too.
    pub(crate) async fn confirm_number(
        &self,
        user: &User,
        pin: &Pin,
        typed: &str,
    ) -> Result<Verdict, Refusal> {
        let application = self.store.application(&pin.application_id).await?;
        let application = application.ok_or(Refusal::NotFound)?;
        let verdict = self.verify_pin(pin, &application, typed).await?;
        let verdict = match verdict {
            Verdict::Taken if self.is_same(pin, typed)? => Verdict::Right,
            verdict => verdict,
        };
        if verdict == Verdict::Right {
            self.store.keep_number(&user.id, &pin.msisdn, self.clock.now()).await?;
        }
        Ok(verdict)
    }

    fn is_same(&self, pin: &Pin, typed: &str) -> Result<bool, Refusal> {
        let (keys, id) = (&self.config.keys, &pin.id);
        let live = pin.expires_at > self.clock.now();
        Ok(live && is_right(keys, &pin.key_id, id, typed, &pin.hash)?)
    }

    /// The portal's own application and its template; none where nobody carries messages, or an
    /// administrator switched it off.
    async fn own_application(&self) -> Result<Option<(Application, MessageTemplate)>, Refusal> {
        if !self.sms.gateway.is_set_up() {
            return Ok(None);
        }
        let (store, now) = (&self.store, self.clock.now());
        let application = match store.application(OWN_APPLICATION).await? {
            Some(application) => application,
            None => {
                let new = own(&self.config.issuer)?;
                store.add_application(&new, now).await?;
                new
            }
        };
        let template = match store.template(OWN_APPLICATION, OWN_TEMPLATE).await? {
            Some(template) => template,
            None => {
                let new = own_template(&self.config.issuer, self.config.host())?;
                store.save_template(&new, now).await?;
                new
            }
        };
        let template = MessageTemplate::of(&template)?;
        Ok(application.sends().then_some((application, template)))
    }
}

fn asked(sent: Option<Sent>) -> Asked {
    match sent {
        Some(Sent::Queued { pin_id, length, .. }) => {
            Asked::OnItsWay { pin: pin_id, resend_after: RESEND_AFTER, length }
        }
        Some(Sent::Wait(seconds)) => Asked::Wait(seconds),
        Some(Sent::NotReachable { .. }) | None => Asked::NoNumber,
    }
}

/// Whether a phone can read it: the field where its PIN is typed takes so many digits.
pub(crate) fn is_for_phones(template: &MessageTemplate) -> bool {
    template.pin_type == PinType::Numeric && (4..=10).contains(&template.pin_length)
}

fn own(issuer: &str) -> Result<Application, Refusal> {
    let configuration = Configuration {
        pin_attempts: 3,
        pin_time_to_live: "10m".to_owned(),
        verify_pin_limit: "3/10s".to_owned(),
        send_pin_per_phone_number_limit: "5/1d".to_owned(),
        ..Configuration::default()
    };
    let configuration = serde_json::to_string(&configuration).map_err(anyhow::Error::new)?;
    Ok(Application::new(OWN_APPLICATION, issuer, configuration))
}

fn own_template(issuer: &str, host: &str) -> Result<Template, Refusal> {
    let text = format!("{{{{pin}}}} is your code for {issuer}. Give it to nobody.");
    let message_text = with_autofill(&text, host);
    let template = MessageTemplate { message_text, ..MessageTemplate::blank() };
    Ok(template.kept(OWN_TEMPLATE.to_owned(), OWN_APPLICATION.to_owned())?)
}

/// What one account may have sent, to whatever numbers: one message in half a minute, ten a day.
fn own_limits(portal: &Portal, user: &User) -> Vec<Reservation> {
    let at = portal.clock.milliseconds();
    let one = |what: &str, most, window| {
        let scope = format!("{what}:{}", user.id);
        Reservation { scope, most, window, at, weight: 1 }
    };
    vec![one("account-soon", 1, 1_000 * RESEND_AFTER), one("account", 10, super::limit::DAY)]
}

/// The seconds between two messages that an account asks for.
const RESEND_AFTER: Seconds = 30;
/// The id of the portal's own application, which nobody else's can be.
pub(crate) const OWN_APPLICATION: &str = "00000000000000000000000000000000";
const OWN_TEMPLATE: &str = "00000000000000000000000000000001";
