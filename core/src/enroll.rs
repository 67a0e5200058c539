//! The enrollment flow as data: events in, a view and effects out.
//!
//! **Verify device → Scan QR → the code, Continue → Device registered**, and beside it, where the relying
//! party offers it, a phone number confirmed by SMS (`number.rs`). A shell sends [`Event`]s,
//! draws the [`View`] and carries out the [`Effect`]s; it decides nothing. There is no clock, no
//! input or output and no thread in here, and an event that does not fit the view changes nothing,
//! so every order of taps is legal. `tests/scenarios/` tells the flow event by event, in files that
//! every language's tests run.

mod event;
mod form;
mod number;
mod relying_party;
mod state;
mod view;

use core::fmt;

use sha2::{Digest, Sha256};

pub use self::event::{Effect, Event, Text, Texts};
pub use self::form::{Field, FieldError, ManualForm, Problem};
use self::number::Number;
pub use self::relying_party::{Answer, RelyingParty, Request, Response};
use self::state::{Change, Shown, State, Then};
pub use self::view::{CodeNotice, NumberNotice, PinNotice, ScanNotice, View};
use crate::account::Account;
use crate::code::ClockError;
use crate::payload::{self, Warning};
use crate::vault::{AccountId, Duplicate, Standing, Vault};

/// One enrollment, from its first view to its last.
///
/// ```
/// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// # use countersign::vault::{DeviceKey, KdfCost, Unlock, Vault};
/// # let mut rng = ChaCha20Rng::from_seed([0; 32]);
/// # let key = DeviceKey::generate(&mut rng);
/// # let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng).unwrap();
/// use countersign::enroll::{Effect, Enrollment, Event, Texts, View};
///
/// // An ordinary site, which cannot be asked whether the device is registered.
/// let mut flow = Enrollment::start(None, &vault);
/// flow.on(Event::ScanQr, &mut vault);
/// flow.on(Event::CameraGranted, &mut vault);
/// let payload = "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP";
/// let (_, effects) = flow.on(Event::Scanned(Texts(&[payload])), &mut vault);
/// assert_eq!(effects, [Effect::StopCamera, Effect::Save]);
///
/// let (view, _) = flow.on(Event::Saved, &mut vault); // only now is the code shown
/// assert!(matches!(view, View::ShowCode { .. }));
/// flow.on(Event::Continue, &mut vault);
/// let (view, _) = flow.on(Event::Saved, &mut vault);
/// assert!(matches!(view, View::DeviceRegistered { .. }));
/// ```
pub struct Enrollment {
    relying_party: Option<RelyingParty>,
    state: State,
    /// Fingerprints of the codes that were refused, so that each is reported once and not each frame.
    refused: Vec<[u8; 32]>,
}

impl Enrollment {
    /// Begins an enrollment, or takes up the one that was not ended with the same relying party: an
    /// app killed while it showed a code comes back to that code. Without a relying party to ask,
    /// **Continue** completes it.
    #[must_use]
    pub fn start(relying_party: Option<RelyingParty>, vault: &Vault) -> Self {
        let signs_in = relying_party.as_ref().is_some_and(|party| party.signs_in);
        let asked_at = relying_party.as_ref().map(|party| party.status_url.as_str());
        let begun = vault.pending(asked_at).map(|entry| Shown::new(entry.id(), Vec::new()));
        let state = match begun {
            begun if signs_in => {
                let then = begun.map_or(Then::VerifyDevice, Then::ShowCode);
                State::SignIn { refused: false, then }
            }
            Some(shown) => State::ShowCode(shown),
            None => State::verify_device(),
        };
        Self { relying_party, state, refused: Vec::new() }
    }

    /// Takes one event: what is to be seen now, and what is to be done.
    ///
    /// An event that does not fit the view changes nothing. The vault is changed in memory only;
    /// [`Effect::Save`] asks for the rest.
    pub fn on(&mut self, event: Event<'_>, vault: &mut Vault) -> (View, Vec<Effect>) {
        let state = core::mem::replace(&mut self.state, State::Cancelled);
        let (state, effects) = self.next(state, event, vault);
        self.state = state;
        (self.view(vault), effects)
    }

