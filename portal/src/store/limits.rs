//! Limits that hold exactly: so many events of a scope within a time, at any number of portals.
//!
//! The events of a scope are counted under the lock of its row, so the window slides and no two
//! portals count past each other.

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
    /// A scope is full; nothing was taken of any.
    Full {
        /// Which.
        scope: String,
        /// The milliseconds until the oldest of its events is no longer held.
        wait: i64,
    },
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
    ///
    /// A scope's row holds the sum of its events after `counted_from`, so only what leaves the window
    /// is added up, however much is in it.
    pub(super) async fn reserve(
        together: &mut Transaction<'static, Any>,
        wanted: &[Reservation],
    ) -> Result<Reserved, StoreError> {
        let mut wanted: Vec<_> = wanted.iter().map(|one| (one, 0)).collect();
        wanted.sort_by(|(a, _), (b, _)| a.scope.cmp(&b.scope));
        for (one, held) in &mut wanted {
            let (sum, counted_from) = Self::hold(together, &one.scope).await?;
            let from = one.at - one.window;
            let between: i64 = sqlx::query_scalar(
                "select cast(coalesce(sum(weight), 0) as bigint) from limit_events
                 where scope = $1 and at > $2 and at <= $3",
            )
            .bind(&one.scope)
            .bind(from.min(counted_from))
            .bind(from.max(counted_from))
            .fetch_one(&mut **together)
            .await?;
            // A window that was made longer, or a clock that is behind, takes events in again.
            *held = if from >= counted_from { sum - between } else { sum + between };
            if held.saturating_add(one.weight) > one.most {
                return Self::full(together, one).await;
            }
        }
        for (one, held) in wanted {
            sqlx::query("update limit_scopes set held = $2, counted_from = $3 where scope = $1")
                .bind(&one.scope)
                .bind(held + one.weight)
                .bind(one.at - one.window)
                .execute(&mut **together)
                .await?;
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

    /// Holds a scope until the transaction ends; the sum of its events, and after when they are counted.
    pub(super) async fn hold(
        together: &mut Transaction<'static, Any>,
        scope: &str,
    ) -> Result<(i64, i64), StoreError> {
        sqlx::query_as(
            "insert into limit_scopes (scope, turn) values ($1, 1)
             on conflict (scope) do update set turn = limit_scopes.turn + 1
             returning held, counted_from",
        )
        .bind(scope)
        .fetch_one(&mut **together)
        .await
    }

    async fn full(
        together: &mut Transaction<'static, Any>,
        one: &Reservation,
    ) -> Result<Reserved, StoreError> {
        let oldest: Option<i64> =
            sqlx::query_scalar("select min(at) from limit_events where scope = $1 and at > $2")
                .bind(&one.scope)
                .bind(one.at - one.window)
                .fetch_one(&mut **together)
                .await?;
        // Of a limit that nothing fits into, the whole window.
        let wait = oldest.unwrap_or(one.at) + one.window - one.at;
        Ok(Reserved::Full { scope: one.scope.clone(), wait })
    }

    /// Forgets scopes of which no window holds an event any more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy_limits(&self, now: Seconds) -> Result<(), StoreError> {
        const OVER: &str =
            "select scope from limit_scopes where not exists (select 1 from limit_events
            where limit_events.scope = limit_scopes.scope and ends_at >= $1)
            order by scope limit 1000";
        loop {
            let over: Vec<String> =
                sqlx::query_scalar(OVER).bind(now * 1_000).fetch_all(&self.reads).await?;
            for scope in &over {
                self.forget_scope(scope, now).await?;
            }
            if over.len() < 1_000 {
                break;
            }
        }
        // Of those that are in use, what was left behind.
        sqlx::query(
            "delete from limit_events where ends_at < $1 and at <=
                (select counted_from from limit_scopes where limit_scopes.scope = limit_events.scope)",
        )
        .bind(now * 1_000)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// Its row is locked first: whoever reserves meanwhile begins it anew.
    async fn forget_scope(&self, scope: &str, now: Seconds) -> Result<(), StoreError> {
        let mut together = self.begin().await?;
        Self::hold(&mut together, scope).await?;
        let held: i64 = sqlx::query_scalar(
            "select count(*) from limit_events where scope = $1 and ends_at >= $2",
        )
        .bind(scope)
        .bind(now * 1_000)
        .fetch_one(&mut *together)
        .await?;
        if held > 0 {
            return Ok(());
        }
        for forget in [
            "delete from limit_events where scope = $1",
            "delete from limit_scopes where scope = $1",
        ] {
            sqlx::query(forget).bind(scope).execute(&mut *together).await?;
        }
        together.commit().await
    }
}
