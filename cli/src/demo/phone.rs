//! The phone of the demonstration: it draws nothing, and does what the enrollment flow asks for.

use std::path::Path;

use anyhow::{Context as _, bail};
use countersign::enroll::{Effect, Enrollment, Event, Response, View};
use countersign::vault::{DeviceKey, KdfCost, Unlock, Vault, VaultFile};
use rand_chacha::ChaCha20Rng;

use super::relying_party::RelyingParty;
use crate::clock::Clock;

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
    pub(super) fn new(path: &Path, mut rng: ChaCha20Rng, clock: Clock) -> anyhow::Result<Self> {
        let file = VaultFile::lock(path)?;
        let key = DeviceKey::generate(&mut rng);
        let vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng)?;
        let flow = Enrollment::start(Some(RelyingParty::known_as()), &vault);
        Ok(Self { vault, file, key, flow, rng, clock, saved: 0 })
    }

    /// Sends an event into the flow and does what it asks for, until it asks for nothing more.
    pub(super) fn send(&mut self, event: Event<'_>, web: &RelyingParty) -> anyhow::Result<View> {
        let (mut view, mut effects) = self.flow.on(event, &mut self.vault);
        while let Some(effect) = (!effects.is_empty()).then(|| effects.remove(0)) {
            let event = match &effect {
                // The owner of this phone allows the camera.
                Effect::RequestCamera => Event::CameraGranted,
                Effect::Save => {
                    self.save()?;
                    Event::Saved
                }
                Effect::Ask(request) => {
                    let (status, body) = web.answer(request);
                    let received_at = self.clock.unix_time();
                    Event::Answered(Response { status, body, date: None, received_at })
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
