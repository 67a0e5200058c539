//! A login name and a password, of a browser or of a phone: right or not, and not too often.

use countersign::{Account, Otp, Secret};
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::Portal;
use crate::password;
use crate::refusal::Refusal;
use crate::store::{Scope, Seconds, Stage, User};

/// What came of a sign-in.
pub enum SignIn {
    /// The password is right; a code may be wanted still.
    Right(Box<User>),
    /// The name is unknown or the password wrong: nobody is told which.
    Wrong,
    /// It was not looked at: wait so many seconds.
    Wait(Seconds),
    /// The password is right, and an administrator locked the account.
    Locked,
}

impl Portal {
    /// Looks at a login name and a password. All answers take the time of one password hash.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sign_in(
        &self,
        login: &str,
        typed: Zeroizing<String>,
        browser: Option<[u8; 32]>,
        address: &str,
    ) -> Result<SignIn, Refusal> {
        let now = self.clock.now();
        // What can be no login name is nobody's, and takes as long.
        let user = match is_login(login) {
            true => self.store.user_by_login(login).await?,
            false => None,
        };
        let too_long = typed.chars().count() > password::MOST;
        let typed = if too_long { Zeroizing::new(String::new()) } else { typed };
        // Of a name that does not exist it is asked too, with an id that is nobody's: as many questions,
        // as much time.
        let id = user.as_ref().map_or("", |user| &user.id);
        let known = match browser {
            Some(browser) if self.store.knows_browser(&browser, id).await? => {
                Some(format!("{id}:{}", HEXLOWER.encode(&browser)))
            }
            _ => None,
        };
        // A browser that the account knows keeps its way in, whatever others do at its address.
        let from = known.is_none().then(|| Scope::Address(address.to_owned()));
        let scope = match (&user, known) {
            (_, Some(known)) => Scope::KnownBrowser(known),
            (Some(user), None) => Scope::Account(user.id.clone()),
            (None, None) => Scope::nobody("", login),
        };
        // The address first: an attempt that it refuses costs the account nothing.
        for scope in from.iter().chain([&scope]) {
            if let Some(wait) = self.store.reserve_attempt(scope, now).await? {
                self.figures.sign_in("throttled");
                return Ok(SignIn::Wait(wait));
            }
        }
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let right = password::verify(typed, hash).await?;
        let Some(user) = user.filter(|_| right) else {
            self.figures.sign_in("wrong");
            return Ok(SignIn::Wrong);
        };
        for scope in from.iter().chain([&scope]) {
            self.store.forgive(scope).await?;
        }
        // Whoever is let in ends the row of failures, those of a stranger too (NIST SP 800-63B).
        self.store.forgive(&Scope::Account(user.id.clone())).await?;
        self.store.forgive(&Scope::Present(user.id.clone())).await?;
        if user.locked_at.is_some() {
            self.figures.sign_in("locked");
            return Ok(SignIn::Locked);
        }
        self.figures.sign_in("right");
        Ok(SignIn::Right(Box::new(user)))
    }

    /// How far a right password leads: to the end only where there is no device to ask and none is
    /// required.
    ///
    /// # Errors
    /// The database failed.
    pub async fn stage_after_password(&self, user: &User) -> Result<Stage, Refusal> {
        // After a reset a device is configured as if for the first time, whatever the policy.
        let wanted = user.mfa_required || user.one_time || user.reset_at.is_some();
        let more = wanted || self.has_second_factor(user).await?;
        Ok(if more { Stage::Password } else { Stage::Full })
    }

    /// Whether the account has anything beside its password: a device, or where the last one was
    /// revoked, recovery codes.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn has_second_factor(&self, user: &User) -> Result<bool, Refusal> {
        Ok(self.has_device(user).await? || self.store.recovery_codes_left(&user.id).await? > 0)
    }

    /// Whether the account has a registered device.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn has_device(&self, user: &User) -> Result<bool, Refusal> {
        Ok(!self.store.registered_devices(&user.id).await?.is_empty())
    }

    /// The login name for the audit log: what was typed is kept only where it is somebody's, for it
    /// may be a password in the wrong field.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn known_login(&self, typed: &str) -> Result<String, Refusal> {
        if !is_login(typed) {
            return Ok(String::new());
        }
        Ok(self.store.user_by_login(typed).await?.map(|user| user.login).unwrap_or_default())
    }
}

/// Whether a text can be a login name: short, and drawn as it is written. It is a device's name too.
pub(crate) fn is_login(text: &str) -> bool {
    let short = (1..=MOST_LOGIN).contains(&text.chars().count());
    let secret = Secret::from_bytes(vec![1; 20]);
    short && secret.is_ok_and(|secret| Account::new(None, text, Otp::DEFAULT, secret).is_ok())
}

/// The longest login name, in characters.
pub(crate) const MOST_LOGIN: usize = 64;