    /// What is to be seen now.
    #[must_use]
    pub fn view(&self, vault: &Vault) -> View {
        match &self.state {
            State::SignIn { refused, .. } => View::SignIn { refused: *refused },
            State::VerifyDevice { notice, save_failed } => {
                self.verify_device(*notice, *save_failed)
            }
            State::CameraNeeded { denied } => View::CameraNeeded { denied: *denied },
            State::ScanQr { notice } => View::ScanQr { notice: *notice },
            State::ManualEntry { errors, save_failed } => {
                View::ManualEntry { errors: errors.clone(), save_failed: *save_failed }
            }
            State::Duplicate { existing, same_codes, .. } => {
                View::Duplicate { existing: *existing, same_codes: *same_codes }
            }
            State::ShowCode(shown) => shown.view(vault),
            State::Confirming(shown) => View::Confirming { account: shown.account },
            State::DeviceRegistered { account } => View::DeviceRegistered { account: *account },
            State::Number(number) => number.view(),
            State::Cancelled => View::Cancelled,
            State::Saving { view, .. } => view.clone(),
        }
    }

    /// Whether [`start`](Self::start) took up an enrollment that was not ended, be it behind a sign-in.
    /// Ask right after it, and show the flow then also to somebody who did not tap for it.
    #[must_use]
    pub fn is_taken_up(&self) -> bool {
        matches!(self.state, State::ShowCode(_) | State::SignIn { then: Then::ShowCode(_), .. })
    }

