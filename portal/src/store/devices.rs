//! Devices: pending, registered, rejected.

use countersign::verify::Seen;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::throttle::{LIMIT, LONGEST_WAIT};
use super::{Seconds, Store, StoreError, one};

/// A device of an account.
#[derive(Clone)]
pub struct Device {
    /// 128 random bits in hex.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// Byte for byte as it was typed.
    pub name: String,
    /// Where its registration stands.
    pub state: DeviceState,
    /// Its secret, sealed.
    pub secret: Vec<u8>,
    /// The key under which it is sealed.
    pub key_id: String,
    /// When its registration began.
    pub created_at: Seconds,
    /// When its registration ends, while it is pending.
    pub expires_at: Seconds,
    /// The hash of the token of the session that began it: in no other is its secret shown.
    pub begun_in: Vec<u8>,
    /// When a code of it was last accepted.
    pub last_used_at: Option<Seconds>,
    /// What the verifier remembers.
    pub seen: Seen,
    /// Wrong codes since the last right one.
    pub fails: i64,
    /// Until when no code is looked at.
    pub wait_until: Seconds,
}

/// Where the registration of a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceState {
    /// Its QR code was shown; its first code was not typed yet.
    Pending,
    /// It is a second factor.
    Registered,
    /// It was given up, or revoked.
    Rejected,
}

/// A registration to begin.
pub struct NewDevice<'a> {
    /// From [`super::new_id`].
    pub id: &'a str,
    /// Whose it is.
    pub user_id: &'a str,
    /// Byte for byte as it was typed.
    pub name: &'a str,
    /// Its secret, sealed.
    pub secret: &'a [u8],
    /// The key under which it is sealed.
    pub key_id: &'a str,
    /// When the registration ends.
    pub expires_at: Seconds,
    /// The hash of the token of the session that begins it.
    pub begun_in: &'a [u8; 32],
}

/// What came of beginning a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is pending.
    New,
    /// The account has a device of this very name, pending or registered.
    NameTaken,
    /// The account has [`Store::MOST_DEVICES`] already.
    TooMany,
}

impl Store {
    /// How many devices an account has at most.
    pub const MOST_DEVICES: i64 = 20;

