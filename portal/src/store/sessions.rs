//! Sessions, browsers that an account knows, and the keys of sites that verify codes here.

use sqlx::Row as _;

use super::accounts::{User, user};
use super::{Seconds, Store, StoreError, one};

/// A session: only the hash of its token is known here.
#[derive(Clone)]
pub struct Session {
    /// How far its owner got.
    pub stage: Stage,
    /// Whose it is.
    pub user: User,
    /// When its owner last showed who they are: at the sign-in, or by the password since.
    pub confirmed_at: Seconds,
}

/// How far the owner of a session got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; a code, a new password or a first device is still wanted.
    Password,
    /// All the way in.
    Full,
    /// A phone's: it may ask whether its device is registered.
    Phone,
}

/// A site that may have codes verified, or an app that may send PINs.
#[derive(Clone)]
pub struct ApiKey {
    /// 128 random bits in hex.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Seconds,
    /// When it was revoked.
    pub revoked_at: Option<Seconds>,
    /// What it is for: `verify`, `2fa:manage`, `2fa:pin:send`, separated by spaces.
    pub scopes: String,
    /// The one application that it is for; none is all.
    pub application_id: Option<String>,
}

impl ApiKey {
    /// Whether it is for this.
    #[must_use]
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.split(' ').any(|held| held == scope)
    }
}

impl Store {
    /// A session ends after so many seconds without a request.
    pub const IDLE: Seconds = 30 * 60;