    fn next(&mut self, state: State, event: Event<'_>, vault: &mut Vault) -> (State, Vec<Effect>) {
        match (state, event) {
            (State::SignIn { then, .. }, Event::SignedIn) => match then {
                Then::VerifyDevice => (State::verify_device(), vec![]),
                Then::ShowCode(shown) => (State::ShowCode(shown), vec![]),
                Then::Link(link) => self.follow(link, vault),
                Then::Number(number) => (State::Number(number), vec![]),
            },
            (State::SignIn { then, .. }, Event::SignInRefused) => {
                (State::SignIn { refused: true, then }, vec![])
            }
            // The code is still there, and whoever does not want it cancels once more.
            (State::SignIn { then: Then::ShowCode(shown), .. }, Event::Cancel) => {
                (shown.with(CodeNotice::SignInAgain), vec![])
            }
            (State::SignIn { then: Then::Number(number), .. }, Event::Cancel) => {
                number.not_signed_in()
            }
            (
                State::SignIn { refused, then: Then::VerifyDevice | Then::Link(_) },
                Event::Linked(Texts([text])),
            ) => {
                (State::SignIn { refused, then: Then::Link(self.read(text).map(Box::new)) }, vec![])
            }
            (
                State::VerifyDevice { .. }
                | State::CameraNeeded { .. }
                | State::ManualEntry { .. }
                | State::Number(Number::Typing { .. }),
                Event::Linked(Texts([text])),
            ) => self.follow(self.read(text).map(Box::new), vault),
            // The camera goes on looking where the link was none; it is not a code that it saw.
            (State::ScanQr { .. }, Event::Linked(Texts([text]))) => match self.read(text) {
                Ok(link) => {
                    let (state, mut effects) = self.follow(Ok(Box::new(link)), vault);
                    effects.insert(0, Effect::StopCamera);
                    (state, effects)
                }
                Err(notice) => (State::ScanQr { notice: Some(notice) }, vec![]),
            },

            (State::VerifyDevice { .. }, Event::ScanQr) => {
                (State::CameraNeeded { denied: false }, vec![Effect::RequestCamera])
            }
            (State::VerifyDevice { .. } | State::CameraNeeded { .. }, Event::EnterManually) => {
                (State::empty_form(), vec![])
            }

            (State::VerifyDevice { .. }, Event::ConfirmBySms) if self.offers_sms() => {
                (State::Number(Number::EMPTY), vec![])
            }
            (State::Number(number), event) => match &self.relying_party {
                Some(party) => number.next(event, party),
                None => (State::Number(number), vec![]),
            },

            (State::CameraNeeded { .. }, Event::CameraGranted) => {
                self.refused.clear(); // whoever comes back with the same code is answered again
                (State::ScanQr { notice: None }, vec![Effect::StartCamera])
            }
            (State::CameraNeeded { .. }, Event::CameraDenied) => {
                (State::CameraNeeded { denied: true }, vec![])
            }
            (state @ State::CameraNeeded { .. }, Event::OpenSettings) => {
                (state, vec![Effect::OpenSettings])
            }

            (State::ScanQr { notice }, Event::Scanned(Texts(texts))) => {
                self.scanned(texts, notice, notice, vault)
            }
            (State::ScanQr { notice }, Event::PictureScanned(Texts(texts))) => {
                self.refused.clear(); // a picture that is chosen again is answered again
                self.scanned(texts, notice, Some(ScanNotice::NoCodeInPicture), vault)
            }
            (State::ScanQr { .. }, Event::PictureUnreadable) => {
                (State::ScanQr { notice: Some(ScanNotice::PictureUnreadable) }, vec![])
            }
            (State::ScanQr { .. }, Event::EnterManually) => {
                (State::empty_form(), vec![Effect::StopCamera])
            }
            (State::ScanQr { .. }, Event::Cancel) => {
                (State::Cancelled, vec![Effect::StopCamera, Effect::Close])
            }

            (State::ManualEntry { .. }, Event::Submit(form)) => self.submitted(&form, vault),
            (State::ManualEntry { .. }, Event::Back) => (State::verify_device(), vec![]),

            (
                State::Duplicate { new, assumed, existing, same_codes },
                choice @ (Event::Replace | Event::KeepBoth),
            ) => {
                let replaces = matches!(choice, Event::Replace).then_some(existing);
                let view = View::Duplicate { existing, same_codes };
                self.add(*new, assumed, replaces, view, vault)
            }

            (State::ShowCode(shown), Event::Continue) => self.confirm(shown, vault),
            (State::ShowCode(shown), Event::Cancel) => discard(shown, vault),
            (State::Confirming(shown), Event::Answered(response)) => {
                self.answered(shown, &response, vault)
            }
            (State::Confirming(shown), Event::Unreachable) => {
                (shown.with(CodeNotice::Unreachable), vec![])
            }

            (State::Saving { change, .. }, Event::Saved) => change.done(),
            (State::Saving { view, change }, Event::SaveFailed) => {
                (change.undo(&view, vault), vec![])
            }

            (
                State::SignIn { .. }
                | State::VerifyDevice { .. }
                | State::CameraNeeded { .. }
                | State::ManualEntry { .. }
                | State::Duplicate { .. },
                Event::Cancel,
            ) => (State::Cancelled, vec![Effect::Close]),
            (state @ State::DeviceRegistered { .. }, Event::Done) => (state, vec![Effect::Close]),

            (state, _) => (state, vec![]),
        }
    }

