//! The phone of the demonstration: it draws nothing, and does what the enrollment flow asks for.

use std::path::Path;

use anyhow::{Context as _, bail};
use countersign::enroll::{Effect, Enrollment, Event, RelyingParty, Request, Response, View};
use countersign::vault::{DeviceKey, KdfCost, Unlock, Vault, VaultFile};
use rand_chacha::ChaCha20Rng;

use crate::clock::Clock;

/// The relying party's side, as the phone reaches it.
pub(super) trait Web {
    /// Answers the device's question.
    ///
    /// # Errors
    /// There was no answer; a message for the user.
    fn answer(&self, request: &Request) -> anyhow::Result<Answer>;
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// The `Date` header, where there is one.
    pub(super) date: Option<String>,
}

/// A vault on the disk, its key in memory, and an enrollment that goes on in it.
pub(super) struct Phone {
    vault: Vault,
    file: VaultFile,
    /// What a phone's key store would hold.
    key: DeviceKey,
    flow: Enrollment,
    rng: ChaCha20Rng,
    clock: Clock,
    /// The bytes of the last save.
    saved: usize,
}

impl Phone {
    /// A phone with an empty vault, asked to verify itself for the relying party.
    pub(super) fn new(
        path: &Path,
        party: RelyingParty,
        mut rng: ChaCha20Rng,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let file = VaultFile::lock(path)?;
        let key = DeviceKey::generate(&mut rng);
        let vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng)?;
        let flow = Enrollment::start(Some(party), &vault);
        Ok(Self { vault, file, key, flow, rng, clock, saved: 0 })
    }

    /// Sends an event into the flow and does what it asks for, until it asks for nothing more.
    pub(super) fn send(&mut self, event: Event<'_>, web: &dyn Web) -> anyhow::Result<View> {
        let (mut view, mut effects) = self.flow.on(event, &mut self.vault);
        while let Some(effect) = (!effects.is_empty()).then(|| effects.remove(0)) {
            let answer;
            let event = match &effect {
                // The owner of this phone allows the camera.
                Effect::RequestCamera => Event::CameraGranted,
                Effect::Save => {
                    self.save()?;
                    Event::Saved
                }
                Effect::Ask(request) => {
                    answer = web.answer(request)?;
                    let Answer { status, body, date } = &answer;
                    let received_at = self.clock.unix_time();
                    let (date, status) = (date.as_deref(), *status);
                    let retry_after = None; // a phone number is asked about, which no party here does
                    Event::Answered(Response { status, body, date, retry_after, received_at })
                }
                // The picture comes from a file, and there is no screen to close.
                Effect::StartCamera | Effect::StopCamera | Effect::OpenSettings | Effect::Close => {
                    continue;
                }
            };
            let (next, more) = self.flow.on(event, &mut self.vault);
            view = next;
            effects.extend(more);
        }
        Ok(view)
    }

    /// The bytes of the last save.
    pub(super) fn saved(&self) -> usize {
        self.saved
    }

    /// The accounts in memory.
    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Switches the phone off and on: the accounts are those on the disk.
    pub(super) fn restart(mut self) -> anyhow::Result<Vault> {
        drop(self.vault);
        let Some(opened) = self.file.open_newest(Unlock::DeviceKey(&self.key))? else {
            bail!("the vault is not on the disk any more");
        };
        Ok(Vault::from_content(opened.keys, &opened.content)?)
    }

    fn save(&mut self) -> anyhow::Result<()> {
        let sealed = self.vault.seal(&mut self.rng)?;
        self.file.save(&sealed).context("failed to save the vault of the demonstration")?;
        self.saved = sealed.len();
        Ok(())
    }
}
