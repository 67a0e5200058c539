//! What goes into the flow, and what it asks for.

use core::fmt;

use super::form::ManualForm;
use super::relying_party::{Request, Response};

/// What the user, the camera, the disk or the relying party did.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// The relying party let the user in.
    SignedIn,
    /// The relying party did not.
    SignInRefused,
    /// **Scan QR** was tapped.
    ScanQr,
    /// **Enter the values** was tapped.
    EnterManually,
    /// The way to the system's settings was tapped.
    OpenSettings,
    /// The camera may be used.
    CameraGranted,
    /// It may not.
    CameraDenied,
    /// The texts of the codes in a camera frame; none is an ordinary frame.
    Scanned(Texts<'a>),
    /// The texts of the codes in a picture that was chosen.
    PictureScanned(Texts<'a>),
    /// The chosen file was no picture that can be read.
    PictureUnreadable,
    /// The payload that a link of another app or a web page brought, or that was pasted: one text.
    /// It fits while nothing was read yet; before a sign-in it is kept until the user is signed in.
    Linked(Texts<'a>),
    /// The form was sent.
    Submit(ManualForm<'a>),
    /// The form was left, or the number, or the PIN.
    Back,
    /// The account that is here is to go when the new one is registered.
    Replace,
    /// Both accounts are to stay.
    KeepBoth,
    /// **Confirm by SMS** was tapped.
    ConfirmBySms,
    /// A phone number was given to which a PIN is to be sent.
    SendPin(Text<'a>),
    /// Another message was asked for; before the view's `resend_from` that changes nothing.
    ResendPin {
        /// What the device's clock shows, in seconds since the Unix epoch.
        at: u64,
    },
    /// The PIN was typed.
    CheckPin(Text<'a>),
    /// An SMS came, and the user let the app read it. The PIN is found in here, and checked.
    MessageReceived(Text<'a>),
    /// The vault is on the disk.
    Saved,
    /// It is not.
    SaveFailed,
    /// **Continue** was tapped.
    Continue,
    /// The relying party answered.
    Answered(Response<'a>),
    /// It did not, within [`Request::TIMEOUT_SECONDS`].
    Unreachable,
    /// The last view was read.
    Done,
    /// **Cancel** was tapped.
    Cancel,
}

/// The texts of the codes in one frame or picture. They may hold secrets, and are not printed.
#[derive(Clone, Copy)]
pub struct Texts<'a>(pub &'a [&'a str]);

/// A text that was typed, or the one of a message. It may hold a PIN, and is not printed.
#[derive(Clone, Copy)]
pub struct Text<'a>(pub &'a str);

/// What the shell is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask for the camera, and send [`Event::CameraGranted`] or [`Event::CameraDenied`].
    RequestCamera,
    /// Open the system's settings of this app.
    OpenSettings,
    /// Send each camera frame's texts as [`Event::Scanned`].
    StartCamera,
    /// Send no more.
    StopCamera,
    /// Seal the vault and save it, and send [`Event::Saved`] or [`Event::SaveFailed`]. Where it is
    /// not known which ([`FileError::StateUnknown`](crate::vault::FileError::StateUnknown)), open
    /// the vault again and start a new flow: it goes on from what the disk has.
    Save,
    /// Send this request, and then [`Event::Answered`] or [`Event::Unreachable`].
    Ask(Request),
    /// Close the flow.
    Close,
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
}

impl fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.0.len())
    }
}
