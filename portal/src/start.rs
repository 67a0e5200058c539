//! What a portal is made of, and what has to be there before it serves.

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::config::Config;
use crate::figures::Figures;
use crate::password;
use crate::sms::Sms;
use crate::store::{AuditEntry, NewUser, Store, new_id};

/// A portal: its settings, its database, its clock, its figures.
pub struct Portal {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) figures: Figures,
    pub(crate) sms: Sms,
}

impl Portal {
    /// Opens the database and looks whether the keys fit it.
    ///
    /// # Errors
    /// The database cannot be opened, or is not up to date where nothing may be made, or holds devices
    /// that are sealed under a key that is missing.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let opened = if config.makes {
            Store::open(&config.database).await.map(Some)
        } else {
            Store::open_as_it_is(&config.database).await
        };
        let Some(store) = opened.context("failed to open the database")? else {
            bail!(
                "{} is not as this version of the portal has it: let it serve once, and it is \
                 brought up to date, or use the version that served it last",
                config.place()
            );
        };
        for id in store.key_ids().await.context("failed to read the database")? {
            if !config.keys.has(&id) {
                bail!("devices are sealed under the key “{id}”, which is not among the keys given");
            }
            // A key of the same name need not be the same key.
            let sealed = store.device_under(&id).await.context("failed to read the database")?;
            if let Some(device) = sealed {
                let opened = config.keys.open(&device.secret, &device.key_id, &device.id);
                opened.context("the keys do not fit this database")?;
            }
        }
        let sms = Sms::new(&config.sms)?;
        Ok(Self { config, store, clock, figures: Figures::new(), sms })
    }

    /// Adds an account whose password, for one use unless it stays, is the answer; nothing if the
    /// name is taken.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_account(
        &self,
        login: &str,
        admin: bool,
        mfa_required: bool,
        stays: bool,
    ) -> anyhow::Result<Option<Zeroizing<String>>> {
        let password = password::one_time()?;
        let hash = password::hash(password.clone()).await?;
        let id = new_id()?;
        let user = NewUser { id: &id, login, password_hash: &hash, admin, mfa_required };
        if !self.store.add_user(user, self.clock.now()).await? {
            return Ok(None);
        }
        if stays {
            self.store.change_password(&id, &hash, &hash, false).await?;
        }
        Ok(Some(password))
    }

    /// Adds the first administrator where there is nobody yet; gives the one-time password.
    ///
    /// # Errors
    /// The database failed.
    pub async fn first_administrator(&self) -> anyhow::Result<Option<Zeroizing<String>>> {
        if self.store.has_users().await? {
            return Ok(None);
        }
        self.add_account("admin", true, true, false).await
    }

    /// Gives an account a way in again: a new one-time password, no lock, and its devices configured as
    /// if for the first time. Nothing if there is no such account.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reset_account(&self, login: &str) -> anyhow::Result<Option<Zeroizing<String>>> {
        let Some(user) = self.store.user_by_login(login).await? else { return Ok(None) };
        let password = password::one_time()?;
        let hash = password::hash(password.clone()).await?;
        let now = self.clock.now();
        self.store.change_password(&user.id, &user.password_hash, &hash, true).await?;
        self.store.reset_mfa(&user.id, now).await?;
        self.store.set_locked(&user.id, None).await?;
        let text = |text: &str| text.to_owned();
        let entry = AuditEntry {
            at: now,
            actor: text("countersign-portal reset"),
            action: text("reset-mfa"),
            subject: user.login,
            detail: text(""),
            address: text(""),
        };
        self.store.audit(&entry).await?;
        Ok(Some(password))
    }

    /// Seals all devices under the first key; says how many were not.
    ///
    /// # Errors
    /// The database failed, or a secret cannot be opened.
    pub async fn reseal(&self) -> anyhow::Result<usize> {
        let keys = &self.config.keys;
        let mut count = 0;
        loop {
            let devices = self.store.devices_not_under(keys.sealing_id()).await?;
            if devices.is_empty() {
                return Ok(count);
            }
            for device in devices {
                let secret = keys.open(&device.secret, &device.key_id, &device.id)?;
                let sealed = keys.seal(&secret, &device.id)?;
                self.store.reseal_device(&device, &sealed, keys.sealing_id()).await?;
                count += 1;
            }
        }
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
