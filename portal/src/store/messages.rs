//! The queue of messages: each is handed over at least once, under one idempotency key, or given up
//! when its PIN is no longer right. A portal that dies in between loses none.

use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};

use super::{Seconds, Store, StoreError, one};

/// A message to be queued.
pub struct NewMessage<'a> {
    /// The idempotency key.
    pub id: &'a str,
    /// The PIN that it brings.
    pub pin_id: &'a str,
    /// The application.
    pub application_id: &'a str,
    /// To whom, digits alone.
    pub msisdn: &'a str,
    /// From whom.
    pub sender: &'a str,
    /// The text, sealed.
    pub body: &'a [u8],
    /// The key of the seal.
    pub key_id: &'a str,
    /// When its PIN stops being right.
    pub expires_at: Seconds,
    /// What it costs, in thousandths.
    pub cost: i64,
}

/// A message that this portal is to hand over.
#[derive(Clone)]
pub struct Claimed {
    /// The idempotency key.
    pub id: String,
    /// To whom, digits alone.
    pub msisdn: String,
    /// From whom.
    pub sender: String,
    /// The text, sealed.
    pub body: Vec<u8>,
    /// The key of the seal.
    pub key_id: String,
    /// How often it was tried, this time among them.
    pub tries: i64,
    /// When its PIN stops being right.
    pub expires_at: Seconds,
}

/// A message as it is shown.
#[derive(Debug, Clone)]
pub struct MessageLine {
    /// When it was queued.
    pub created_at: Seconds,
    /// To whom.
    pub msisdn: String,
    /// From whom.
    pub sender: String,
    /// queued, sent, delivered, undelivered, failed or expired.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// What the gateway said last.
    pub reason: String,
    /// The text, sealed, where it is kept for a developer's inbox; with its key.
    pub body: Option<(Vec<u8>, String, String)>,
}

/// How an application does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages handed over.
    pub sent: i64,
    /// Of these, reported as delivered.
    pub delivered: i64,
    /// Messages that were not handed over or not delivered.
    pub failed: i64,
    /// PINs made.
    pub pins: i64,
    /// Of these, typed.
    pub verified: i64,
    /// The cost of all messages handed over, in thousandths.
    pub cost: i64,
}

