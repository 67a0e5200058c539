//! What goes into the flow, and what it asks for.

use std::fmt;

use countersign::enroll;

pub use countersign::enroll::RelyingParty;

use super::view::View;

/// Whom a device is verified for.
#[uniffi::remote(Record)]
pub struct RelyingParty {
    /// The issuer that its enrollment codes name. Codes of others are refused where it is given.
    pub issuer: Option<String>,
    /// Where to ask about a device: the parameter `device` with its name is added.
    pub status_url: String,
    /// The user signs in first, in this flow. An app that has a sign-in of its own says no.
    pub signs_in: bool,
    /// Where a phone number is confirmed by a PIN in an SMS, an address without a query. Only where it is
    /// given is that way offered.
    #[uniffi(default = None)]
    pub pin_url: Option<String>,
}

/// What there is to see and to do after an event.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Step {
    /// To be drawn.
    pub view: View,
    /// To be carried out, in this order.
    pub effects: Vec<Effect>,
}

/// What the user, the camera, the disk or the network did.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum Event {
    /// The relying party let the user in.
    SignedIn,
    /// The relying party did not.
    SignInRefused,
    /// Scan QR was tapped.
    ScanQr,
    /// Enter the values was tapped.
    EnterManually,
    /// The way to the system's settings was tapped.
    OpenSettings,
    /// The camera may be used.
    CameraGranted,
    /// It may not.
    CameraDenied,
    /// The chosen picture could not even be loaded.
    PictureUnreadable,
    /// The form was left, or the number, or the PIN.
    Back,
    /// The account that is here is to go when the new one is registered.
    Replace,
    /// Both accounts are to stay.
    KeepBoth,
    /// Confirm by SMS was tapped.
    ConfirmBySms,
    /// The vault is saved.
    Saved,
    /// It is not.
    SaveFailed,
    /// Continue was tapped.
    Continue,
    /// The relying party did not answer in time.
    Unreachable,
    /// The last view was read.
    Done,
    /// Cancel was tapped.
    Cancel,
}

/// Where the texts of codes are from.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum Source {
    /// From a frame of the camera; none is an ordinary frame.
    Camera,
    /// From a picture that was chosen; none is to be told.
    Picture,
}

/// What was typed, field by field, but for the key. An empty field has its default; the name has
/// none. Keep the texts: after an error the user goes on from there.
#[derive(uniffi::Record)]
pub struct ManualForm {
    /// The device name, kept exactly as typed: case and spaces matter.
    pub name: String,
    /// The relying party.
    #[uniffi(default = "")]
    pub issuer: String,
    /// `totp`, `hotp` or `steam`; by default `totp`.
    #[uniffi(default = "")]
    pub kind: String,
    /// `SHA1`, `SHA256` or `SHA512`; by default `SHA1`.
    #[uniffi(default = "")]
    pub algorithm: String,
    /// 6 to 10; by default 6.
    #[uniffi(default = "")]
    pub digits: String,
    /// Seconds, from 1 to a year; by default 30.
    #[uniffi(default = "")]
    pub period: String,
    /// The counter of the next code, for `hotp`; by default 0.
    #[uniffi(default = "")]
    pub counter: String,
}

/// What is to be done.
#[derive(Debug, Clone, uniffi::Enum)]
pub enum Effect {
    /// Ask for the camera, and send whether it may be used.
    RequestCamera,
    /// Open the system's settings of this app.
    OpenSettings,
    /// Start the camera and send its frames.
    StartCamera,
    /// Send no more.
    StopCamera,
    /// Save the vault, and send whether it is.
    Save,
    /// Send this request with the session that the sign-in gave, following no redirect, and send the
    /// answer, or that there was none in time.
    Ask {
        /// The request.
        request: Request,
    },
    /// Close the flow.
    Close,
}

/// An HTTP request to send to the relying party. As a text it says neither a device name nor a PIN.
#[derive(Clone, uniffi::Record)]
#[uniffi::export(Display)]
pub struct Request {
    /// The method: GET, which may be sent again, or POST, which only the user sends again.
    pub method: String,
    /// The address.
    pub url: String,
    /// The Accept header.
    pub accept: String,
    /// What to send, as application/json. It may hold a PIN.
    pub body: Option<String>,
    /// After how many seconds without an answer the relying party counts as unreachable.
    pub timeout_seconds: u32,
}

/// What the relying party answered.
#[derive(uniffi::Record)]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// The body; of more than 64 KiB nothing is believed.
    pub body: Vec<u8>,
    /// The Date header, by which the device's clock is measured.
    pub date: Option<String>,
    /// What the device's clock showed when it came, in seconds since 1970.
    pub received_at: u64,
    /// The Retry-After header, in seconds.
    #[uniffi(default = None)]
    pub retry_after: Option<String>,
}

/// Says that there is one. A device name in its address and a PIN in its body are not printed.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} ..)", self.method)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ManualForm {
    pub(super) fn with_key<'a>(&'a self, key: &'a str) -> enroll::ManualForm<'a> {
        enroll::ManualForm {
            name: &self.name,
            key,
            issuer: &self.issuer,
            kind: &self.kind,
            algorithm: &self.algorithm,
            digits: &self.digits,
            period: &self.period,
            counter: &self.counter,
        }
    }
}

impl From<Event> for enroll::Event<'_> {
    fn from(event: Event) -> Self {
        match event {
            Event::SignedIn => Self::SignedIn,
            Event::SignInRefused => Self::SignInRefused,
            Event::ScanQr => Self::ScanQr,
            Event::EnterManually => Self::EnterManually,
            Event::OpenSettings => Self::OpenSettings,
            Event::CameraGranted => Self::CameraGranted,
            Event::CameraDenied => Self::CameraDenied,
            Event::PictureUnreadable => Self::PictureUnreadable,
            Event::Back => Self::Back,
            Event::Replace => Self::Replace,
            Event::KeepBoth => Self::KeepBoth,
            Event::ConfirmBySms => Self::ConfirmBySms,
            Event::Saved => Self::Saved,
            Event::SaveFailed => Self::SaveFailed,
            Event::Continue => Self::Continue,
            Event::Unreachable => Self::Unreachable,
            Event::Done => Self::Done,
            Event::Cancel => Self::Cancel,
        }
    }
}

impl From<enroll::Effect> for Effect {
    fn from(effect: enroll::Effect) -> Self {
        match effect {
            enroll::Effect::RequestCamera => Self::RequestCamera,
            enroll::Effect::OpenSettings => Self::OpenSettings,
            enroll::Effect::StartCamera => Self::StartCamera,
            enroll::Effect::StopCamera => Self::StopCamera,
            enroll::Effect::Save => Self::Save,
            enroll::Effect::Ask(request) => Self::Ask { request: request.into() },
            enroll::Effect::Close => Self::Close,
        }
    }
}

impl From<enroll::Request> for Request {
    fn from(request: enroll::Request) -> Self {
        Self {
            method: request.method.to_owned(),
            url: request.url,
            accept: request.accept.to_owned(),
            body: request.body,
            timeout_seconds: enroll::Request::TIMEOUT_SECONDS,
        }
    }
}
