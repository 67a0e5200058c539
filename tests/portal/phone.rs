//! A phone: the core's own enrollment flow, a vault on the disk, and real requests to the portal.

use countersign::CodeNow;
use countersign::enroll::{Effect, Enrollment, Event, RelyingParty, Response, Texts, View};
use countersign::vault::{AccountId, DeviceKey, KdfCost, Unlock, Vault, VaultFile};
use countersign_tests::system_rng;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A phone on which an agent signed in.
pub(crate) struct Phone {
    vault: Vault,
    file: VaultFile,
    flow: Enrollment,
    http: reqwest::Client,
    token: String,
    /// By how many seconds the portal's clock is ahead of the system's.
    pub(crate) ahead: i64,
    _folder: TempDir,
}

impl Phone {
    /// Signs in on the phone: “device verification needed”, and the flow begins.
    pub(crate) async fn sign_in(url: &str, login: &str, password: &str) -> Self {
        let http = reqwest::Client::new();
        let credentials = json!({ "login": login, "password": password });
        let answer = http.post(format!("{url}/api/v1/sign-in")).json(&credentials).send().await;
        let answer: Value = answer.unwrap().json().await.unwrap();
        assert_eq!(answer["device_verification"], "needed", "{answer}");

        let folder = tempfile::tempdir().unwrap();
        let file = VaultFile::lock(&folder.path().join("vault")).unwrap();
        let key = DeviceKey::generate(&mut system_rng());
        let cost = KdfCost::MINIMUM;
        let vault = Vault::create(Unlock::DeviceKey(&key), cost, &mut system_rng()).unwrap();
        let party = RelyingParty {
            issuer: Some("Conversations".to_owned()),
            status_url: format!("{url}/api/v1/device"),
            pin_url: Some(format!("{url}/api/v1/numbers")),
            signs_in: false,
        };
        let flow = Enrollment::start(Some(party), &vault);
        let token = answer["token"].as_str().unwrap().to_owned();
        Self { vault, file, flow, http, token, ahead: 0, _folder: folder }
    }

    /// Sends an event, and does what the flow asks for until it asks for nothing more.
    pub(crate) async fn send(&mut self, event: Event<'_>) -> View {
        let (mut view, mut effects) = self.flow.on(event, &mut self.vault);
        while !effects.is_empty() {
            let body;
            let date;
            let wait;
            let event = match effects.remove(0) {
                Effect::RequestCamera => Event::CameraGranted,
                Effect::Save => {
                    let sealed = self.vault.seal(&mut system_rng()).unwrap();
                    self.file.save(&sealed).unwrap();
                    Event::Saved
                }
                Effect::Ask(request) => {
                    let asked = self.http.request(request.method.parse().unwrap(), &request.url);
                    let asked = asked.bearer_auth(&self.token).header("accept", request.accept);
                    let asked = match request.body {
                        Some(json) => asked.header("content-type", "application/json").body(json),
                        None => asked,
                    };
                    let answer = asked.send().await.unwrap();
                    let status = answer.status().as_u16();
                    date = answer.headers()["date"].to_str().unwrap().to_owned();
                    let header = answer.headers().get("retry-after");
                    wait = header.map(|text| text.to_str().unwrap().to_owned());
                    body = answer.bytes().await.unwrap();
                    let (date, retry_after) = (Some(date.as_str()), wait.as_deref());
                    let received_at = self.system_time();
                    Event::Answered(Response {
                        status,
                        body: &body,
                        date,
                        retry_after,
                        received_at,
                    })
                }
                Effect::StartCamera | Effect::StopCamera | Effect::OpenSettings | Effect::Close => {
                    continue;
                }
            };
            let (next, more) = self.flow.on(event, &mut self.vault);
            view = next;
            effects.extend(more);
        }
        view
    }

    /// Scans what a browser shows, from its screenshot.
    pub(crate) async fn scan(&mut self, screenshot: &[u8]) -> View {
        let found = countersign::qr::scan_picture(screenshot).unwrap();
        let texts: Vec<_> = found.iter().map(|code| code.text()).collect();
        assert_eq!(texts.len(), 1, "one QR code is on the screen");
        self.send(Event::ScanQr).await;
        self.send(Event::Scanned(Texts(&texts))).await
    }

    /// The code that the phone shows for an account.
    pub(crate) fn code(&self, account: AccountId) -> String {
        let now = self.system_time().saturating_add_signed(self.ahead);
        match self.vault.code_at(account, now).unwrap() {
            CodeNow::Timed(code) => code.text().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    fn system_time(&self) -> u64 {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
    }
}

/// The account in a view that has one.
pub(crate) fn account_of(view: &View) -> AccountId {
    match view {
        View::ShowCode { account, .. } | View::DeviceRegistered { account } => *account,
        other => panic!("{other:?}"),
    }
}
