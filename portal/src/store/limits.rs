//! Limits that hold exactly: so many events of a scope within a time, at any number of portals.
//!
//! The events of a scope are counted one by one under the lock of its row, so the window slides and
//! no two portals count past each other.

use sqlx::{Any, Transaction};

use super::{Seconds, Store, StoreError};

/// Room for one more event of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// What is counted, such as the messages to a number.
    pub scope: String,
    /// How many events there may be within the window, this one among them.
    pub most: i64,
    /// The milliseconds that the window is long.
    pub window: i64,
    /// Now, in milliseconds since the Unix epoch.
    pub at: i64,
    /// How much this event counts: 1, or a cost.
    pub weight: i64,
}

/// What came of reserving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserved {
    /// There was room, and it is taken.
    Free,
    /// This scope is full; nothing was taken of any.
    Full(String),
}

impl Store {
    /// Reserves alone, where nothing else has to happen with it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reserve_alone(&self, wanted: &[Reservation]) -> Result<Reserved, StoreError> {
        let mut together = self.begin().await?;
        let reserved = Self::reserve(&mut together, wanted).await?;
        if reserved == Reserved::Free {
            together.commit().await?;
        }
        Ok(reserved)
    }

    /// Reserves within a transaction. Scopes are locked in the order of their names, so that two
    /// transactions never wait for each other.
    pub(super) async fn reserve(
        together: &mut Transaction<'static, Any>,
        wanted: &[Reservation],
    ) -> Result<Reserved, StoreError> {
        let mut wanted: Vec<_> = wanted.iter().collect();
        wanted.sort_by(|a, b| a.scope.cmp(&b.scope));
        for one in &wanted {
            sqlx::query(
                "insert into limit_scopes (scope, turn) values ($1, 1)
                 on conflict (scope) do update set turn = limit_scopes.turn + 1",
            )
            .bind(&one.scope)
            .execute(&mut **together)
            .await?;
        }
        for one in &wanted {
            let held: i64 = sqlx::query_scalar(
                "select cast(coalesce(sum(weight), 0) as bigint) from limit_events
                 where scope = $1 and at > $2",
            )
            .bind(&one.scope)
            .bind(one.at - one.window)
            .fetch_one(&mut **together)
            .await?;
            if held.saturating_add(one.weight) > one.most {
                return Ok(Reserved::Full(one.scope.clone()));
            }
        }
        for one in &wanted {
            sqlx::query(
                "insert into limit_events (scope, at, ends_at, weight) values ($1, $2, $3, $4)",
            )
            .bind(&one.scope)
            .bind(one.at)
            .bind(one.at.saturating_add(one.window))
            .bind(one.weight)
            .execute(&mut **together)
            .await?;
        }
        Ok(Reserved::Free)
    }

    /// Forgets events that no window holds any more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy_limits(&self, now: Seconds) -> Result<(), StoreError> {
        sqlx::query("delete from limit_events where ends_at < $1")
            .bind(now * 1_000)
            .execute(&self.writes)
            .await
            .map(drop)
    }
}
