//! The audit log: who did what to whom, and from where. It is only ever added to.

use sqlx::{Any, Executor, Row as _};

use super::accounts::containing;
use super::{Seconds, Store, StoreError};

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Seconds,
    /// Who: a login name, or nothing where nobody was signed in.
    pub actor: String,
    /// What: a word with hyphens.
    pub action: String,
    /// To whom: a login name.
    pub subject: String,
    /// Which device, or what else there is to say.
    pub detail: String,
    /// From which network address.
    pub address: String,
}

/// Which lines to look at.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// The actor or the subject holds this.
    pub who: String,
    /// The action is this, if it is given.
    pub action: String,
    /// Not before.
    pub from: Option<Seconds>,
    /// Before.
    pub until: Option<Seconds>,
}

impl Store {
    /// Adds a line.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        Self::add_audit(&self.writes, entry).await
    }

    pub(super) async fn add_audit(
        to: impl Executor<'_, Database = Any>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into audit (at, actor, action, subject, detail, address, who)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(entry.at)
        .bind(&entry.actor)
        .bind(&entry.action)
        .bind(&entry.subject)
        .bind(&entry.detail)
        .bind(&entry.address)
        .bind(format!("{}\n{}", entry.actor, entry.subject).to_lowercase())
        .execute(to)
        .await
        .map(drop)
    }

    /// Up to `limit` lines that pass the filter, the newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit_log(
        &self,
        filter: &AuditFilter,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(
            "select at, actor, action, subject, detail, address from audit
             where who like $1 escape '!'
               and (action = $2 or $2 = '') and at >= $3 and at < $4
             order by seq desc limit $5",
        )
        .bind(containing(&filter.who.to_lowercase()))
        .bind(&filter.action)
        .bind(filter.from.unwrap_or(0))
        .bind(filter.until.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&self.reads)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(AuditEntry {
                    at: row.try_get("at")?,
                    actor: row.try_get("actor")?,
                    action: row.try_get("action")?,
                    subject: row.try_get("subject")?,
                    detail: row.try_get("detail")?,
                    address: row.try_get("address")?,
                })
            })
            .collect()
    }
}
