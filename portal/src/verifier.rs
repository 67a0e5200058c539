//! A typed code and an account: right or not, once, and not too often.
//!
//! The decision is one statement of the store: of two equal codes at one moment one is accepted, and
//! of many guesses at one moment none is looked at past the limit, however many portals there are.

use countersign::verify::{Seen, Verdict, Window, verify};
use countersign::{Otp, TimeStep};

use crate::Portal;
use crate::refusal::Refusal;
use crate::store::{Device, DeviceState, Seconds};

/// What came of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was right: the name of its device.
    Accepted(String),
    /// It was wrong, or used before. There is another in so many seconds.
    Refused(Seconds),
    /// It was not looked at: there were too many wrong ones. Wait so many seconds.
    Wait(Seconds),
}

impl Portal {
    /// Checks a code against the registered devices of an account.
    ///
    /// # Errors
    /// The database failed, or a secret cannot be opened.
    pub async fn check_code(&self, user_id: &str, typed: &str) -> Result<Outcome, Refusal> {
        let now = self.clock.now();
        let devices = self.store.devices(user_id).await?;
        let registered = || devices.iter().filter(|device| device.state == DeviceState::Registered);
        // All are looked at, whichever fits: the time taken tells nothing.
        let mut fits = None;
        for device in registered() {
            if let Verdict::Accepted(seen) = self.verdict(device, typed, now)? {
                fits = fits.or(Some((device, seen)));
            }
        }
        if let Some((device, seen)) = fits
            && self.store.accept_code(device, seen, now).await?
        {
            if registered().any(|other| other.fails > 0) {
                self.store.forgive_devices(user_id).await?;
            }
            self.figures.code("accepted");
            return Ok(Outcome::Accepted(device.name.clone()));
        }
        let counted = self.store.count_wrong_code(user_id, DeviceState::Registered, now).await?;
        Ok(self.refused(counted, registered(), now))
    }

    /// Checks the first code of a pending device, and registers it.
    ///
    /// # Errors
    /// The database failed, or the secret cannot be opened.
    pub async fn check_first_code(&self, device: &Device, typed: &str) -> Result<Outcome, Refusal> {
        let now = self.clock.now();
        if let Verdict::Accepted(seen) = self.verdict(device, typed, now)?
            && self.store.register_device(device, seen, now).await?
        {
            self.figures.code("registered");
            return Ok(Outcome::Accepted(device.name.clone()));
        }
        let user_id = &device.user_id;
        let counted = self.store.count_wrong_code(user_id, DeviceState::Pending, now).await?;
        Ok(self.refused(counted, [device].into_iter(), now))
    }

    fn verdict(&self, device: &Device, typed: &str, now: Seconds) -> Result<Verdict, Refusal> {
        let keys = &self.config.keys;
        let secret = keys.open(&device.secret, &device.key_id, &device.id)?;
        let unix_time = u64::try_from(now).unwrap_or(0);
        let window = Window { steps: self.config.window, ..Window::DEFAULT };
        let seen = Seen { last_step: device.seen.last_step, drift: device.seen.drift };
        Ok(verify(&Otp::DEFAULT, &secret, typed, unix_time, seen, window))
    }

    fn refused<'d>(
        &self,
        counted: bool,
        devices: impl Iterator<Item = &'d Device>,
        now: Seconds,
    ) -> Outcome {
        if counted {
            self.figures.code("refused");
            return Outcome::Refused(until_next_code(now));
        }
        self.figures.code("throttled");
        let until = devices.map(|device| device.wait_until).max().unwrap_or(now);
        Outcome::Wait(if until > now { until - now } else { until_next_code(now) })
    }
}

/// The seconds until the next code.
#[must_use]
pub(crate) fn until_next_code(now: Seconds) -> Seconds {
    let step = Seconds::from(TimeStep::DEFAULT.seconds());
    step - now.rem_euclid(step)
}
