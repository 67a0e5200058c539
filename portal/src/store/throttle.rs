//! How often somebody may be wrong: RFC 4226 §7.3, and NIST SP 800-63B's one hundred in all.

use sha2::{Digest as _, Sha256};
use sqlx::Row as _;

use super::{Seconds, Store, StoreError};

/// After so many failures in a row nothing is looked at any more, until somebody is let in by
/// another way or an administrator unlocks the account (NIST SP 800-63B).
pub(super) const LIMIT: i64 = 100;

/// The longest wait between two attempts, in seconds.
pub(super) const LONGEST_WAIT: Seconds = 900;

/// Whose failures are counted.
///
/// A stranger's are counted apart from those of a browser that the account got in with before, so a
/// stranger keeps nobody out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// An account, from any browser that is not known.
    Account(String),
    /// A login name that no account has: told alike.
    NoAccount(String),
    /// An account, from a browser it knows: the account's id, a colon, the hash of the browser's token.
    KnownBrowser(String),
    /// The codes of an account, from a browser that was let in by one before: as of [`Self::KnownBrowser`].
    KnownByCode(String),
    /// The present password of an account, asked for within its session.
    Present(String),
    /// The recovery codes of an account, asked for after its password.
    Recovery(String),
    /// A network address: many people may stand behind one.
    Address(String),
}

/// How patient a scope is.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Failures that cost nothing.
    free: i64,
    /// Failures in all, after which nothing is looked at.
    limit: i64,
    /// The seconds after the first failure in which they are counted; then all are forgotten.
    window: Seconds,
}

impl Scope {
    /// A login name that no account has, where `what` is typed for it.
    #[must_use]
    pub fn nobody(what: &str, login: &str) -> Self {
        let hash = Sha256::digest([what, &login.to_lowercase()].concat());
        Self::NoAccount(data_encoding::HEXLOWER.encode(&hash))
    }

    fn key(&self) -> String {
        match self {
            Self::Account(id) => format!("account:{id}"),
            Self::NoAccount(hash) => format!("nobody:{hash}"),
            Self::KnownBrowser(of) => format!("browser:{of}"),
            Self::KnownByCode(of) => format!("browser:{of}:code"),
            Self::Present(id) => format!("browser:{id}:present"),
            Self::Recovery(id) => format!("browser:{id}:recovery"),
            Self::Address(address) => format!("address:{address}"),
        }
    }

    fn policy(&self) -> Policy {
        match self {
            // A whole contact centre signs in from one address at eight in the morning.
            // Somebody signs in each minute there, so a time of quiet never comes: it is counted by
            // the hour.
            Self::Address(_) => Policy { free: 200, limit: i64::MAX, window: HOUR },
            _ => Policy { free: 4, limit: LIMIT, window: i64::MAX },
        }
    }
}

/// Whether an attempt may be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It may; should it be a failure, the next one has to wait so many seconds.
    Counted(Seconds),
    /// It may not: wait so many seconds.
    Refused(Seconds),
}

impl Store {
    /// Counts an attempt before it is looked at; gives the seconds to wait if it may not be.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reserve_attempt(
        &self,
        scope: &Scope,
        now: Seconds,
    ) -> Result<Option<Seconds>, StoreError> {
        Ok(match self.count_attempt(scope, now).await? {
            Attempt::Counted(_) => None,
            Attempt::Refused(wait) => Some(wait),
        })
    }

    /// Counts an attempt before it is looked at, and says how long to wait now or after it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_attempt(&self, scope: &Scope, now: Seconds) -> Result<Attempt, StoreError> {
        let Policy { free, limit, window } = scope.policy();
        // After the free ones 2, 4, 8 … 512 seconds, and then a quarter of an hour each. A window that
        // begins far ahead was begun by a clock that was wrong, and is over too. Where it has no end,
        // the time is that of the last attempt.
        let reserved = sqlx::query(
            "insert into throttles (scope, fails, wait_until, updated_at) values ($1, 1, 0, $2)
             on conflict (scope) do update set
                fails = case when throttles.updated_at between $5 and $6 then throttles.fails + 1
                             else 1 end,
                wait_until = case
                    when throttles.updated_at not between $5 and $6 or throttles.fails < $3 then 0
                    when throttles.fails > $3 + 8 then $2 + 900
                    else $2 + (cast(1 as bigint) << cast(throttles.fails - $3 + 1 as integer)) end,
                updated_at = case when $7 = 1 and throttles.updated_at between $5 and $6
                                  then throttles.updated_at else $2 end
             where throttles.updated_at not between $5 and $6
                or ((throttles.wait_until <= $2 or throttles.wait_until > $2 + 900)
                    and throttles.fails < $4)
             returning wait_until",
        )
        .bind(scope.key())
        .bind(now)
        .bind(free)
        .bind(limit)
        .bind(now.saturating_sub(window - 1))
        .bind(now.saturating_add(window - 1))
        .bind(i64::from(window < i64::MAX))
        .fetch_all(&self.writes)
        .await?;
        if let Some(row) = reserved.first() {
            let until: Seconds = row.try_get("wait_until")?;
            return Ok(Attempt::Counted((until - now).max(0)));
        }
        // Past the limit the wait has no end that could be told; a quarter of an hour is told.
        let row = sqlx::query("select wait_until from throttles where scope = $1 and fails < $2")
            .bind(scope.key())
            .bind(limit)
            .fetch_optional(&self.reads)
            .await?;
        let until: Seconds = row.map(|row| row.try_get("wait_until")).transpose()?.unwrap_or(now);
        Ok(Attempt::Refused(if until > now { until - now } else { LONGEST_WAIT }))
    }

    /// The attempt was a success: the failures of this scope are forgotten.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forgive(&self, scope: &Scope) -> Result<(), StoreError> {
        let statement = match scope {
            // One person's success says nothing of the others behind an address.
            Scope::Address(_) => {
                "update throttles set fails = fails - 1, wait_until = 0 where scope = $1 and fails > 0"
            }
            _ => "delete from throttles where scope = $1",
        };
        sqlx::query(statement).bind(scope.key()).execute(&self.writes).await.map(drop)
    }
}

const HOUR: Seconds = 3_600;
