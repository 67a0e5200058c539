//! Number lookup: can this number be reached, as the mobile networks say?

use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::json;

use super::web::Service;

/// Who is asked.
pub(crate) enum Lookup {
    /// Nobody.
    None,
    /// A service that speaks Infobip's number lookup, `POST …/number/1/query`.
    Http(Service),
}

/// The API's `ncStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The networks do not know, or could not be asked.
    Unknown,
    /// It can.
    Reachable,
    /// It cannot: no PIN is made, no message sent.
    NotReachable,
    /// Nobody is set up to be asked.
    NotConfigured,
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Found>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    status: Option<Group>,
    error: Option<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Group {
    group_name: String,
    permanent: Option<bool>,
}

impl Lookup {
    /// By the address of the service, which may hold a key: `https://KEY@host/number/1/query`.
    pub(crate) fn by_url(url: Option<&str>) -> anyhow::Result<Self> {
        let Some(url) = url else { return Ok(Self::None) };
        let service = Service::at(url, Duration::from_secs(5)).context("the number lookup")?;
        Ok(Self::Http(service))
    }

    /// Whether there is somebody to be asked.
    pub(crate) fn is_set_up(&self) -> bool {
        matches!(self, Self::Http(_))
    }

    /// Asks. A service that does not answer keeps nobody from a PIN.
    pub(crate) async fn ask(&self, msisdn: &str) -> Reach {
        let Self::Http(service) = self else { return Reach::NotConfigured };
        let Ok((200, body)) = service.post(None, &json!({ "to": [msisdn] })).await else {
            return Reach::Unknown;
        };
        let Ok(answer) = serde_json::from_slice::<Answer>(&body) else { return Reach::Unknown };
        answer.results.first().map_or(Reach::Unknown, Found::reach)
    }
}

impl Found {
    fn reach(&self) -> Reach {
        let group = self.status.as_ref().map_or("", |status| status.group_name.as_str());
        let permanent = self.error.as_ref().and_then(|error| error.permanent);
        match (group, permanent) {
            // A service that refuses us knows nothing of the number.
            ("REJECTED", _) => Reach::Unknown,
            (_, Some(true)) => Reach::NotReachable,
            ("DELIVERED" | "OK", _) => Reach::Reachable,
            // What is over in a moment, as a phone that is off, keeps nobody from a PIN.
            ("UNDELIVERABLE", None) => Reach::NotReachable,
            _ => Reach::Unknown,
        }
    }
}

impl Reach {
    /// The word of the API.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unknown => "NC_DESTINATION_UNKNOWN",
            Self::Reachable => "NC_DESTINATION_REACHABLE",
            Self::NotReachable => "NC_DESTINATION_NOT_REACHABLE",
            Self::NotConfigured => "NC_NOT_CONFIGURED",
        }
    }
}
