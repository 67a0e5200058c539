//! Accounts: who may sign in, and how.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Seconds, Store, StoreError, one};

/// An account.
#[derive(Clone)]
pub struct User {
    /// 128 random bits in hex.
    pub id: String,
    /// The login name as it was given.
    pub login: String,
    /// Argon2id, in the PHC string format.
    pub password_hash: String,
    /// The password is for one use, and has to be changed.
    pub one_time: bool,
    /// Whether it administers the others.
    pub admin: bool,
    /// Whether it must have a device.
    pub mfa_required: bool,
    /// Since when it is locked.
    pub locked_at: Option<Seconds>,
    /// When its multi-factor authentication was reset, until it was told.
    pub reset_at: Option<Seconds>,
    /// Changes when all its sessions have to end.
    pub epoch: i64,
}

/// What a new account starts with.
pub struct NewUser<'a> {
    /// From [`super::new_id`].
    pub id: &'a str,
    /// The login name; no other account may have it in another case.
    pub login: &'a str,
    /// Of a password for one use.
    pub password_hash: &'a str,
    /// Whether it administers the others.
    pub admin: bool,
    /// Whether it must have a device.
    pub mfa_required: bool,
}

/// A line in the list of accounts.
#[derive(Clone)]
pub struct UserSummary {
    /// 128 random bits in hex.
    pub id: String,
    /// The login name.
    pub login: String,
    /// Whether it administers the others.
    pub admin: bool,
    /// Whether it must have a device.
    pub mfa_required: bool,
    /// Whether it is locked.
    pub locked: bool,
    /// Its registered devices.
    pub devices: i64,
}

