//! The phone number of an account, once its owner has confirmed it.

use sqlx::Row as _;

use super::{Seconds, Store, StoreError};

/// A confirmed number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// Digits alone, with the country code.
    pub msisdn: String,
    /// When its PIN was typed.
    pub confirmed_at: Seconds,
}

impl Store {
    /// Keeps the number that an account confirmed, in place of one before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_number(
        &self,
        user_id: &str,
        msisdn: &str,
        now: Seconds,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into phone_numbers (user_id, msisdn, confirmed_at) values ($1, $2, $3)
             on conflict (user_id) do update set msisdn = excluded.msisdn,
                confirmed_at = excluded.confirmed_at",
        )
        .bind(user_id)
        .bind(msisdn)
        .bind(now)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// The number that an account confirmed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn number_of(&self, user_id: &str) -> Result<Option<PhoneNumber>, StoreError> {
        let row = sqlx::query("select msisdn, confirmed_at from phone_numbers where user_id = $1")
            .bind(user_id)
            .fetch_optional(&self.reads)
            .await?;
        let number = |row: sqlx::any::AnyRow| {
            Ok(PhoneNumber {
                msisdn: row.try_get("msisdn")?,
                confirmed_at: row.try_get("confirmed_at")?,
            })
        };
        row.map(number).transpose()
    }
}