impl Store {
    pub(super) async fn queue(
        together: &mut Transaction<'static, Any>,
        message: &NewMessage<'_>,
        now: Seconds,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into messages (id, pin_id, application_id, msisdn, sender, body, key_id, state, tries,
                                   next_try_at, claimed_until, expires_at, cost, reason, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, $8, 0, $9, $10, '', $8)",
        )
        .bind(message.id)
        .bind(message.pin_id)
        .bind(message.application_id)
        .bind(message.msisdn)
        .bind(message.sender)
        .bind(message.body.to_vec())
        .bind(message.key_id)
        .bind(now)
        .bind(message.expires_at)
        .bind(message.cost)
        .execute(&mut **together)
        .await
        .map(drop)
    }

    /// Gives up the queued messages whose PIN ran out.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn give_messages_up(&self, now: Seconds) -> Result<(), StoreError> {
        sqlx::query(
            "update messages set state = 'expired', body = null, reason = 'the PIN ran out first'
             where state = 'queued' and expires_at <= $1 and claimed_until <= $1",
        )
        .bind(now)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// Claims up to `most` messages that are due, for `seconds`: whoever dies with them loses the
    /// claim, and another portal hands them over under the same idempotency key.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim_messages(
        &self,
        most: i64,
        seconds: Seconds,
        now: Seconds,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.give_messages_up(now).await?;
        let due = sqlx::query(
            "select id, msisdn, sender, body, key_id, tries, expires_at from messages
             where state = 'queued' and next_try_at <= $1 and claimed_until <= $1
                and exists (select 1 from pins where pins.id = messages.pin_id
                    and verified_at is null and attempts_left > 0)
             order by next_try_at, id limit $2",
        )
        .bind(now)
        .bind(most)
        .fetch_all(&self.reads)
        .await?;
        let mut claimed = Vec::new();
        for row in due {
            let (id, tries): (String, i64) = (row.try_get("id")?, row.try_get("tries")?);
            let ours = sqlx::query(
                "update messages set claimed_until = $2, tries = tries + 1
                 where id = $1 and state = 'queued' and claimed_until <= $3 and next_try_at <= $3
                    and tries = $4",
            )
            .bind(&id)
            .bind(now + seconds)
            .bind(now)
            .bind(tries)
            .execute(&self.writes)
            .await?;
            if one(&ours) {
                claimed.push(Claimed {
                    id,
                    msisdn: row.try_get("msisdn")?,
                    sender: row.try_get("sender")?,
                    body: row.try_get("body")?,
                    key_id: row.try_get("key_id")?,
                    tries: tries + 1,
                    expires_at: row.try_get("expires_at")?,
                });
            }
        }
        Ok(claimed)
    }

    /// The gateway took a message.
    ///
    /// # Errors
    /// The database failed.
    pub async fn message_sent(
        &self,
        id: &str,
        gateway_id: &str,
        keep_body: bool,
        now: Seconds,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update messages set state = 'sent', sent_at = $3, gateway_id = $2, reason = '',
                                 body = case when $4 = 1 then body else null end
             where id = $1 and state in ('queued', 'expired')",
        )
        .bind(id)
        .bind(gateway_id)
        .bind(now)
        .bind(i64::from(keep_body))
        .execute(&self.writes)
        .await?;
        // Whoever writes first, this or a report, the other one sees it.
        let early: Option<(i64, String)> = sqlx::query_as(
            "select delivered, reason from early_reports where gateway_id = $1 and at > $2",
        )
        .bind(gateway_id)
        .bind(now - EARLY)
        .fetch_optional(&self.reads)
        .await?;
        if let Some((delivered, reason)) = early {
            self.report(gateway_id, delivered != 0, &reason, now).await?;
        }
        Ok(())
    }

    /// The gateway did not take a message: it is tried again at `next_try_at`, or never. What another
    /// portal claimed meanwhile stays that one's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn message_refused(
        &self,
        message: &Claimed,
        next_try_at: Option<Seconds>,
        reason: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update messages set reason = $3, claimed_until = 0,
                                 next_try_at = case when $2 > 0 then $2 else next_try_at end,
                                 state = case when $2 > 0 then state else 'failed' end,
                                 body = case when $2 > 0 then body else null end
             where id = $1 and state = 'queued' and tries = $4",
        )
        .bind(&message.id)
        .bind(next_try_at.unwrap_or(0))
        .bind(reason)
        .bind(message.tries)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// A delivery report came, by the gateway's id; says whether it is of a message of ours. One that
    /// comes before it is written down that the gateway took the message is kept for that. A later
    /// report of the same message does not undo a delivery.
    ///
    /// # Errors
    /// The database failed.
    pub async fn message_reported(
        &self,
        gateway_id: &str,
        delivered: bool,
        reason: &str,
        now: Seconds,
    ) -> Result<bool, StoreError> {
        if self.report(gateway_id, delivered, reason, now).await? {
            return Ok(true);
        }
        // Nor is a second report of a message that was delivered one that is early.
        let known: i64 = sqlx::query_scalar("select count(*) from messages where gateway_id = $1")
            .bind(gateway_id)
            .fetch_one(&self.reads)
            .await?;
        if known == 0 {
            sqlx::query(
                "insert into early_reports (gateway_id, delivered, reason, at)
                 values ($1, $2, $3, $4)
                 on conflict (gateway_id) do update
                 set delivered = excluded.delivered, reason = excluded.reason, at = excluded.at
                 where early_reports.delivered = 0",
            )
            .bind(gateway_id)
            .bind(i64::from(delivered))
            .bind(reason)
            .bind(now)
            .execute(&self.writes)
            .await?;
        }
        // The message may have been written down since the first look.
        Ok(self.report(gateway_id, delivered, reason, now).await? || known > 0)
    }

    async fn report(
        &self,
        gateway_id: &str,
        delivered: bool,
        reason: &str,
        now: Seconds,
    ) -> Result<bool, StoreError> {
        let reported = sqlx::query(
            "update messages set state = $2, reason = $3, reported_at = $4
             where gateway_id = $1 and state in ('sent', 'undelivered')",
        )
        .bind(gateway_id)
        .bind(if delivered { "delivered" } else { "undelivered" })
        .bind(reason)
        .bind(now)
        .execute(&self.writes)
        .await?;
        Ok(reported.rows_affected() > 0)
    }

    /// Forgets the reports that were of no message of ours.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn forget_early_reports(&self, now: Seconds) -> Result<(), StoreError> {
        sqlx::query("delete from early_reports where at <= $1")
            .bind(now - EARLY)
            .execute(&self.writes)
            .await
            .map(drop)
    }

    /// The newest messages, of one application or of all.
    ///
    /// # Errors
    /// The database failed.
    pub async fn messages(
        &self,
        application_id: Option<&str>,
        most: i64,
    ) -> Result<Vec<MessageLine>, StoreError> {
        let rows = sqlx::query(
            "select id, created_at, msisdn, sender, state, tries, reason, body, key_id from messages
             where application_id = $1 or $1 = '' order by created_at desc, id limit $2",
        )
        .bind(application_id.unwrap_or_default())
        .bind(most)
        .fetch_all(&self.reads)
        .await?;
        rows.iter().map(line).collect()
    }

    /// How an application does.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tally(&self, application_id: &str) -> Result<Tally, StoreError> {
        let row = sqlx::query(
            "select count(sent_at) as sent,
                    count(case when state = 'delivered' then 1 end) as delivered,
                    count(case when state in ('undelivered', 'failed', 'expired') then 1 end) as failed,
                    cast(coalesce(sum(case when sent_at is not null then cost end), 0) as bigint) as cost,
                    (select count(*) from pins where application_id = $1) as pins,
                    (select count(verified_at) from pins where application_id = $1) as verified
             from messages where application_id = $1",
        )
        .bind(application_id)
        .fetch_one(&self.reads)
        .await?;
        Ok(Tally {
            sent: row.try_get("sent")?,
            delivered: row.try_get("delivered")?,
            failed: row.try_get("failed")?,
            pins: row.try_get("pins")?,
            verified: row.try_get("verified")?,
            cost: row.try_get("cost")?,
        })
    }
}

/// For how many seconds a report is kept that came before its message: several tries may be between the
/// one that the gateway took and the one whose answer was heard.
const EARLY: Seconds = 900;

fn line(row: &AnyRow) -> Result<MessageLine, StoreError> {
    let body: Option<Vec<u8>> = row.try_get("body")?;
    let (id, key_id): (String, String) = (row.try_get("id")?, row.try_get("key_id")?);
    Ok(MessageLine {
        created_at: row.try_get("created_at")?,
        msisdn: row.try_get("msisdn")?,
        sender: row.try_get("sender")?,
        state: row.try_get("state")?,
        tries: row.try_get("tries")?,
        reason: row.try_get("reason")?,
        body: body.map(|body| (body, key_id, id)),
    })
}