impl Store {
    /// Whether there is any account yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query("select 1 from users limit 1").fetch_optional(&self.reads).await?.is_some())
    }

    /// Adds an account; says whether the login name was free.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_user(&self, user: NewUser<'_>, now: Seconds) -> Result<bool, StoreError> {
        let added = sqlx::query(
            "insert into users (id, login, login_key, password_hash, one_time, admin, mfa_required, created_at)
             values ($1, $2, $3, $4, 1, $5, $6, $7) on conflict (login_key) do nothing",
        )
        .bind(user.id)
        .bind(user.login)
        .bind(user.login.to_lowercase())
        .bind(user.password_hash)
        .bind(i64::from(user.admin))
        .bind(i64::from(user.mfa_required))
        .bind(now)
        .execute(&self.writes)
        .await?;
        Ok(one(&added))
    }

    /// The account with this login name, in any case.
    ///
    /// # Errors
    /// The database failed.
    pub async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError> {
        let row = sqlx::query("select * from users where login_key = $1")
            .bind(login.to_lowercase())
            .fetch_optional(&self.reads)
            .await?;
        row.as_ref().map(user).transpose()
    }

    /// The account with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        let row = sqlx::query("select * from users where id = $1")
            .bind(id)
            .fetch_optional(&self.reads)
            .await?;
        row.as_ref().map(user).transpose()
    }

    /// How many accounts are listed at most.
    pub const MOST_LISTED: usize = 200;

    /// Up to [`Self::MOST_LISTED`] accounts whose login name holds `part`, by name; one more tells that
    /// there are more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn users(&self, part: &str) -> Result<Vec<UserSummary>, StoreError> {
        let rows = sqlx::query(
            "select id, login, admin, mfa_required, locked_at,
                    (select count(*) from devices where user_id = users.id and state = 'registered') as devices
             from users where login_key like $1 escape '!' order by login_key limit $2",
        )
        .bind(containing(&part.to_lowercase()))
        .bind(Self::MOST_LISTED as i64 + 1)
        .fetch_all(&self.reads)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(UserSummary {
                    id: row.try_get("id")?,
                    login: row.try_get("login")?,
                    admin: flag(row, "admin")?,
                    mfa_required: flag(row, "mfa_required")?,
                    locked: row.try_get::<Option<i64>, _>("locked_at")?.is_some(),
                    devices: row.try_get("devices")?,
                })
            })
            .collect()
    }

    /// Gives an account another password, on the condition that its password is still `old_hash`, and
    /// ends all its sessions.
    ///
    /// # Errors
    /// The database failed.
    pub async fn change_password(
        &self,
        user_id: &str,
        old_hash: &str,
        new_hash: &str,
        one_time: bool,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "update users set password_hash = $3, one_time = $4, epoch = epoch + 1
             where id = $1 and password_hash = $2",
        )
        .bind(user_id)
        .bind(old_hash)
        .bind(new_hash)
        .bind(i64::from(one_time))
        .execute(&self.writes)
        .await?;
        Ok(one(&changed))
    }

    /// Locks an account and ends its sessions, or unlocks it and forgets its failures. One that was not
    /// locked keeps its sessions.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_locked(
        &self,
        user_id: &str,
        locked_at: Option<Seconds>,
    ) -> Result<(), StoreError> {
        let mut together = self.begin().await?;
        sqlx::query(
            "update users set locked_at = $2, epoch = epoch + 1
             where id = $1 and (locked_at is null) <> ($2 is null)",
        )
        .bind(user_id)
        .bind(locked_at)
        .execute(&mut *together)
        .await?;
        if locked_at.is_none() {
            for statement in FORGIVE {
                sqlx::query(statement).bind(user_id).execute(&mut *together).await?;
            }
        }
        together.commit().await
    }

    /// Forgets the wrong passwords and codes of an account, whoever typed them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forgive_account(&self, user_id: &str) -> Result<(), StoreError> {
        for statement in FORGIVE {
            sqlx::query(statement).bind(user_id).execute(&self.writes).await?;
        }
        Ok(())
    }

    /// Says whether an account must have a device.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_mfa_required(&self, user_id: &str, required: bool) -> Result<(), StoreError> {
        sqlx::query("update users set mfa_required = $2 where id = $1")
            .bind(user_id)
            .bind(i64::from(required))
            .execute(&self.writes)
            .await
            .map(drop)
    }

    /// Takes all devices, recovery codes, sessions and known browsers away, so that the account
    /// configures its devices as if for the first time, and is told of it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reset_mfa(&self, user_id: &str, now: Seconds) -> Result<(), StoreError> {
        let mut together = self.begin().await?;
        sqlx::query(
            "update devices set state = 'rejected', expires_at = $2, secret = $3
             where user_id = $1 and state <> 'rejected'",
        )
        .bind(user_id)
        .bind(now)
        .bind(Vec::new())
        .execute(&mut *together)
        .await?;
        let taken = [
            "delete from recovery_codes where user_id = $1",
            "delete from known_browsers where user_id = $1",
        ];
        for statement in FORGIVE.into_iter().chain(taken) {
            sqlx::query(statement).bind(user_id).execute(&mut *together).await?;
        }
        sqlx::query("update users set reset_at = $2, epoch = epoch + 1 where id = $1")
            .bind(user_id)
            .bind(now)
            .execute(&mut *together)
            .await?;
        together.commit().await
    }

    /// The account was told that its devices were reset.
    ///
    /// # Errors
    /// The database failed.
    pub async fn told_of_reset(&self, user_id: &str) -> Result<(), StoreError> {
        sqlx::query("update users set reset_at = null where id = $1")
            .bind(user_id)
            .execute(&self.writes)
            .await
            .map(drop)
    }

    /// Replaces the recovery codes of an account.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_recovery_codes(
        &self,
        user_id: &str,
        hashes: &[[u8; 32]],
    ) -> Result<(), StoreError> {
        let mut together = self.begin().await?;
        sqlx::query("delete from recovery_codes where user_id = $1")
            .bind(user_id)
            .execute(&mut *together)
            .await?;
        for hash in hashes {
            sqlx::query("insert into recovery_codes (user_id, hash) values ($1, $2)")
                .bind(user_id)
                .bind(hash.to_vec())
                .execute(&mut *together)
                .await?;
        }
        together.commit().await
    }

    /// Uses a recovery code; says whether it was there and unused.
    ///
    /// # Errors
    /// The database failed.
    pub async fn use_recovery_code(
        &self,
        user_id: &str,
        hash: &[u8; 32],
        now: Seconds,
    ) -> Result<bool, StoreError> {
        let used = sqlx::query(
            "update recovery_codes set used_at = $3 where user_id = $1 and hash = $2 and used_at is null",
        )
        .bind(user_id)
        .bind(hash.to_vec())
        .bind(now)
        .execute(&self.writes)
        .await?;
        Ok(one(&used))
    }

    /// How many recovery codes are left.
    ///
    /// # Errors
    /// The database failed.
    pub async fn recovery_codes_left(&self, user_id: &str) -> Result<i64, StoreError> {
        sqlx::query_scalar(
            "select count(*) from recovery_codes where user_id = $1 and used_at is null",
        )
        .bind(user_id)
        .fetch_one(&self.reads)
        .await
    }
}

pub(super) fn user(row: &AnyRow) -> Result<User, StoreError> {
    Ok(User {
        id: row.try_get("id")?,
        login: row.try_get("login")?,
        password_hash: row.try_get("password_hash")?,
        one_time: flag(row, "one_time")?,
        admin: flag(row, "admin")?,
        mfa_required: flag(row, "mfa_required")?,
        locked_at: row.try_get("locked_at")?,
        reset_at: row.try_get("reset_at")?,
        epoch: row.try_get("epoch")?,
    })
}

fn flag(row: &AnyRow, column: &str) -> Result<bool, StoreError> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

const FORGIVE: [&str; 2] = [
    "update devices set fails = 0, wait_until = 0 where user_id = $1",
    "delete from throttles where scope = 'account:' || $1 or scope like 'browser:' || $1 || ':%'",
];

/// The pattern of `like … escape '!'` for a text that holds `part`.
pub(super) fn containing(part: &str) -> String {
    let mut pattern = String::from("%");
    for character in part.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
