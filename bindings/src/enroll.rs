//! The enrollment flow as a shell holds it: events go in, a view and effects come out.

mod event;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use countersign::enroll::{self, Event as CoreEvent, Response as CoreResponse, Text, Texts};
use countersign::qr::{self, Payload, Scanner};
use zeroize::Zeroizing;

pub use self::event::{Effect, Event, ManualForm, RelyingParty, Request, Response, Source, Step};
pub use self::view::{
    CodeNotice, Corners, Field, FieldError, Hint, NumberNotice, PayloadError, PinNotice, Point,
    Problem, ScanNotice, Sight, View, Warning,
};
use crate::CountersignError;
use crate::vault::{self, Open, Vault};

/// One enrollment: Verify device, Scan QR, the code and Continue, Device registered.
///
/// Draw the view, carry out the effects in their order, and send what happened as an event. An event
/// that does not fit the view changes nothing, so every order of taps is fine. There is one
/// enrollment at a time; a new one ends the one before, and so does locking the vault.
#[derive(uniffi::Object)]
pub struct Enrollment {
    vault: Arc<Vault>,
    /// Which flow of the vault this one is. It lies in the vault, so that locking erases it.
    scanner: Weak<Mutex<Scanner>>,
}

/// The flow as it lies in an open vault.
pub(crate) struct Flow {
    enrollment: enroll::Enrollment,
    /// What the last frames showed. Reading a frame takes time, in which the vault is not held up.
    scanner: Arc<Mutex<Scanner>>,
}

#[uniffi::export]
impl Enrollment {
    /// Begins an enrollment, or takes up the one that was not ended with the same relying party: an
    /// app killed while it showed a code comes back to that code. Without a relying party to ask,
    /// Continue completes it.
    #[uniffi::constructor]
    pub fn start(
        vault: Arc<Vault>,
        relying_party: Option<RelyingParty>,
    ) -> Result<Arc<Self>, CountersignError> {
        let scanner = vault.with(|open| {
            let enrollment = enroll::Enrollment::start(relying_party, &open.vault);
            let scanner = Arc::new(Mutex::new(Scanner::new()));
            let own = Arc::downgrade(&scanner);
            open.flow = Some(Flow { enrollment, scanner });
            Ok(own)
        })?;
        Ok(Arc::new(Self { vault, scanner }))
    }

    /// What is to be seen now.
    pub fn view(&self) -> Result<View, CountersignError> {
        self.with(|open, flow| Ok(flow.enrollment.view(&open.vault).into()))
    }

    /// Whether it took up an enrollment that was not ended, be it behind a sign-in. Ask right after the
    /// start, and show the flow then also to somebody who did not tap for it.
    pub fn is_taken_up(&self) -> Result<bool, CountersignError> {
        self.with(|_, flow| Ok(flow.enrollment.is_taken_up()))
    }

    /// Takes one event: what is to be seen now, and what is to be done.
    pub fn on(&self, event: Event) -> Result<Step, CountersignError> {
        self.send(event.into())
    }

    /// Takes a frame of the camera: its luma plane, a byte for each pixel, whose rows begin
    /// `row_stride` bytes apart. The plane is looked at where it lies and not copied; the texts of
    /// the codes in it stay in here.
    ///
    /// Send one frame after the other, from one thread, and drop those that come meanwhile. Where no
    /// code is being looked for, this returns at once.
    pub fn frame(
        &self,
        luma: &[u8],
        width: u32,
        height: u32,
        row_stride: u32,
    ) -> Result<Sight, CountersignError> {
        let frame = vault::frame(luma, width, height, row_stride)?;
        let now = self.now()?;
        if !matches!(now.view, View::ScanQr { .. }) {
            return Ok(Sight { step: now, corners: None, hint: None });
        }
        let scanner = self.scanner.upgrade().ok_or(CountersignError::FlowEnded)?;
        let mut scanner = held(&scanner);
        let sighting = scanner.scan(frame);
        let texts: Vec<_> = sighting.payloads().iter().map(Payload::text).collect();
        let step = self.send(CoreEvent::Scanned(Texts(&texts)))?;
        if !matches!(step.view, View::ScanQr { .. }) {
            scanner.forget();
        }
        Ok(Sight {
            step,
            corners: sighting.corners().map(Corners::from),
            hint: sighting.seen().and_then(|seen| seen.hint),
        })
    }

    /// Takes a picture that was chosen, as the bytes of a PNG, JPEG or WebP file.
    pub fn picture(&self, file: &[u8]) -> Result<Step, CountersignError> {
        let now = self.now()?;
        if !matches!(now.view, View::ScanQr { .. }) {
            return Ok(now);
        }
        match qr::scan_picture(file) {
            Ok(payloads) => {
                let texts: Vec<_> = payloads.iter().map(Payload::text).collect();
                self.send(CoreEvent::PictureScanned(Texts(&texts)))
            }
            Err(_) => self.send(CoreEvent::PictureUnreadable),
        }
    }

