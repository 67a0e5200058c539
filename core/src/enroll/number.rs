//! Confirming a phone number by a PIN in an SMS: the weaker way, for whom the relying party offers it.
//!
//! **The number → the PIN → Number confirmed.** While the relying party is asked, only its answer and
//! **Cancel** fit: an answer that comes late must not be taken for the answer to another question.

mod exchange;
mod typed;

use self::exchange::{Checked, PinId, Sent};
use self::typed::{PhoneNumber, pin, pin_in};
use super::event::{Effect, Event, Text};
use super::relying_party::{RelyingParty, Request, Response};
use super::state::{State, Then};
use super::view::{NumberNotice, PinNotice, View};

/// Where the confirming of a number stands.
#[derive(Debug)]
pub(super) enum Number {
    /// The number is being typed.
    Typing { notice: Option<NumberNotice> },
    /// A first PIN was asked for.
    Sending { number: PhoneNumber },
    /// The PIN is being typed.
    Awaiting(Pin),
    /// Another message was asked for.
    Resending(Pin),
    /// The PIN was given to the relying party.
    Checking(Pin),
    /// The relying party says that it is the user's.
    Confirmed { ends_in: String },
}

/// A PIN that was sent.
#[derive(Debug)]
pub(super) struct Pin {
    number: PhoneNumber,
    /// What the relying party calls it, or why it is good for nothing any more.
    id: Result<PinId, PinNotice>,
    length: u8,
    resend_from: u64,
    notice: Option<PinNotice>,
}

impl Number {
    pub(super) const EMPTY: Self = Self::Typing { notice: None };

    pub(super) fn view(&self) -> View {
        match self {
            Self::Typing { notice } => View::PhoneNumber { notice: *notice, asking: false },
            Self::Sending { .. } => View::PhoneNumber { notice: None, asking: true },
            Self::Awaiting(pin) => pin.view(false),
            Self::Resending(pin) | Self::Checking(pin) => pin.view(true),
            Self::Confirmed { ends_in } => View::NumberConfirmed { ends_in: ends_in.clone() },
        }
    }

    /// Takes one event, as [`Enrollment::on`](super::Enrollment::on) does.
    pub(super) fn next(self, event: Event<'_>, party: &RelyingParty) -> (State, Vec<Effect>) {
        match (self, event) {
            (Self::Typing { .. }, Event::SendPin(Text(typed))) => match PhoneNumber::parse(typed) {
                Some(number) => {
                    let request = party.send_pin(&number);
                    Self::Sending { number }.asking(request)
                }
                None => Self::typing(NumberNotice::NotANumber),
            },
            (Self::Typing { .. }, Event::Back) => (State::verify_device(), vec![]),
            (Self::Sending { number }, Event::Answered(response)) => {
                Self::sent(number, &response, party)
            }
            (Self::Sending { .. }, Event::Unreachable) => Self::typing(NumberNotice::Unreachable),

            (Self::Awaiting(awaited), Event::CheckPin(Text(typed))) => {
                let found = pin(typed, awaited.length);
                awaited.check(found, PinNotice::NotAPin, party)
            }
            (Self::Awaiting(awaited), Event::MessageReceived(Text(message))) => {
                let found = pin_in(message, party.pin_host(), awaited.length);
                awaited.check(found, PinNotice::NoPinInMessage, party)
            }
            (Self::Awaiting(pin), Event::ResendPin { at }) if at >= pin.resend_from => {
                let request = match &pin.id {
                    Ok(id) => party.resend_pin(id),
                    Err(_) => party.send_pin(&pin.number), // of one that is over nothing is left
                };
                Self::Resending(pin).asking(request)
            }
            (Self::Awaiting(_), Event::Back) => Self::EMPTY.shown(),
            (Self::Resending(pin), Event::Answered(response)) => pin.sent_again(&response, party),
            (Self::Checking(pin), Event::Answered(response)) => pin.checked(&response, party),
            (Self::Resending(pin) | Self::Checking(pin), Event::Unreachable) => {
                pin.with(PinNotice::Unreachable)
            }

            (this @ Self::Confirmed { .. }, Event::Done) => {
                (State::Number(this), vec![Effect::Close])
            }
            (this @ Self::Confirmed { .. }, _) => this.shown(),
            (_, Event::Cancel) => (State::Cancelled, vec![Effect::Close]),
            (this, _) => this.shown(),
        }
    }

