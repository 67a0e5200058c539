//! PINs, of which each is right once.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::limits::{Reservation, Reserved};
use super::messages::NewMessage;
use super::{Seconds, Store, StoreError, one};

/// A PIN that was sent.
#[derive(Clone)]
pub struct Pin {
    /// 32 hexadecimal digits in upper case.
    pub id: String,
    /// The application.
    pub application_id: String,
    /// The template of its message.
    pub template_id: String,
    /// The number, digits alone.
    pub msisdn: String,
    /// A keyed hash of the PIN.
    pub hash: Vec<u8>,
    /// The key of the hash and the seal.
    pub key_id: String,
    /// The PIN, sealed, while it can be sent again.
    pub sealed: Option<Vec<u8>>,
    /// How many wrong ones are looked at still.
    pub attempts_left: i64,
    /// When it stops being right.
    pub expires_at: Seconds,
    /// When it was typed.
    pub verified_at: Option<Seconds>,
    /// The account that confirms its number by it; none where an app's server asks.
    pub user_id: Option<String>,
}

/// A PIN to be kept and sent.
pub struct NewPin<'a> {
    /// As it will be kept.
    pub pin: &'a Pin,
    /// The message that brings it; none for a number that cannot be reached.
    pub message: Option<NewMessage<'a>>,
    /// What has to be free for it.
    pub reservations: &'a [Reservation],
}

/// A number's standing with an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The number.
    pub msisdn: String,
    /// When its PIN was typed.
    pub verified_at: Option<Seconds>,
    /// When its message was handed over.
    pub sent_at: Option<Seconds>,
}

impl Store {
    /// Keeps a PIN and queues its message, if every limit has room for it: all of it, or nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn send_pin(&self, new: NewPin<'_>, now: Seconds) -> Result<Reserved, StoreError> {
        let mut together = self.begin().await?;
        let reserved = Self::reserve(&mut together, new.reservations).await?;
        if reserved != Reserved::Free {
            return Ok(reserved);
        }
        let pin = new.pin;
        sqlx::query(
            "insert into pins (id, application_id, template_id, msisdn, hash, key_id, sealed,
                               attempts_left, created_at, expires_at, user_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(&pin.id)
        .bind(&pin.application_id)
        .bind(&pin.template_id)
        .bind(&pin.msisdn)
        .bind(pin.hash.clone())
        .bind(&pin.key_id)
        .bind(pin.sealed.clone())
        .bind(pin.attempts_left)
        .bind(now)
        .bind(pin.expires_at)
        .bind(pin.user_id.clone())
        .execute(&mut *together)
        .await?;
        if let Some(message) = new.message {
            Self::queue(&mut together, &message, now).await?;
        }
        together.commit().await?;
        Ok(Reserved::Free)
    }