    /// Begins a session of the account as it was when its password was looked at: if its sessions were
    /// ended since, this one is over before it begins.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin_session(
        &self,
        token_hash: &[u8; 32],
        user: &User,
        stage: Stage,
        now: Seconds,
        expires_at: Seconds,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into sessions (token_hash, user_id, stage, created_at, seen_at, confirmed_at, expires_at, epoch)
             values ($1, $2, $3, $4, $4, $4, $5, $6)",
        )
        .bind(token_hash.to_vec())
        .bind(&user.id)
        .bind(stage.name())
        .bind(now)
        .bind(expires_at)
        .bind(user.epoch)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// The session of this token and its account, while it lasts. A locked account has none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session(
        &self,
        token_hash: &[u8; 32],
        now: Seconds,
    ) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(
            "select users.*, stage, seen_at, confirmed_at from sessions join users on users.id = user_id
             where token_hash = $1 and expires_at > $2 and seen_at > $3 and locked_at is null
               and sessions.epoch = users.epoch",
        )
        .bind(token_hash.to_vec())
        .bind(now)
        .bind(now - Self::IDLE)
        .fetch_optional(&self.reads)
        .await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get::<i64, _>("seen_at")? < now - SEEN_EVERY {
            sqlx::query("update sessions set seen_at = $2 where token_hash = $1")
                .bind(token_hash.to_vec())
                .bind(now)
                .execute(&self.writes)
                .await?;
        }
        let stage = match row.try_get::<String, _>("stage")?.as_str() {
            "full" => Stage::Full,
            "phone" => Stage::Phone,
            _ => Stage::Password,
        };
        let confirmed_at = row.try_get("confirmed_at")?;
        Ok(Some(Session { stage, user: user(&row)?, confirmed_at }))
    }

    /// The owner of a session showed who they are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn confirm_session(
        &self,
        token_hash: &[u8; 32],
        now: Seconds,
    ) -> Result<(), StoreError> {
        sqlx::query("update sessions set confirmed_at = $2 where token_hash = $1")
            .bind(token_hash.to_vec())
            .bind(now)
            .execute(&self.writes)
            .await
            .map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_session(&self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query("delete from sessions where token_hash = $1")
            .bind(token_hash.to_vec())
            .execute(&self.writes)
            .await
            .map(drop)
    }

    /// Ends all sessions of an account but one, and but those of phones: all that a phone may do is ask
    /// whether its device is registered, which it is about to do.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_other_sessions(
        &self,
        user_id: &str,
        token_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "delete from sessions where user_id = $1 and token_hash <> $2 and stage <> 'phone'",
        )
        .bind(user_id)
        .bind(token_hash.to_vec())
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// Forgets what ran out: sessions, registrations that were never finished, failures long past.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy(&self, now: Seconds) -> Result<(), StoreError> {
        const DAY: Seconds = 24 * 3_600;
        for (statement, before) in [
            ("delete from sessions where expires_at <= $1", now),
            // Kept for a day, so that the page can say that it ran out.
            ("delete from devices where state = 'pending' and expires_at <= $1", now - DAY),
            // A phone is told for a month that it was rejected.
            ("delete from devices where state = 'rejected' and expires_at <= $1", now - 30 * DAY),
            ("delete from known_browsers where created_at <= $1", now - 365 * DAY),
            ("delete from throttles where scope like 'address:%' and updated_at <= $1", now - DAY),
            (
                "delete from throttles where scope like 'nobody:%' and updated_at <= $1",
                now - 30 * DAY,
            ),
        ] {
            sqlx::query(statement).bind(before).execute(&self.writes).await?;
        }
        Ok(())
    }

    /// How many browsers an account knows at most: each has guesses of its own.
    pub const MOST_BROWSERS: i64 = 20;

    /// From now on the account knows this browser, and whether it was let in by a code, once. Of the
    /// others it knows those that were last let in, by a code before all: who has the password alone
    /// makes it forget none of these.
    ///
    /// # Errors
    /// The database failed.
    pub async fn know_browser(
        &self,
        token_hash: &[u8; 32],
        user_id: &str,
        by_code: bool,
        now: Seconds,
    ) -> Result<(), StoreError> {
        let mut together = self.begin().await?;
        sqlx::query(
            "insert into known_browsers (token_hash, user_id, created_at, by_code)
             values ($1, $2, $3, $4)
             on conflict (token_hash, user_id) do update set created_at = $3,
                by_code = case when $4 = 1 then 1 else known_browsers.by_code end",
        )
        .bind(token_hash.to_vec())
        .bind(user_id)
        .bind(now)
        .bind(i64::from(by_code))
        .execute(&mut *together)
        .await?;
        sqlx::query(
            "delete from known_browsers where user_id = $1 and token_hash <> $2
               and token_hash not in (
                   select token_hash from known_browsers where user_id = $1 and token_hash <> $2
                   order by by_code desc, created_at desc, token_hash limit $3)",
        )
        .bind(user_id)
        .bind(token_hash.to_vec())
        .bind(Self::MOST_BROWSERS - 1)
        .execute(&mut *together)
        .await?;
        together.commit().await
    }

    /// The account forgets all browsers but this one: some may be of whoever had its password.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_browsers(
        &self,
        user_id: &str,
        but: Option<&[u8; 32]>,
    ) -> Result<(), StoreError> {
        // No hash is empty.
        let but = but.map(|hash| hash.to_vec()).unwrap_or_default();
        sqlx::query("delete from known_browsers where user_id = $1 and token_hash <> $2")
            .bind(user_id)
            .bind(but)
            .execute(&self.writes)
            .await
            .map(drop)
    }

    /// Whether the account knows this browser.
    ///
    /// # Errors
    /// The database failed.
    pub async fn knows_browser(
        &self,
        token_hash: &[u8; 32],
        user_id: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.by_code(token_hash, user_id).await?.is_some())
    }

    /// Whether the account knows this browser, and let it in by a code before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn knows_by_code(
        &self,
        token_hash: &[u8; 32],
        user_id: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.by_code(token_hash, user_id).await? == Some(1))
    }

    async fn by_code(
        &self,
        token_hash: &[u8; 32],
        user_id: &str,
    ) -> Result<Option<i64>, StoreError> {
        sqlx::query_scalar(
            "select by_code from known_browsers where token_hash = $1 and user_id = $2",
        )
        .bind(token_hash.to_vec())
        .bind(user_id)
        .fetch_optional(&self.reads)
        .await
    }

    /// Adds a site's key.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_api_key(
        &self,
        id: &str,
        hash: &[u8; 32],
        name: &str,
        scopes: &str,
        application_id: Option<&str>,
        now: Seconds,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into api_keys (id, hash, name, created_at, scopes, application_id)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(hash.to_vec())
        .bind(name)
        .bind(now)
        .bind(scopes)
        .bind(application_id)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// All sites' keys, the newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let rows = sqlx::query("select * from api_keys order by created_at desc, id")
            .fetch_all(&self.reads)
            .await?;
        rows.iter().map(api_key).collect()
    }

    /// The site whose key has this hash, unless it was revoked.
    ///
    /// # Errors
    /// The database failed.
    pub async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let row = sqlx::query("select * from api_keys where hash = $1 and revoked_at is null")
            .bind(hash.to_vec())
            .fetch_optional(&self.reads)
            .await?;
        row.as_ref().map(api_key).transpose()
    }

    /// Revokes a site's key; says whether there was one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn revoke_api_key(&self, id: &str, now: Seconds) -> Result<bool, StoreError> {
        let revoked =
            sqlx::query("update api_keys set revoked_at = $2 where id = $1 and revoked_at is null")
                .bind(id)
                .bind(now)
                .execute(&self.writes)
                .await?;
        Ok(one(&revoked))
    }
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Full => "full",
            Self::Phone => "phone",
        }
    }
}

fn api_key(row: &sqlx::any::AnyRow) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        created_at: row.try_get("created_at")?,
        revoked_at: row.try_get("revoked_at")?,
        scopes: row.try_get("scopes")?,
        application_id: row.try_get("application_id")?,
    })
}

/// How exact the time of the last request is kept, in seconds: a write for each would be too many.
const SEEN_EVERY: Seconds = 60;