    /// What the camera or a picture showed. `notice` is what is said already, `nothing` what to say
    /// where there is nothing new.
    fn scanned(
        &mut self,
        texts: &[&str],
        notice: Option<ScanNotice>,
        nothing: Option<ScanNotice>,
        vault: &mut Vault,
    ) -> (State, Vec<Effect>) {
        let stay = |notice| (State::ScanQr { notice }, vec![]);
        if texts.is_empty() {
            return stay(nothing);
        }
        let mut found: Option<(Account, Vec<Warning>)> = None;
        let mut said = notice;
        for text in texts {
            let fingerprint = Sha256::digest(text.as_bytes()).into();
            if self.refused.contains(&fingerprint) {
                continue;
            }
            match self.read(text) {
                Ok(_) if found.is_some() => return stay(Some(ScanNotice::SeveralCodes)),
                Ok(enrollment) => found = Some(enrollment),
                Err(refusal) => {
                    said = Some(refusal);
                    if self.refused.len() < MAX_REFUSED {
                        self.refused.push(fingerprint);
                    }
                }
            }
        }
        match found {
            None => stay(said),
            Some(_) if vault.entries().len() >= Vault::MAX_ACCOUNTS => {
                stay(Some(ScanNotice::VaultFull))
            }
            Some((account, assumed)) => {
                let view = View::ScanQr { notice: None };
                let (state, mut effects) = self.take(account, assumed, view, vault);
                effects.insert(0, Effect::StopCamera);
                (state, effects)
            }
        }
    }

    /// Enrolls what a link brought, or says at the start of the flow why not.
    fn follow(
        &self,
        link: Result<Box<(Account, Vec<Warning>)>, ScanNotice>,
        vault: &mut Vault,
    ) -> (State, Vec<Effect>) {
        let notice = match link {
            Ok(_) if vault.entries().len() >= Vault::MAX_ACCOUNTS => ScanNotice::VaultFull,
            Ok(link) => {
                let (account, assumed) = *link;
                let view = self.verify_device(None, false);
                return self.take(account, assumed, view, vault);
            }
            Err(notice) => notice,
        };
        (State::VerifyDevice { notice: Some(notice), save_failed: false }, vec![])
    }

    fn verify_device(&self, notice: Option<ScanNotice>, save_failed: bool) -> View {
        View::VerifyDevice { notice, save_failed, offers_sms: self.offers_sms() }
    }

    fn offers_sms(&self) -> bool {
        self.relying_party.as_ref().is_some_and(|party| party.pin_url.is_some())
    }

    /// One payload as an account that can be enrolled here.
    fn read(&self, text: &str) -> Result<(Account, Vec<Warning>), ScanNotice> {
        let parsed = payload::parse(text).map_err(ScanNotice::NotAnEnrollment)?;
        if parsed.part.is_some() {
            return Err(ScanNotice::Transfer);
        }
        let account = parsed.accounts.into_iter().next().ok_or(ScanNotice::Transfer)?;
        if !account.otp().makes_codes() {
            return Err(ScanNotice::Unsupported);
        }
        match self.relying_party.as_ref().and_then(|party| party.issuer.as_deref()) {
            Some(issuer) if account.issuer() != Some(issuer) => Err(ScanNotice::OtherRelyingParty),
            _ => Ok((account, parsed.warnings)),
        }
    }

    fn submitted(&mut self, form: &ManualForm<'_>, vault: &mut Vault) -> (State, Vec<Effect>) {
        let issuer = self.relying_party.as_ref().and_then(|party| party.issuer.as_deref());
        match form.account(issuer) {
            Ok(account) => {
                let view = View::ManualEntry { errors: Vec::new(), save_failed: false };
                self.take(account, Vec::new(), view, vault)
            }
            Err(errors) => (State::ManualEntry { errors, save_failed: false }, vec![]),
        }
    }

    fn confirm(&self, shown: Shown, vault: &mut Vault) -> (State, Vec<Effect>) {
        let Ok(entry) = vault.entry(shown.account) else {
            return (State::Cancelled, vec![Effect::Close]); // somebody removed it meanwhile
        };
        match &self.relying_party {
            Some(party) => {
                let request = party.ask_for(entry.account().name());
                (State::Confirming(shown), vec![Effect::Ask(request)])
            }
            None => register(shown.view(vault), shown, vault),
        }
    }

