//! Who carries messages: a developer's inbox, a gateway by HTTP, an SMSC by SMPP.

mod http;
mod smpp;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use tokio::sync::oneshot;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use self::http::HttpGateway;
use self::smpp::SmppGateway;
pub(crate) use self::smpp::parts;
use crate::store::Seconds;

/// A message to be handed over.
pub(crate) struct Message<'a> {
    /// The idempotency key: a gateway that gets it twice sends once.
    pub(crate) id: &'a str,
    /// To whom, digits alone.
    pub(crate) to: &'a str,
    /// From whom.
    pub(crate) from: &'a str,
    /// The text.
    pub(crate) text: &'a str,
    /// For how many seconds it is worth delivering.
    pub(crate) valid_for: Seconds,
}

/// Why a gateway did not take a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// It may take it later.
    Later(String),
    /// It may have taken it, and would send it twice.
    Unknown(String),
    /// It never will.
    Never(String),
}

/// Who carries messages.
pub(crate) enum Gateway {
    /// Nobody is set up: nothing is sent, and asking for it says so.
    None,
    /// Nobody: a developer reads the messages on a page.
    Inbox,
    /// A gateway by HTTP.
    Http(HttpGateway),
    /// An SMSC by SMPP 3.4.
    Smpp(Box<SmppGateway>),
}

impl Gateway {
    /// By its address: `inbox:`, `https://…`, or `smpp://system_id:password@host:port`.
    ///
    /// # Errors
    /// The address is none of these. It is not repeated: it may hold a password.
    pub(crate) fn by_url(url: Option<&str>) -> anyhow::Result<Self> {
        let Some(url) = url else { return Ok(Self::None) };
        let url = Zeroizing::new(url.to_owned());
        Ok(match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("inbox") => Self::Inbox,
            Some("http" | "https") => Self::Http(HttpGateway::new(&url)?),
            Some("smpp") => Self::Smpp(Box::new(SmppGateway::new(&url)?)),
            _ => {
                bail!("the SMS gateway is inbox:, https://… or smpp://system_id:password@host:port")
            }
        })
    }

    /// Whether there is somebody to carry messages.
    pub(crate) fn is_set_up(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Whether a developer reads the messages here.
    pub(crate) fn is_inbox(&self) -> bool {
        matches!(self, Self::Inbox)
    }

    /// Hands a message over; gives the id by which its delivery is reported.
    pub(crate) async fn send(&self, message: &Message<'_>) -> Result<String, NotSent> {
        match self {
            Self::None => Err(NotSent::Later("no gateway is set up".to_owned())),
            Self::Inbox => Ok(message.id.to_owned()),
            Self::Http(gateway) => gateway.send(message).await,
            Self::Smpp(gateway) => gateway.send(message).await,
        }
    }

    /// What the gateway says next, where it speaks by itself.
    pub(crate) async fn heard(&self) -> Heard {
        match self {
            Self::Smpp(gateway) => gateway.heard().await,
            Self::None | Self::Inbox | Self::Http(_) => std::future::pending().await,
        }
    }
}

/// What a gateway says by itself.
pub(crate) enum Heard {
    /// A delivery report, and who waits to hear that it is kept. Dropped without that, it is refused, and
    /// comes again.
    Report(Report, oneshot::Sender<()>),
    /// It took a message, and says so after nobody waited any more.
    Taken { id: String, gateway_id: String },
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// The gateway's id of the message.
    pub(crate) gateway_id: String,
    /// Whether the phone has it.
    pub(crate) delivered: bool,
    /// The gateway's word for it.
    pub(crate) status: String,
}

impl Report {
    /// By the gateway's word; nothing where the message is on its way still.
    pub(crate) fn new(gateway_id: String, status: String) -> Option<Self> {
        let is_end = !matches!(status.as_str(), "SCHEDLD" | "ENROUTE" | "ACCEPTD" | "PENDING");
        let delivered = matches!(status.as_str(), "DELIVRD" | "DELIVERED");
        is_end.then_some(Self { gateway_id, delivered, status })
    }
}

/// An id of a message, as a gateway writes it in JSON.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum GatewayId {
    /// Most do.
    Text(String),
    /// Some count.
    Number(i64),
}

impl GatewayId {
    /// As it is kept.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => plain(text),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// A short text without control characters, of whatever a gateway said: it is shown to people.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(120).collect()
}

fn port_of(url: &str) -> anyhow::Result<(&str, u16)> {
    let (host, port) = url.rsplit_once(':').context("the SMS gateway's address has no port")?;
    Ok((host, port.parse().ok().context("the SMS gateway's port is no number")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_text_or_a_number() {
        let read = |json| serde_json::from_str::<GatewayId>(json).map(|id| id.text());
        assert_eq!(read("\"4c8f\"").unwrap(), "4c8f");
        assert_eq!(read("5017377").unwrap(), "5017377");
        for json in ["null", "9223372036854775808", "1.5", "{}", "true"] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
