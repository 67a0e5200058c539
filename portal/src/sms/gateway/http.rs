//! A gateway by HTTP: a JSON request for each message, with the idempotency key in a header.
//!
//! `docs/sms.md` says what a gateway, or a few lines in front of one, has to answer.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::{Client, StatusCode, redirect};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Message, NotSent, plain};

/// A gateway by HTTP.
pub(crate) struct HttpGateway {
    client: Client,
    url: Zeroizing<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    to: &'a str,
    from: &'a str,
    text: &'a str,
}

#[derive(Deserialize)]
struct Taken {
    id: String,
}

impl HttpGateway {
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .build()
            .context("failed to set up the SMS gateway")?;
        Ok(Self { client, url: Zeroizing::new(url.to_owned()) })
    }

    pub(super) async fn send(&self, message: &Message<'_>) -> Result<String, NotSent> {
        let Message { id, to, from, text } = *message;
        let request = self.client.post(self.url.as_str()).header("idempotency-key", id);
        let answer = request.json(&Body { id, to, from, text }).send().await;
        // What reqwest says of a failure repeats the address, which may hold a password.
        let answer = answer.map_err(|error| {
            let what = if error.is_timeout() { "timed out" } else { "cannot be reached" };
            NotSent::Later(format!("the gateway {what}"))
        })?;
        let status = answer.status();
        if status.is_success() {
            let taken = answer.json::<Taken>().await;
            return Ok(taken.map_or_else(|_| id.to_owned(), |taken| plain(&taken.id)));
        }
        let reason = format!("the gateway answered {}", status.as_u16());
        let later = status.is_server_error()
            || status == StatusCode::TOO_MANY_REQUESTS
            || status == StatusCode::REQUEST_TIMEOUT;
        // A key that is wrong today is mended tomorrow; a message that is wrong is not.
        let later = later || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        Err(if later { NotSent::Later(reason) } else { NotSent::Never(reason) })
    }
}

const TIMEOUT: Duration = Duration::from_secs(10);