    /// Queues the message of a PIN once more, if every limit has room for it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resend_pin(
        &self,
        message: NewMessage<'_>,
        reservations: &[Reservation],
        now: Seconds,
    ) -> Result<Reserved, StoreError> {
        let mut together = self.begin().await?;
        let reserved = Self::reserve(&mut together, reservations).await?;
        if reserved == Reserved::Free {
            Self::queue(&mut together, &message, now).await?;
            together.commit().await?;
        }
        Ok(reserved)
    }

    /// A PIN, by its id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pin(&self, id: &str) -> Result<Option<Pin>, StoreError> {
        let row = sqlx::query("select * from pins where id = $1")
            .bind(id)
            .fetch_optional(&self.reads)
            .await?;
        row.as_ref().map(pin).transpose()
    }

    /// Takes a right PIN, once: of two at one moment, for one only is this true. With `only_one` that goes
    /// for all PINs of the number that the application sent.
    ///
    /// # Errors
    /// The database failed.
    pub async fn accept_pin(
        &self,
        pin: &Pin,
        only_one: bool,
        now: Seconds,
    ) -> Result<bool, StoreError> {
        let accept = sqlx::query(
            "update pins set verified_at = $2, sealed = null
             where id = $1 and verified_at is null and attempts_left > 0 and expires_at > $2
                and ($3 = 0 or not exists (select 1 from pins as other
                    where other.application_id = pins.application_id and other.msisdn = pins.msisdn
                        and other.verified_at is not null))",
        )
        .bind(&pin.id)
        .bind(now)
        .bind(i64::from(only_one));
        if !only_one {
            return Ok(one(&accept.execute(&self.writes).await?));
        }
        // Two PINs of one number are looked at one after the other.
        let mut together = self.begin().await?;
        let scope = format!("verified:{}:{}", pin.application_id, pin.msisdn);
        Self::hold(&mut together, &scope).await?;
        let accepted = accept.execute(&mut *together).await?;
        together.commit().await?;
        Ok(one(&accepted))
    }

    /// Whether a number was verified for an application.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_verified(
        &self,
        application_id: &str,
        msisdn: &str,
    ) -> Result<bool, StoreError> {
        let verified: i64 = sqlx::query_scalar(
            "select count(*) from pins
             where application_id = $1 and msisdn = $2 and verified_at is not null",
        )
        .bind(application_id)
        .bind(msisdn)
        .fetch_one(&self.reads)
        .await?;
        Ok(verified > 0)
    }

    /// From whom the messages of a PIN seem to come; none where it has none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sender_of(&self, pin_id: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar(
            "select sender from messages where pin_id = $1 order by created_at desc, id limit 1",
        )
        .bind(pin_id)
        .fetch_optional(&self.reads)
        .await
    }

    /// Counts a wrong PIN; says whether it was looked at.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_wrong_pin(&self, id: &str, now: Seconds) -> Result<bool, StoreError> {
        let counted = sqlx::query(
            "update pins set attempts_left = attempts_left - 1
             where id = $1 and verified_at is null and attempts_left > 0 and expires_at > $2",
        )
        .bind(id)
        .bind(now)
        .execute(&self.writes)
        .await?;
        Ok(one(&counted))
    }

    /// Forgets the PINs and the texts that are over: what can no longer be right is neither sent again
    /// nor read. A developer's inbox keeps a text for a day.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy_pins(&self, now: Seconds) -> Result<(), StoreError> {
        self.give_messages_up(now).await?;
        self.forget_early_reports(now).await?;
        for (statement, before) in [
            (
                "update pins set sealed = null
                 where sealed is not null and (expires_at <= $1 or attempts_left <= 0)",
                now,
            ),
            (
                "update messages set body = null
                 where body is not null and state <> 'queued' and created_at <= $1",
                now - 24 * 3_600,
            ),
            (
                "update messages set body = null, state = 'expired', reason = 'the PIN is over'
                 where state = 'queued' and claimed_until <= $1 and pin_id in
                    (select id from pins where verified_at is not null or attempts_left <= 0)",
                now,
            ),
        ] {
            sqlx::query(statement).bind(before).execute(&self.writes).await?;
        }
        Ok(())
    }

    /// The standing of a number with an application, a line for each PIN, the newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn verifications(
        &self,
        application_id: &str,
        msisdn: &str,
    ) -> Result<Vec<Verification>, StoreError> {
        let rows = sqlx::query(
            "select msisdn, verified_at,
                    (select max(sent_at) from messages where pin_id = pins.id) as sent_at
             from pins where application_id = $1 and msisdn = $2 order by created_at desc, id limit 100",
        )
        .bind(application_id)
        .bind(msisdn)
        .fetch_all(&self.reads)
        .await?;
        let verification = |row: &AnyRow| {
            Ok(Verification {
                msisdn: row.try_get("msisdn")?,
                verified_at: row.try_get("verified_at")?,
                sent_at: row.try_get("sent_at")?,
            })
        };
        rows.iter().map(verification).collect()
    }
}

fn pin(row: &AnyRow) -> Result<Pin, StoreError> {
    Ok(Pin {
        id: row.try_get("id")?,
        application_id: row.try_get("application_id")?,
        template_id: row.try_get("template_id")?,
        msisdn: row.try_get("msisdn")?,
        hash: row.try_get("hash")?,
        key_id: row.try_get("key_id")?,
        sealed: row.try_get("sealed")?,
        attempts_left: row.try_get("attempts_left")?,
        expires_at: row.try_get("expires_at")?,
        verified_at: row.try_get("verified_at")?,
        user_id: row.try_get("user_id")?,
    })
}