    /// Takes the texts of QR codes, in UTF-8, from an app that reads them in its own way.
    pub fn scanned(&self, texts: Vec<Vec<u8>>, source: Source) -> Result<Step, CountersignError> {
        let texts: Vec<_> = texts.into_iter().map(Zeroizing::new).collect();
        // What is no text is no enrollment code either.
        let texts: Vec<_> =
            texts.iter().map(|text| str::from_utf8(text).unwrap_or(NO_TEXT)).collect();
        self.send(match source {
            Source::Camera => CoreEvent::Scanned(Texts(&texts)),
            Source::Picture => CoreEvent::PictureScanned(Texts(&texts)),
        })
    }

    /// Takes the payload that a link of another app or a web page brought, or that was pasted, in
    /// UTF-8: enrolling on the very phone that shows the page.
    ///
    /// It fits while nothing was read yet. Before a sign-in it is kept until the user is signed in.
    pub fn linked(&self, payload: &[u8]) -> Result<Step, CountersignError> {
        let payload = str::from_utf8(payload).unwrap_or(NO_TEXT);
        self.send(CoreEvent::Linked(Texts(&[payload])))
    }

    /// Takes the form, with the key as it was typed, in UTF-8.
    pub fn submit(&self, form: ManualForm, key: &[u8]) -> Result<Step, CountersignError> {
        // Every text that is no base32 is answered at its field.
        let key = str::from_utf8(key).unwrap_or(NO_TEXT);
        self.send(CoreEvent::Submit(form.with_key(key)))
    }

    /// Takes the phone number to which a PIN is to be sent, with its country's code, as it was typed.
    pub fn send_pin(&self, number: &str) -> Result<Step, CountersignError> {
        self.send(CoreEvent::SendPin(Text(number)))
    }

    /// Asks for another message, at this time of the device's clock, in seconds since 1970. Before the
    /// view's time for it nothing changes.
    pub fn resend_pin(&self, at: u64) -> Result<Step, CountersignError> {
        self.send(CoreEvent::ResendPin { at })
    }

    /// Takes the PIN as it was typed, in UTF-8.
    pub fn check_pin(&self, typed: &[u8]) -> Result<Step, CountersignError> {
        self.send(CoreEvent::CheckPin(Text(str::from_utf8(typed).unwrap_or(NO_TEXT))))
    }

    /// Takes the text of an SMS, in UTF-8, that the user let the app read. The PIN is found in here, and
    /// checked.
    pub fn message_received(&self, text: &[u8]) -> Result<Step, CountersignError> {
        self.send(CoreEvent::MessageReceived(Text(str::from_utf8(text).unwrap_or(NO_TEXT))))
    }

    /// Takes what the relying party answered to the request.
    pub fn answered(&self, response: Response) -> Result<Step, CountersignError> {
        let Response { status, ref body, ref date, received_at, ref retry_after } = response;
        let (date, retry_after) = (date.as_deref(), retry_after.as_deref());
        self.send(CoreEvent::Answered(CoreResponse {
            status,
            body,
            date,
            retry_after,
            received_at,
        }))
    }
}

impl Enrollment {
    /// One event for the core; nothing is remembered of frames once no code is looked for.
    fn send(&self, event: CoreEvent<'_>) -> Result<Step, CountersignError> {
        self.with(|open, flow| {
            let (view, effects) = flow.enrollment.on(event, &mut open.vault);
            if !matches!(view, enroll::View::ScanQr { .. })
                && let Ok(mut scanner) = flow.scanner.try_lock()
            {
                scanner.forget(); // or else the frame that is being read does so at its end
            }
            let effects = effects.into_iter().map(Effect::from).collect();
            Ok(Step { view: view.into(), effects })
        })
    }

    fn now(&self) -> Result<Step, CountersignError> {
        Ok(Step { view: self.view()?, effects: Vec::new() })
    }

    /// Does something with this flow, if it is still the one of the vault.
    fn with<T>(
        &self,
        act: impl FnOnce(&mut Open, &mut Flow) -> Result<T, CountersignError>,
    ) -> Result<T, CountersignError> {
        self.vault.with(|open| {
            let own = |flow: &mut Flow| Weak::ptr_eq(&Arc::downgrade(&flow.scanner), &self.scanner);
            let mut flow = open.flow.take_if(own).ok_or(CountersignError::FlowEnded)?;
            let outcome = act(open, &mut flow);
            open.flow = Some(flow);
            outcome
        })
    }
}

/// A scanner that a panic left is one that has seen nothing.
fn held(scanner: &Mutex<Scanner>) -> MutexGuard<'_, Scanner> {
    scanner.lock().unwrap_or_else(|poisoned| {
        scanner.clear_poison();
        let mut scanner = PoisonError::into_inner(poisoned);
        scanner.forget();
        scanner
    })
}

/// Stands for bytes that are no UTF-8: neither base32 nor the start of a payload, and no digits.
const NO_TEXT: &str = "\u{FFFD}";
