//! A portal in this process, on a port of its own, with a clock that can be set.

use std::sync::Arc;

use countersign_portal::config::{Settings, SmsSettings};
use countersign_portal::{Clock, Portal, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running portal with an agent “ana” and an administrator “admin”.
pub(crate) struct Site {
    pub(crate) portal: Arc<Portal>,
    pub(crate) url: String,
    /// Ana's password.
    pub(crate) ana: String,
    /// The administrator's password, for one use.
    pub(crate) admin: String,
    end: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<anyhow::Result<()>>>,
    _folder: TempDir,
}

impl Site {
    /// On SQLite, in a folder of its own.
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    /// With this SMS gateway.
    pub(crate) async fn with_sms(gateway: &str) -> Self {
        let sms = SmsSettings { gateway: Some(gateway.to_owned()), ..SmsSettings::default() };
        Self::with(Settings { sms, ..Settings::default() }).await
    }

    /// With these settings, and an address of its own.
    pub(crate) async fn with(settings: Settings) -> Self {
        Self::with_clock(settings, Clock::default()).await
    }

    /// With a clock that other portals may have too.
    pub(crate) async fn with_clock(settings: Settings, clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        // Every database has a key file; a fresh folder gets a fresh one.
        let key_file = folder.path().join("key");
        countersign_portal::keys::Keys::create_file(&key_file).unwrap();
        let settings = Settings {
            listen: Some(listen),
            data: Some(folder.path().to_owned()),
            key_file: Some(settings.key_file.clone().unwrap_or(key_file)),
            ..settings
        };
        let config = settings.settle().unwrap();
        let portal = Arc::new(Portal::open(config, clock).await.unwrap());
        let admin = portal.first_administrator().await.unwrap();
        let ana = portal.add_account("ana", false, false, true).await.unwrap();
        let (end, ended) = oneshot::channel();
        let serving = serve(portal.clone(), listener, async move { drop(ended.await) });
        Self {
            portal,
            url: format!("http://localhost:{}", listen.port()),
            ana: ana.map(|password| password.to_string()).unwrap_or_default(),
            admin: admin.map(|password| password.to_string()).unwrap_or_default(),
            end: Some(end),
            served: Some(tokio::spawn(serving)),
            _folder: folder,
        }
    }

    /// Ends it in good order.
    pub(crate) async fn stop(mut self) {
        drop(self.end.take());
        if let Some(served) = self.served.take() {
            served.await.unwrap().unwrap();
        }
    }
}