    /// Begins a registration.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin_device(
        &self,
        device: NewDevice<'_>,
        now: Seconds,
    ) -> Result<Begun, StoreError> {
        let mut together = self.begin().await?;
        // One at a time for each account, or two would both be the twentieth.
        sqlx::query("update users set created_at = created_at where id = $1")
            .bind(device.user_id)
            .execute(&mut *together)
            .await?;
        // A name is free again when its device was rejected or its registration ran out.
        sqlx::query(
            "delete from devices where user_id = $1 and name = $2
             and (state = 'rejected' or (state = 'pending' and expires_at <= $3))",
        )
        .bind(device.user_id)
        .bind(device.name)
        .bind(now)
        .execute(&mut *together)
        .await?;
        let held: i64 = sqlx::query_scalar(
            "select count(*) from devices where user_id = $1
             and (state = 'registered' or (state = 'pending' and expires_at > $2))",
        )
        .bind(device.user_id)
        .bind(now)
        .fetch_one(&mut *together)
        .await?;
        if held >= Self::MOST_DEVICES {
            return Ok(Begun::TooMany);
        }
        let begun = sqlx::query(
            "insert into devices (id, user_id, name, state, secret, key_id, created_at, expires_at,
                                  begun_in, last_step, drift, fails, wait_until)
             values ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, -1, 0, 0, 0)
             on conflict (user_id, name) do nothing",
        )
        .bind(device.id)
        .bind(device.user_id)
        .bind(device.name)
        .bind(device.secret.to_vec())
        .bind(device.key_id)
        .bind(now)
        .bind(device.expires_at)
        .bind(device.begun_in.to_vec())
        .execute(&mut *together)
        .await?;
        together.commit().await?;
        Ok(if one(&begun) { Begun::New } else { Begun::NameTaken })
    }

    /// All devices of an account, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn devices(&self, user_id: &str) -> Result<Vec<Device>, StoreError> {
        let rows = sqlx::query("select * from devices where user_id = $1 order by created_at, id")
            .bind(user_id)
            .fetch_all(&self.reads)
            .await?;
        rows.iter().map(device).collect()
    }

    /// The registered devices of an account, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn registered_devices(&self, user_id: &str) -> Result<Vec<Device>, StoreError> {
        let mut devices = self.devices(user_id).await?;
        devices.retain(|device| device.state == DeviceState::Registered);
        Ok(devices)
    }

    /// Makes a pending device a registered one, by a code that fits it: the step of that code is
    /// used up, and no login takes it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn register_device(
        &self,
        device: &Device,
        seen: Seen,
        now: Seconds,
    ) -> Result<bool, StoreError> {
        let registered = sqlx::query(
            "update devices set state = 'registered', last_step = $2, drift = $3, last_used_at = $4,
                                fails = 0, wait_until = 0
             where id = $1 and state = 'pending' and expires_at > $4 and fails < $5
               and (wait_until <= $4 or wait_until > $4 + 900)",
        )
            .bind(&device.id)
            .bind(step(seen))
            .bind(i64::from(seen.drift))
            .bind(now)
            .bind(LIMIT)
            .execute(&self.writes)
            .await?;
        Ok(one(&registered))
    }

    /// Counts a wrong code against all devices of an account that are in this state, and says
    /// whether it was looked at: none is while they have to wait.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_wrong_code(
        &self,
        user_id: &str,
        state: DeviceState,
        now: Seconds,
    ) -> Result<bool, StoreError> {
        let counted = sqlx::query(
            "update devices set fails = fails + 1,
                wait_until = case when fails < 4 then 0 when fails > 12 then $3 + 900
                                  else $3 + (cast(1 as bigint) << cast(fails - 3 as integer)) end
             where user_id = $1 and state = $2 and fails < $4
               and (wait_until <= $3 or wait_until > $3 + 900)",
        )
        .bind(user_id)
        .bind(state.name())
        .bind(now)
        .bind(LIMIT)
        .execute(&self.writes)
        .await?;
        Ok(counted.rows_affected() > 0)
    }

    /// A right code of one device ends the waiting for all of the account's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forgive_devices(&self, user_id: &str) -> Result<(), StoreError> {
        sqlx::query("update devices set fails = 0, wait_until = 0 where user_id = $1")
            .bind(user_id)
            .execute(&self.writes)
            .await
            .map(drop)
    }

    /// Gives up a pending device or revokes a registered one; says whether there was one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reject_device(
        &self,
        user_id: &str,
        device_id: &str,
        now: Seconds,
    ) -> Result<bool, StoreError> {
        // Its row stays for a while, to tell the phone; its secret is good for nothing any more.
        let rejected = sqlx::query(
            "update devices set state = 'rejected', expires_at = $3, secret = $4
             where id = $1 and user_id = $2 and state <> 'rejected'",
        )
        .bind(device_id)
        .bind(user_id)
        .bind(now)
        .bind(Vec::new())
        .execute(&self.writes)
        .await?;
        Ok(one(&rejected))
    }

    /// Up to 100 devices whose secrets are sealed under another key than this.
    ///
    /// # Errors
    /// The database failed.
    pub async fn devices_not_under(&self, key_id: &str) -> Result<Vec<Device>, StoreError> {
        let rows = sqlx::query(
            "select * from devices where key_id <> $1 and state <> 'rejected' limit 100",
        )
        .bind(key_id)
        .fetch_all(&self.reads)
        .await?;
        rows.iter().map(device).collect()
    }

    /// Some device whose secret is sealed under this key.
    ///
    /// # Errors
    /// The database failed.
    pub async fn device_under(&self, key_id: &str) -> Result<Option<Device>, StoreError> {
        let row =
            sqlx::query("select * from devices where key_id = $1 and state <> 'rejected' limit 1")
                .bind(key_id)
                .fetch_optional(&self.reads)
                .await?;
        row.as_ref().map(device).transpose()
    }

    /// The keys that some device's secret is sealed under.
    ///
    /// # Errors
    /// The database failed.
    pub async fn key_ids(&self) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar("select distinct key_id from devices where state <> 'rejected'")
            .fetch_all(&self.reads)
            .await
    }

    /// Replaces the sealed secret of a device by the same secret under another key.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reseal_device(
        &self,
        device: &Device,
        secret: &[u8],
        key_id: &str,
    ) -> Result<(), StoreError> {
        sqlx::query("update devices set secret = $3, key_id = $4 where id = $1 and key_id = $2")
            .bind(&device.id)
            .bind(&device.key_id)
            .bind(secret.to_vec())
            .bind(key_id)
            .execute(&self.writes)
            .await
            .map(drop)
    }
}

impl Device {
    /// The seconds until a code of it is looked at. Past the limit the wait has no end that could be
    /// told, and a quarter of an hour is told.
    #[must_use]
    pub fn wait_from(&self, now: Seconds) -> Seconds {
        if self.fails >= LIMIT {
            LONGEST_WAIT
        } else {
            (self.wait_until - now).clamp(0, LONGEST_WAIT)
        }
    }

    /// Where its registration stands now: one that ran out is none.
    #[must_use]
    pub fn is_live(&self, now: Seconds) -> bool {
        match self.state {
            DeviceState::Pending => self.expires_at > now,
            DeviceState::Registered => true,
            DeviceState::Rejected => false,
        }
    }
}

impl DeviceState {
    /// The word in the database and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Registered => "registered",
            Self::Rejected => "rejected",
        }
    }
}

pub(super) fn device(row: &AnyRow) -> Result<Device, StoreError> {
    let state = match row.try_get::<String, _>("state")?.as_str() {
        "pending" => DeviceState::Pending,
        "registered" => DeviceState::Registered,
        _ => DeviceState::Rejected,
    };
    let drift = i32::try_from(row.try_get::<i64, _>("drift")?).unwrap_or(0);
    let last_step = u64::try_from(row.try_get::<i64, _>("last_step")?).ok();
    Ok(Device {
        id: row.try_get("id")?,
        user_id: row.try_get("user_id")?,
        name: row.try_get("name")?,
        state,
        secret: row.try_get("secret")?,
        key_id: row.try_get("key_id")?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        begun_in: row.try_get("begun_in")?,
        last_used_at: row.try_get("last_used_at")?,
        seen: Seen { last_step, drift },
        fails: row.try_get("fails")?,
        wait_until: row.try_get("wait_until")?,
    })
}

/// The column of the last step; -1 stands for none.
pub(super) fn step(seen: Seen) -> i64 {
    seen.last_step.map_or(-1, |step| i64::try_from(step).unwrap_or(i64::MAX))
}
