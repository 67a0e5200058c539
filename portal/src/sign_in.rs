//! A login name and a password, of a browser or of a phone: right or not, and not too often.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::Portal;
use crate::password;
use crate::refusal::Refusal;
use crate::store::{DeviceState, Scope, Seconds, Stage, User};

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
        if login.chars().count() > MOST_LOGIN || typed.chars().count() > password::MOST {
            return Ok(SignIn::Wrong);
        }
        let user = self.store.user_by_login(login).await?;
        let scope = match &user {
            Some(user) => match browser {
                Some(browser) if self.store.knows_browser(&browser, &user.id).await? => {
                    Scope::KnownBrowser(hex(&Sha256::digest(
                        [&browser, user.id.as_bytes()].concat(),
                    )))
                }
                _ => Scope::Account(user.id.clone()),
            },
            None => Scope::NoAccount(hex(&Sha256::digest(login.to_lowercase()))),
        };
        let from = Scope::Address(address.to_owned());
        for scope in [&scope, &from] {
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
        self.store.forgive(&scope).await?;
        self.store.forgive(&from).await?;
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
        let devices = self.store.devices(&user.id).await?;
        let registered = devices.iter().any(|device| device.state == DeviceState::Registered);
        let more = registered || user.mfa_required || user.one_time;
        Ok(if more { Stage::Password } else { Stage::Full })
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// The longest login name, in characters.
pub(crate) const MOST_LOGIN: usize = 128;
