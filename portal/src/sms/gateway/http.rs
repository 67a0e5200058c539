//! A gateway by HTTP: a JSON request for each message, with the idempotency key in a header.
//!
//! `docs/sms.md` says what a gateway, or a few lines in front of one, has to answer.

use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::{GatewayId, Message, NotSent};
use crate::sms::web::{NoAnswer, Service};
use crate::store::Seconds;

/// A gateway by HTTP.
pub(crate) struct HttpGateway(Service);

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    to: &'a str,
    from: &'a str,
    text: &'a str,
    valid_for: Seconds,
}

#[derive(Deserialize)]
struct Taken {
    id: GatewayId,
}

impl HttpGateway {
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        Ok(Self(Service::at(url, TIMEOUT).context("the SMS gateway")?))
    }

    pub(super) async fn send(&self, message: &Message<'_>) -> Result<String, NotSent> {
        let Message { id, to, from, text, valid_for } = *message;
        let answer = self.0.post(Some(id), &Body { id, to, from, text, valid_for }).await;
        let (status, body) = answer.map_err(|error| {
            let what = match error {
                NoAnswer::TimedOut => "timed out",
                NoAnswer::Unreachable => "cannot be reached",
            };
            NotSent::Later(format!("the gateway {what}"))
        })?;
        if (200..300).contains(&status) {
            let taken: Option<Taken> = serde_json::from_slice(&body).ok();
            return Ok(taken.map_or_else(|| id.to_owned(), |taken| taken.id.text()));
        }
        let reason = format!("the gateway answered {status}");
        // A key that is wrong today is mended tomorrow; a message that is wrong is not.
        let later = status >= 500 || matches!(status, 401 | 403 | 408 | 429);
        Err(if later { NotSent::Later(reason) } else { NotSent::Never(reason) })
    }
}

const TIMEOUT: Duration = Duration::from_secs(10);