    /// An account that was scanned or typed: new, or here already. `view` is what is seen until it
    /// is saved.
    fn take(
        &self,
        account: Account,
        assumed: Vec<Warning>,
        view: View,
        vault: &mut Vault,
    ) -> (State, Vec<Effect>) {
        match vault.find_duplicate(&account) {
            None => self.add(account, assumed, None, view, vault),
            Some(Duplicate { id: existing, same_codes }) => {
                (State::Duplicate { new: Box::new(account), assumed, existing, same_codes }, vec![])
            }
        }
    }

    fn add(
        &self,
        mut account: Account,
        assumed: Vec<Warning>,
        replaces: Option<AccountId>,
        view: View,
        vault: &mut Vault,
    ) -> (State, Vec<Effect>) {
        if let Some(old) = replaces.and_then(|id| vault.entry(id).ok())
            && old.account().same_codes_as(&account)
        {
            // The site counts on from there, whatever its QR code says.
            account.catch_up_with(old.account());
        }
        let asked_at = self.relying_party.as_ref().map(|party| party.status_url.clone());
        match vault.add_beside(account, Standing::Pending { asked_at, replaces }) {
            Ok(id) => saving(view, Change::Added { shown: Shown::new(id, assumed) }),
            Err(_) => (State::not_added(&view), vec![]),
        }
    }

    /// What the relying party said, and by its `Date` what the time is.
    fn answered(
        &self,
        shown: Shown,
        response: &Response<'_>,
        vault: &mut Vault,
    ) -> (State, Vec<Effect>) {
        let answer = response.answer();
        // Only whoever gave a proper answer is believed, and only what is more than the network's
        // slowness: a difference of a second or two is none of the clock's.
        if !matches!(answer, Answer::Unclear | Answer::SignInAgain | Answer::UnknownDevice)
            && let Some(error) = response.clock_error()
        {
            let error = if error.is_worth_telling() { error } else { ClockError::default() };
            vault.set_clock_error(error);
        }
        let notice = match answer {
            Answer::Registered => {
                let view = View::Confirming { account: shown.account };
                return register(view, shown, vault);
            }
            Answer::SignInAgain
                if self.relying_party.as_ref().is_some_and(|party| party.signs_in) =>
            {
                return (State::SignIn { refused: false, then: Then::ShowCode(shown) }, vec![]);
            }
            Answer::SignInAgain => CodeNotice::SignInAgain,
            Answer::Pending => CodeNotice::EnterCodeFirst,
            Answer::Rejected => CodeNotice::Rejected,
            Answer::UnknownDevice => CodeNotice::UnknownDevice,
            Answer::Unclear => CodeNotice::Unreachable,
        };
        (shown.with(notice), vec![])
    }
}

/// Says where it stands. A fingerprint of a text that may hold a secret is not printed either.
impl fmt::Debug for Enrollment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Enrollment({:?})", self.state)
    }
}

/// Takes the pending account out again.
fn discard(shown: Shown, vault: &mut Vault) -> (State, Vec<Effect>) {
    let view = shown.view(vault);
    match vault.remove(shown.account) {
        Ok(entry) => saving(view, Change::Removed { shown, entry: Box::new(entry) }),
        Err(_) => (State::Cancelled, vec![Effect::Close]), // somebody removed it meanwhile
    }
}

fn saving(view: View, change: Change) -> (State, Vec<Effect>) {
    (State::Saving { view, change }, vec![Effect::Save])
}

/// Makes the pending account a device, and lets the one go that it replaces.
fn register(view: View, shown: Shown, vault: &mut Vault) -> (State, Vec<Effect>) {
    let Ok(was) = vault.set_standing(shown.account, Standing::Registered) else {
        return (State::Cancelled, vec![Effect::Close]); // somebody removed it meanwhile
    };
    let replaced = match was {
        Standing::Pending { replaces: Some(old), .. } => vault.remove(old).ok().map(Box::new),
        _ => None,
    };
    saving(view, Change::Confirmed { shown, was, replaced })
}

/// How many refused codes are remembered; a wall of codes costs no more than this.
const MAX_REFUSED: usize = 256;

#[cfg(test)]
mod tests;
