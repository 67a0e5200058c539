//! Number lookup: can this number be reached, as the mobile networks say?

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::{Client, redirect};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

/// Who is asked.
pub(crate) enum Lookup {
    /// Nobody.
    None,
    /// A service that speaks Infobip's number lookup, `POST …/number/1/query`.
    Http { client: Client, url: Zeroizing<String> },
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
    permanent: bool,
}

impl Lookup {
    /// By the address of the service, which may hold a key: `https://KEY@host/number/1/query`.
    pub(crate) fn by_url(url: Option<&str>) -> anyhow::Result<Self> {
        let Some(url) = url else { return Ok(Self::None) };
        let is_http = url.starts_with("https://") || url.starts_with("http://");
        ensure!(is_http, "the number lookup is at https://…/number/1/query");
        let client = Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(redirect::Policy::none())
            .build()
            .context("failed to set up the number lookup")?;
        Ok(Self::Http { client, url: Zeroizing::new(url.to_owned()) })
    }

    /// Asks. A service that does not answer keeps nobody from a PIN.
    pub(crate) async fn ask(&self, msisdn: &str) -> Reach {
        let Self::Http { client, url } = self else { return Reach::NotConfigured };
        let answer = client.post(url.as_str()).json(&json!({ "to": [msisdn] })).send().await;
        let Ok(answer) = answer.and_then(reqwest::Response::error_for_status) else {
            return Reach::Unknown;
        };
        let Ok(answer) = answer.json::<Answer>().await else { return Reach::Unknown };
        answer.results.first().map_or(Reach::Unknown, Found::reach)
    }
}

impl Found {
    fn reach(&self) -> Reach {
        let group = self.status.as_ref().map_or("", |status| status.group_name.as_str());
        let gone = self.error.as_ref().is_some_and(|error| error.permanent);
        match group {
            _ if gone => Reach::NotReachable,
            "DELIVERED" | "OK" => Reach::Reachable,
            "UNDELIVERABLE" | "REJECTED" => Reach::NotReachable,
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