    /// The sign-in was left: the number is still there, and whoever does not want it cancels once more.
    pub(super) fn not_signed_in(self) -> (State, Vec<Effect>) {
        match self {
            Self::Awaiting(pin) => pin.with(PinNotice::SignInAgain),
            _ => Self::typing(NumberNotice::SignInAgain),
        }
    }

    fn sent(
        number: PhoneNumber,
        response: &Response<'_>,
        party: &RelyingParty,
    ) -> (State, Vec<Effect>) {
        let notice = match response.sent() {
            Sent::Pin { id, length, resend_from } => {
                let pin = Pin { number, id: Ok(id), length, resend_from, notice: None };
                return Self::Awaiting(pin).shown();
            }
            Sent::SignInAgain => return Self::EMPTY.signing_in(party),
            Sent::CannotReceive => NumberNotice::CannotReceive,
            Sent::Wait { until } => NumberNotice::Wait { until },
            Sent::UnknownPin | Sent::Unclear => NumberNotice::Unreachable,
        };
        Self::typing(notice)
    }

    fn signing_in(self, party: &RelyingParty) -> (State, Vec<Effect>) {
        if party.signs_in {
            (State::SignIn { refused: false, then: Then::Number(self) }, vec![])
        } else {
            self.not_signed_in()
        }
    }

    fn typing(notice: NumberNotice) -> (State, Vec<Effect>) {
        Self::Typing { notice: Some(notice) }.shown()
    }

    fn asking(self, request: Request) -> (State, Vec<Effect>) {
        (State::Number(self), vec![Effect::Ask(request)])
    }

    fn shown(self) -> (State, Vec<Effect>) {
        (State::Number(self), vec![])
    }
}

impl Pin {
    fn view(&self, asking: bool) -> View {
        View::Pin {
            ends_in: self.number.ends_in(),
            length: self.length,
            resend_from: self.resend_from,
            notice: self.notice.filter(|_| !asking),
            asking,
        }
    }

    /// Gives what was typed or found to the relying party, or says why not.
    fn check(
        self,
        found: Option<String>,
        otherwise: PinNotice,
        party: &RelyingParty,
    ) -> (State, Vec<Effect>) {
        match (&self.id, found) {
            (Err(over), _) => {
                let over = *over;
                self.with(over)
            }
            (_, None) => self.with(otherwise),
            (Ok(id), Some(code)) => {
                let request = party.check_pin(id, &code);
                Number::Checking(self).asking(request)
            }
        }
    }

    fn sent_again(self, response: &Response<'_>, party: &RelyingParty) -> (State, Vec<Effect>) {
        match response.sent() {
            Sent::Pin { id, length, resend_from } => {
                Self { id: Ok(id), length, resend_from, ..self }.with(PinNotice::SentAgain)
            }
            // A message was sent to this number before: it is the PIN for which there is none any more.
            Sent::CannotReceive if self.id.is_ok() => self.over(PinNotice::Expired),
            Sent::CannotReceive => Number::typing(NumberNotice::CannotReceive),
            Sent::UnknownPin => self.over(PinNotice::Expired),
            Sent::Wait { until } => {
                Self { resend_from: until, ..self }.with(PinNotice::Wait { until })
            }
            Sent::SignInAgain => Number::Awaiting(self).signing_in(party),
            Sent::Unclear => self.with(PinNotice::Unreachable),
        }
    }

    fn checked(self, response: &Response<'_>, party: &RelyingParty) -> (State, Vec<Effect>) {
        match response.checked() {
            Checked::Confirmed => Number::Confirmed { ends_in: self.number.ends_in() }.shown(),
            Checked::Wrong { attempts_left: 0 } | Checked::UsedUp => self.over(PinNotice::UsedUp),
            Checked::Wrong { attempts_left } => self.with(PinNotice::Wrong { attempts_left }),
            Checked::Expired => self.over(PinNotice::Expired),
            Checked::Wait { until } => self.with(PinNotice::Wait { until }),
            Checked::SignInAgain => Number::Awaiting(self).signing_in(party),
            Checked::Unclear => self.with(PinNotice::Unreachable),
        }
    }

    fn over(self, why: PinNotice) -> (State, Vec<Effect>) {
        Self { id: Err(why), ..self }.with(why)
    }

    fn with(self, notice: PinNotice) -> (State, Vec<Effect>) {
        Number::Awaiting(Self { notice: Some(notice), ..self }).shown()
    }
}
