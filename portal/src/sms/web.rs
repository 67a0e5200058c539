//! Requests to gateways and lookups: JSON there and back, bounded, and off the threads that answer.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use data_encoding::BASE64;
use serde::Serialize;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};
use zeroize::Zeroizing;

/// One service, at its address.
#[derive(Clone)]
pub(crate) struct Service {
    agent: Agent,
    url: Arc<str>,
    /// The value of `Authorization`, if the address held a name.
    authorization: Option<Arc<Zeroizing<String>>>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// None came in time.
    TimedOut,
    /// It cannot be reached, or broke off.
    Unreachable,
}

impl Service {
    /// By its address: `https://host/path`, with `KEY@` before the host for `Authorization: App KEY`,
    /// or `name:password@` for `Basic`.
    ///
    /// # Errors
    /// The address is malformed. It is not repeated.
    pub(super) fn at(url: &str, timeout: Duration) -> anyhow::Result<Self> {
        let (scheme, rest) = url.split_once("://").context("the address is malformed")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (who, host) =
            host.rsplit_once('@').map_or((None, host), |(who, host)| (Some(who), host));
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let here = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
        ensure!(
            scheme == "https" || (scheme == "http" && here),
            "beyond this machine the address has to be https://…"
        );
        let authorization = who.map(|who| {
            let value = match who.contains(':') {
                true => format!("Basic {}", BASE64.encode(who.as_bytes())),
                false => format!("App {who}"),
            };
            Arc::new(Zeroizing::new(value))
        });
        // A second call finds it installed, and that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let mut config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .http_status_as_error(false)
            .tls_config(tls);
        if here {
            config = config.proxy(None);
        }
        let url = format!("{scheme}://{host}/{path}").into();
        Ok(Self { agent: config.build().into(), url, authorization })
    }

    /// Sends JSON; gives the status and the body, of which at most 64 KiB are read.
    pub(super) async fn post(
        &self,
        idempotency_key: Option<&str>,
        body: &impl Serialize,
    ) -> Result<(u16, Vec<u8>), NoAnswer> {
        let body = Zeroizing::new(serde_json::to_vec(body).map_err(|_| NoAnswer::Unreachable)?);
        let (service, key) = (self.clone(), idempotency_key.map(str::to_owned));
        let send = move || {
            let mut request =
                service.agent.post(&*service.url).header("content-type", "application/json");
            if let Some(authorization) = &service.authorization {
                request = request.header("authorization", authorization.as_str());
            }
            if let Some(key) = &key {
                request = request.header("idempotency-key", key);
            }
            let mut answer = request.send(body.as_slice())?;
            let status = answer.status().as_u16();
            let mut body = Vec::new();
            answer.body_mut().as_reader().take(MOST_BODY).read_to_end(&mut body)?;
            Ok((status, body))
        };
        // What ureq says of a failure may repeat the address.
        match tokio::task::spawn_blocking(send).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(ureq::Error::Timeout(_))) => Err(NoAnswer::TimedOut),
            _ => Err(NoAnswer::Unreachable),
        }
    }
}

const MOST_BODY: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_key_is_for_tls_or_this_machine() {
        let at = |url| Service::at(url, Duration::from_secs(1));
        for url in ["https://key@sms.example/send", "http://localhost:9000/", "http://127.0.0.1/x"]
        {
            assert!(at(url).is_ok(), "{url}");
        }
        for url in
            ["http://hunter2@sms.example/", "ftp://x/", "sms.example", "http://localhost.evil/"]
        {
            let error = format!("{:#}", at(url).err().unwrap());
            assert!(!error.contains("hunter2"), "{error}");
        }
        let service = at("https://key@sms.example/a/b").unwrap();
        assert_eq!(&*service.url, "https://sms.example/a/b");
        assert_eq!(service.authorization.unwrap().as_str(), "App key");
        let service = at("https://n:p@sms.example").unwrap();
        assert_eq!(service.authorization.unwrap().as_str(), "Basic bjpw");
    }
}
