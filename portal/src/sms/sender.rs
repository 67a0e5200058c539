//! Hands queued messages over. Every portal does; the queue gives each message to one of them.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::gateway::{Heard, Message, NotSent, Report, plain};
use crate::Portal;
use crate::refusal::Refusal;
use crate::store::{Claimed, Seconds};

/// Hands over what is due, until it is stopped.
///
/// So many are on their way at one moment; a gateway that is slow with one holds up no other.
pub(crate) async fn send_queued(portal: Arc<Portal>) {
    if !portal.sms.gateway.is_set_up() {
        return;
    }
    let mut sending = JoinSet::new();
    loop {
        // Why one failed is in the log, and it is tried again.
        while sending.try_join_next().is_some() {}
        let room = MOST - sending.len();
        if room == 0 {
            sending.join_next().await;
            continue;
        }
        // What is claimed and not handed over is claimed anew.
        let claimed = tokio::time::timeout(PATIENCE, claim(&portal, room, &mut sending)).await;
        if claimed.is_err() {
            tracing::error!("the database is slow: no message was claimed");
        }
        let more = matches!(claimed, Ok(Ok(true)));
        if !more {
            let woken = portal.sms.queued.notified();
            let _ = tokio::time::timeout(EVERY, woken).await;
        }
    }
}

/// Begins to hand over what is due; says whether there may be more.
async fn claim(
    portal: &Arc<Portal>,
    most: usize,
    sending: &mut JoinSet<Result<(), Refusal>>,
) -> Result<bool, Refusal> {
    let most = i64::try_from(most).unwrap_or(1);
    let claimed = portal.store.claim_messages(most, CLAIM, portal.clock.now()).await?;
    let more = !claimed.is_empty();
    for message in claimed {
        let portal = portal.clone();
        sending.spawn(async move { hand_over(&portal, &message).await });
    }
    Ok(more)
}

/// Keeps what the gateway says by itself, until it is stopped. What cannot be kept is in the log.
///
/// Several at one moment: a database that is slow with one holds up no other.
pub(crate) async fn take_reports(portal: Arc<Portal>) {
    let mut keeping = JoinSet::new();
    loop {
        while keeping.try_join_next().is_some() {}
        if keeping.len() >= MOST {
            keeping.join_next().await;
        }
        let heard = portal.sms.gateway.heard().await;
        let portal = portal.clone();
        keeping.spawn(async move { keep(&portal, heard).await });
    }
}

async fn keep(portal: &Portal, heard: Heard) {
    match heard {
        Heard::Report(report, kept) => {
            if in_time(portal.keep_report(&report)).await {
                let _ = kept.send(());
            }
        }
        // Unlike a report it does not come again, and the message is sent again after a minute.
        Heard::Taken { id, gateway_id } => {
            for _ in 0..4 {
                if in_time(portal.sent(&id, &gateway_id)).await {
                    break;
                }
                tokio::time::sleep(EVERY).await;
            }
        }
    }
}

/// Whether it was done, and in time.
async fn in_time(done: impl Future<Output = Result<(), Refusal>>) -> bool {
    let done = tokio::time::timeout(PATIENCE, done).await;
    if done.is_err() {
        tracing::error!("the database is slow: what a gateway said was not kept");
    }
    matches!(done, Ok(Ok(())))
}

impl Portal {
    /// Keeps a delivery report.
    pub(super) async fn keep_report(&self, report: &Report) -> Result<(), Refusal> {
        let Report { gateway_id, delivered, status } = report;
        let (status, now) = (plain(status), self.clock.now());
        self.store.message_reported(gateway_id, *delivered, &status, now).await?;
        Ok(())
    }

    /// The gateway took a message.
    async fn sent(&self, id: &str, gateway_id: &str) -> Result<(), Refusal> {
        let keep = self.sms.gateway.is_inbox();
        self.store.message_sent(id, gateway_id, keep, self.clock.now()).await?;
        self.figures.message("sent");
        Ok(())
    }
}

async fn hand_over(portal: &Portal, claimed: &Claimed) -> Result<(), Refusal> {
    let keys = &portal.config.keys;
    let (id, to, from) = (&claimed.id, &claimed.msisdn, &claimed.sender);
    let body = keys.open_bytes(&claimed.body, &claimed.key_id, id);
    let text = body.as_ref().ok().and_then(|body| std::str::from_utf8(body).ok());
    let sent = match text {
        _ if claimed.expires_at <= portal.clock.now() => {
            Err(NotSent::Never("the PIN ran out first".to_owned()))
        }
        Some(text) => {
            let valid_for = claimed.expires_at - portal.clock.now();
            portal.sms.gateway.send(&Message { id, to, from, text, valid_for }).await
        }
        None => Err(NotSent::Never("its key is no longer among the keys".to_owned())),
    };
    let now = portal.clock.now();
    match sent {
        Ok(gateway_id) => portal.sent(id, &gateway_id).await?,
        Err(NotSent::Later(reason)) => {
            let next = now + wait_after(claimed.tries);
            portal.store.message_refused(claimed, Some(next), &reason).await?;
            portal.figures.message("later");
        }
        Err(NotSent::Unknown(reason)) => {
            let next = now + LONGEST;
            portal.store.message_refused(claimed, Some(next), &reason).await?;
            portal.figures.message("later");
        }
        Err(NotSent::Never(reason)) => {
            portal.store.message_refused(claimed, None, &reason).await?;
            portal.figures.message("never");
        }
    }
    Ok(())
}

/// The seconds until the next try: 1, 2, 4 … 60.
fn wait_after(tries: i64) -> Seconds {
    1_i64.checked_shl(u32::try_from(tries - 1).unwrap_or(0)).unwrap_or(LONGEST).clamp(1, LONGEST)
}

/// How many messages are on their way at one moment.
const MOST: usize = 50;
/// How long a claim holds, in seconds: longer than a gateway may take to answer.
const CLAIM: Seconds = 30;
/// How long a database may take.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST: Seconds = 60;
/// Another portal's messages, and those that wait, are looked for this often.
const EVERY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_minute() {
        let waits: Vec<_> = (1..=9).map(wait_after).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(wait_after(1_000), 60);
    }
}
