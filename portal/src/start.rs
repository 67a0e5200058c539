//! What a portal is made of, and what has to be there before it serves.

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::config::Config;
use crate::figures::Figures;
use crate::password;
use crate::store::{NewUser, Store, new_id};

/// A portal: its settings, its database, its clock, its figures.
pub struct Portal {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) figures: Figures,
}

impl Portal {
    /// Opens the database and looks whether the keys fit it.
    ///
    /// # Errors
    /// The database cannot be opened, or holds devices that are sealed under a key that is missing.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let store = Store::open(&config.database).await.context("failed to open the database")?;
        for id in store.key_ids().await.context("failed to read the database")? {
            if !config.keys.has(&id) {
                bail!("devices are sealed under the key “{id}”, which is not among the keys given");
            }
        }
        Ok(Self { config, store, clock, figures: Figures::new() })
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
