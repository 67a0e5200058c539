//! Hands queued messages over. Every portal does; the queue gives each message to one of them.

use std::sync::Arc;
use std::time::Duration;

use super::gateway::{Message, NotSent, plain};
use crate::Portal;
use crate::refusal::Refusal;
use crate::store::{Claimed, Seconds};

/// Hands over what is due, until it is stopped.
pub(crate) async fn send_queued(portal: Arc<Portal>) {
    if !portal.sms.gateway.is_set_up() {
        return;
    }
    loop {
        // What fails is tried again, and is in the log.
        let more = round(&portal).await.unwrap_or(false);
        if !more {
            let woken = portal.sms.queued.notified();
            let _ = tokio::time::timeout(EVERY, woken).await;
        }
    }
}

/// Hands over some; says whether there may be more.
async fn round(portal: &Arc<Portal>) -> Result<bool, Refusal> {
    for report in portal.sms.gateway.reports().await {
        let now = portal.clock.now();
        let status = plain(&report.status);
        portal.store.message_reported(&report.gateway_id, report.delivered, &status, now).await?;
    }
    let now = portal.clock.now();
    let claimed = portal.store.claim_messages(MOST, CLAIM, now).await?;
    let more = !claimed.is_empty();
    let mut sending = tokio::task::JoinSet::new();
    for message in claimed {
        let portal = portal.clone();
        sending.spawn(async move { hand_over(&portal, &message).await });
    }
    while let Some(sent) = sending.join_next().await {
        sent.map_err(anyhow::Error::new)??;
    }
    Ok(more)
}

async fn hand_over(portal: &Portal, claimed: &Claimed) -> Result<(), Refusal> {
    let keys = &portal.config.keys;
    let body = keys.open_bytes(&claimed.body, &claimed.key_id, &claimed.id)?;
    let text = std::str::from_utf8(&body).map_err(anyhow::Error::new)?;
    let (id, to, from) = (&claimed.id, &claimed.msisdn, &claimed.sender);
    let sent = portal.sms.gateway.send(&Message { id, to, from, text }).await;
    let now = portal.clock.now();
    match sent {
        Ok(gateway_id) => {
            let keep = portal.sms.gateway.is_inbox();
            portal.store.message_sent(id, &gateway_id, keep, now).await?;
            portal.figures.message("sent");
        }
        Err(NotSent::Later(reason)) => {
            let next = now + wait_after(claimed.tries);
            portal.store.message_refused(id, Some(next), &reason).await?;
            portal.figures.message("later");
        }
        Err(NotSent::Never(reason)) => {
            portal.store.message_refused(id, None, &reason).await?;
            portal.figures.message("never");
        }
    }
    Ok(())
}

/// The seconds until the next try: 1, 2, 4 … 60.
fn wait_after(tries: i64) -> Seconds {
    1_i64.checked_shl(u32::try_from(tries - 1).unwrap_or(0)).unwrap_or(LONGEST).clamp(1, LONGEST)
}

/// How many messages a round claims.
const MOST: i64 = 50;
/// How long a claim holds, in seconds: longer than a gateway may take to answer.
const CLAIM: Seconds = 30;
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
