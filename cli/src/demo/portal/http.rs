//! HTTP to one portal: nowhere else, no redirect followed unseen, nothing sent repeated in an error.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use countersign::enroll::Request;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, RequestBuilder};
use zeroize::Zeroizing;

/// A portal, at its address.
pub(crate) struct Portal {
    agent: Agent,
    /// `scheme://host:port`, without a slash at its end.
    address: String,
}

/// What it answered.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where it leads, for a redirect.
    pub(super) location: Option<String>,
    /// Its clock.
    pub(super) date: Option<String>,
    /// After how many seconds to try again.
    pub(super) retry_after: Option<String>,
    /// The cookies to keep, each with its attributes.
    pub(super) cookies: Vec<String>,
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Portal {
    /// The portal that somebody named. A password is about to be sent to it, so it has to be on
    /// this computer or behind TLS.
    ///
    /// # Errors
    /// What is wrong with the address, without repeating it.
    pub(crate) fn at(typed: &str) -> anyhow::Result<Self> {
        let uri: Uri = typed.parse().map_err(|_| anyhow!(NO_ADDRESS))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            bail!(NO_ADDRESS)
        };
        ensure!(!authority.as_str().contains('@'), "a portal's address holds no name or password");
        ensure!(matches!(uri.path(), "" | "/") && uri.query().is_none(), NO_ADDRESS);
        let here = is_loopback(authority.host());
        match scheme {
            "https" => {}
            "http" if here => {}
            "http" => bail!(
                "over http:// the password could be read on its way; use the portal's https:// \
                 address, or go through a tunnel (ssh -L 8080:localhost:8080 HOST) to \
                 http://localhost:8080"
            ),
            _ => bail!(NO_ADDRESS),
        }
        // A second call finds it installed, and that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let mut config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(Request::TIMEOUT_SECONDS.into())))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        if here {
            // What stays on this computer goes past every proxy.
            config = config.proxy(None);
        }
        Ok(Self { agent: config.build().into(), address: format!("{scheme}://{authority}") })
    }

    /// Whether a portal is there: asked before a password is sent to whatever else may be.
    ///
    /// # Errors
    /// There is none; what to do.
    pub(crate) fn look(&self) -> anyhow::Result<()> {
        let answer = self.get("/api/v1/openapi.json", &[])?;
        let document: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
        let title = document.as_ref().and_then(|document| document["info"]["title"].as_str());
        ensure!(
            title == Some("Countersign portal"),
            "what answers at {} is no Countersign portal; name the address that the portal prints \
             when it starts",
            self.address
        );
        Ok(())
    }

    /// `scheme://host:port`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn get(&self, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let request = self.agent.get(self.url(path));
        self.told(with(request, headers).call())
    }

    pub(super) fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> anyhow::Result<Answer> {
        let request = self.agent.post(self.url(path));
        self.told(with(request, headers).send(body))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn told(
        &self,
        answered: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<Answer> {
        let mut answer = answered.map_err(|error| self.unreachable(&error))?;
        let header = |name: &str| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.map(ToOwned::to_owned)
        };
        let (location, date, retry_after) =
            (header("location"), header("date"), header("retry-after"));
        let cookies = answer.headers().get_all("set-cookie").iter();
        let cookies = cookies.filter_map(|value| Some(value.to_str().ok()?.to_owned())).collect();
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec();
        let body = Zeroizing::new(body.map_err(|error| self.unreachable(&error))?);
        Ok(Answer { status, location, date, retry_after, cookies, body })
    }

    fn unreachable(&self, error: &ureq::Error) -> anyhow::Error {
        let address = &self.address;
        if let Some(reason) = unsafe_connection(error) {
            return anyhow!(
                "the connection to {address} is not safe ({reason}), so nothing was sent; its \
                 certificate has to be one that this computer trusts"
            );
        }
        match error {
            ureq::Error::Timeout(_) => anyhow!(
                "the portal at {address} did not answer within {} s; does it run, and can it be \
                 reached?",
                Request::TIMEOUT_SECONDS
            ),
            ureq::Error::Io(_) | ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => {
                let reason = match error {
                    ureq::Error::Io(error) => crate::failure::reason(error),
                    other => other.to_string(),
                };
                anyhow!(
                    "no portal answers at {address} ({reason}); start one with `cargo run \
                     --release -p countersign-portal -- --demo`, or name another address"
                )
            }
            ureq::Error::BodyExceedsLimit(_) => {
                anyhow!("the answer of {address} is too large for a portal's")
            }
            other => anyhow!("the portal at {address} could not be asked: {other}"),
        }
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn json(&self) -> anyhow::Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
            .ok()
            .with_context(|| format!("the portal answered {} without JSON", self.status))
    }
}

fn with<B>(request: RequestBuilder<B>, headers: &[(&str, &str)]) -> RequestBuilder<B> {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// What TLS has against the other side, which may come as a failure to read.
fn unsafe_connection(error: &ureq::Error) -> Option<&rustls::Error> {
    match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref(),
        _ => None,
    }
}

fn is_loopback(host: &str) -> bool {
    let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || number.is_ok_and(|number| number.is_loopback())
}

const NO_ADDRESS: &str =
    "a portal's address is its beginning alone, such as http://localhost:8080 or https://HOST";
/// More than any page has.
const MOST_BYTES: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_password_goes_to_this_computer_or_over_tls() {
        for (typed, address) in [
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://LOCALHOST/", "http://LOCALHOST"),
            ("http://127.0.0.2:1", "http://127.0.0.2:1"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
            ("https://portal.example", "https://portal.example"),
        ] {
            assert_eq!(Portal::at(typed).unwrap().address(), address);
        }
        for typed in [
            "http://portal.example",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://192.168.0.1:8080",
            "http://[::2]",
        ] {
            let said = Portal::at(typed).err().unwrap().to_string();
            assert!(said.contains("https://") && !said.contains(typed), "{typed}: {said}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_repeated() {
        for typed in [
            "",
            "hunter2",
            "localhost:8080",
            "/hunter2",
            "ftp://hunter2",
            "http://localhost/hunter2",
            "http://localhost/?hunter2",
            "http://ana:hunter2@localhost",
            "https://hunter2@portal.example",
            "http://hunter2 hunter2",
        ] {
            let said = Portal::at(typed).err().unwrap().to_string();
            assert!(!said.contains("hunter2"), "{typed}: {said}");
        }
    }

    #[test]
    fn a_certificate_that_is_not_trusted_is_told_from_a_portal_that_is_not_there() {
        let portal = Portal::at("https://portal.example").unwrap();
        let untrusted =
            || rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        for error in
            [ureq::Error::Rustls(untrusted()), ureq::Error::Io(io::Error::other(untrusted()))]
        {
            let said = portal.unreachable(&error).to_string();
            assert!(said.contains("UnknownIssuer") && said.contains("trusts"), "{said}");
        }
        let said = portal.unreachable(&ureq::Error::Io(io::ErrorKind::BrokenPipe.into()));
        assert!(said.to_string().contains("no portal answers"), "{said}");
    }

    #[test]
    fn where_nothing_listens_the_message_says_what_to_start() {
        // Port 1 is for no portal.
        let said = Portal::at("http://127.0.0.1:1").unwrap().look().unwrap_err().to_string();
        assert!(said.contains("countersign-portal -- --demo"), "{said}");
    }
}
