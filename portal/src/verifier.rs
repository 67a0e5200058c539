//! A typed code and an account: right or not, once, and not too often.
//!
//! The decision is one statement of the store: of two equal codes at one moment one is accepted, and
//! of many guesses at one moment none is looked at past the limit, however many portals there are.

use countersign::verify::{Seen, Verdict, Window, verify};
use countersign::{Otp, TimeStep};
use data_encoding::HEXLOWER;

use crate::Portal;
use crate::refusal::Refusal;
use crate::store::{Attempt, Device, DeviceState, Scope, Seconds};

/// What came of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was right: the name of its device.
    Accepted(String),
    /// It was wrong, or used before. Another is looked at in so many seconds.
    Refused(Seconds),
    /// It was not looked at: there were too many wrong ones. Wait so many seconds.
    Wait(Seconds),
}

impl Portal {
    /// Checks a code against the registered devices of an account. A browser that was let in by one
    /// before is not held up by the wrong codes of others: its own are counted for themselves.
    ///
    /// # Errors
    /// The database failed, or a secret cannot be opened.
    pub async fn check_code(
        &self,
        user_id: &str,
        typed: &str,
        browser: Option<[u8; 32]>,
    ) -> Result<Outcome, Refusal> {
        let devices = self.store.registered_devices(user_id).await?;
        let own = self.own_scope(user_id, browser).await?;
        self.check_code_of(&devices, user_id, typed, own.as_ref()).await
    }

    /// Where the wrong codes of a browser are counted that was let in by one before.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn own_scope(
        &self,
        user_id: &str,
        browser: Option<[u8; 32]>,
    ) -> Result<Option<Scope>, Refusal> {
        Ok(match browser {
            Some(browser) if self.store.knows_by_code(&browser, user_id).await? => {
                Some(Scope::KnownByCode(format!("{user_id}:{}", HEXLOWER.encode(&browser))))
            }
            _ => None,
        })
    }

    /// Checks a code for a site: whose key has this hash, and against the devices of whoever has
    /// this login name. Nothing if there is no such key.
    ///
    /// An account that is not there, is locked or has no device is refused as a wrong code is, and
    /// is as patient: its failures are counted under its name.
    ///
    /// # Errors
    /// The database failed, or a secret cannot be opened.
    pub async fn check_code_for_site(
        &self,
        key_hash: &[u8; 32],
        login: &str,
        typed: &str,
    ) -> Result<Option<Outcome>, Refusal> {
        let devices = self.store.devices_for_site(key_hash, login).await?;
        let Some(devices) = devices else { return Ok(None) };
        if let [device, ..] = devices.as_slice() {
            return self.check_code_of(&devices, &device.user_id, typed, None).await.map(Some);
        }
        let now = self.clock.now();
        let scope = Scope::nobody("code ", login);
        // As of an account, which waits for the next code too.
        let told = |wait: Seconds| wait.max(until_next_code(now));
        Ok(Some(match self.store.count_attempt(&scope, now).await? {
            Attempt::Counted(wait) => {
                self.figures.code("refused");
                Outcome::Refused(told(wait))
            }
            Attempt::Refused(wait) => {
                self.figures.code("throttled");
                Outcome::Wait(told(wait))
            }
        }))
    }

    /// Checks a code against these devices, all the registered ones of an account.
    async fn check_code_of(
        &self,
        devices: &[Device],
        user_id: &str,
        typed: &str,
        own: Option<&Scope>,
    ) -> Result<Outcome, Refusal> {
        let now = self.clock.now();
        let mut own_wait = None;
        if let Some(scope) = own {
            match self.store.count_attempt(scope, now).await? {
                Attempt::Counted(wait) => own_wait = Some(wait.max(until_next_code(now))),
                Attempt::Refused(wait) => {
                    self.figures.code("throttled");
                    return Ok(Outcome::Wait(wait.max(until_next_code(now))));
                }
            }
        }
        // All are looked at, whichever fits: the time taken tells nothing.
        let (mut fits, mut used) = (None, false);
        for device in devices {
            match self.verdict(device, typed, now) {
                Ok(Verdict::Accepted(seen)) => fits = fits.or(Some((device, seen))),
                Ok(Verdict::Replayed) => used = true,
                // One that cannot be opened is in the log, and keeps nobody from using another.
                Ok(Verdict::Rejected) | Err(_) => {}
            }
        }
        // What somebody saw being used is used, be it by chance another device's code too.
        if let Some((device, seen)) = fits.filter(|_| !used)
            && self.store.accept_code(device, seen, own.is_none(), now).await?
        {
            if devices.iter().any(|other| other.fails > 0) {
                self.store.forgive_devices(user_id).await?;
            }
            self.figures.code("accepted");
            return Ok(Outcome::Accepted(device.name.clone()));
        }
        if let Some(wait) = own_wait {
            self.figures.code("refused");
            return Ok(Outcome::Refused(wait));
        }
        self.wrong(user_id, DeviceState::Registered, now).await
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
        self.wrong(&device.user_id, DeviceState::Pending, now).await
    }

    fn verdict(&self, device: &Device, typed: &str, now: Seconds) -> Result<Verdict, Refusal> {
        let keys = &self.config.keys;
        let secret = keys.open(&device.secret, &device.key_id, &device.id)?;
        let unix_time = u64::try_from(now).unwrap_or(0);
        let window = Window { steps: self.config.window, ..Window::DEFAULT };
        let seen = Seen { last_step: device.seen.last_step, drift: device.seen.drift };
        Ok(verify(&Otp::DEFAULT, &secret, typed, unix_time, seen, window))
    }

    /// Counts a wrong code, and says when another is looked at.
    async fn wrong(
        &self,
        user_id: &str,
        state: DeviceState,
        now: Seconds,
    ) -> Result<Outcome, Refusal> {
        let counted = self.store.count_wrong_code(user_id, state, now).await?;
        self.figures.code(if counted { "refused" } else { "throttled" });
        let devices = self.store.devices(user_id).await?;
        let of_state = devices.iter().filter(|device| device.state == state);
        let wait = of_state.map(|device| device.wait_from(now)).max().unwrap_or(0);
        let wait = wait.max(until_next_code(now));
        Ok(if counted { Outcome::Refused(wait) } else { Outcome::Wait(wait) })
    }
}

/// The seconds until the next code.
#[must_use]
pub(crate) fn until_next_code(now: Seconds) -> Seconds {
    let step = Seconds::from(TimeStep::DEFAULT.seconds());
    step - now.rem_euclid(step)
}
