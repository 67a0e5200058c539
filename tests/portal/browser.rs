//! A real Chromium, driven as a person would drive it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;

/// One window, with a profile of its own.
pub(crate) struct Browser {
    pub(crate) client: Client,
    url: String,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a window of this width that prefers light or dark pages.
    pub(crate) async fn open(url: &str, width: u32, dark: bool) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed");
        let out = BufReader::new(driver.stdout.take().unwrap());
        let port = out.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver says where it listens");
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--lang=en".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--window-size={width},900"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut capabilities = serde_json::Map::new();
        capabilities.insert(
            "goog:chromeOptions".to_owned(),
            json!({ "args": arguments, "prefs": { "intl.accept_languages": "en" } }),
        );
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        let browser = Self { client, url: url.to_owned(), driver, _profile: profile };
        browser.emulate(width, dark).await;
        browser
    }

    /// The exact width of the page, which a window does not keep below some 500 pixels.
    pub(crate) async fn emulate(&self, width: u32, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let call = DevTools(json!({ "cmd": command, "params": parameters }));
        self.client.issue_cmd(call).await.unwrap()
    }

    pub(crate) async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.url)).await.unwrap();
    }

    /// Types into the field of this name what was not there before.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        let selector = format!("main [name={name}]");
        let field = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&selector));
        let field = field.await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses the button, or follows the link, that says this.
    pub(crate) async fn press(&self, text: &str) {
        let path = format!(
            "//*[self::a or self::button or self::summary][normalize-space(.)='{text}' or \
             starts-with(normalize-space(.), '{text} ') or .//strong[normalize-space(.)='{text}']]"
        );
        let waited = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await;
        waited.unwrap_or_else(|error| panic!("nothing says “{text}”: {error}"));
        let found = self.client.find_all(Locator::XPath(&path)).await.unwrap();
        // A button of the page itself, where a tab of the frame says the same.
        let last = found.into_iter().next_back();
        last.unwrap_or_else(|| panic!("nothing says “{text}”")).click().await.unwrap();
    }

    /// Presses the button that the page is there for.
    pub(crate) async fn press_main(&self) {
        let button = Locator::Css("main button.main");
        self.client.find(button).await.unwrap().click().await.unwrap();
    }

    /// What is at this place of the page.
    pub(crate) async fn at(&self, selector: &str) -> String {
        self.client.find(Locator::Css(selector)).await.unwrap().text().await.unwrap()
    }

    /// Waits until the page says this.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            let read = async || {
                let body = self.client.find(Locator::Css("body")).await.ok()?;
                body.text().await.ok()
            };
            let began = Instant::now();
            let mut page = read().await;
            // A page that is on its way is none yet.
            while !page.as_ref().is_some_and(|page| page.contains(text)) {
                let late = began.elapsed() > PATIENCE;
                assert!(!late, "{place}: “{text}” is not in\n{}", page.unwrap_or_default());
                tokio::time::sleep(Duration::from_millis(50)).await;
                page = read().await;
            }
        }
    }

    /// Waits until the page has this.
    pub(crate) async fn is_shown(&self, selector: &str) {
        let wait = self.client.wait().at_most(PATIENCE);
        wait.for_element(Locator::Css(selector)).await.unwrap();
    }

    /// Waits until the page is this one.
    pub(crate) async fn is_at(&self, path: &str) {
        let began = Instant::now();
        loop {
            let now = self.path().await;
            if now == path {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "it is at {now} and not at {path}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a code that was submitted is answered: whether it let somebody in.
    pub(crate) async fn is_let_in(&self) -> bool {
        let began = Instant::now();
        loop {
            if self.path().await == "/profile" {
                return true;
            }
            if self.client.find(Locator::Css("#problem")).await.is_ok() {
                return false;
            }
            assert!(began.elapsed() < PATIENCE, "nothing is answered");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// What a camera before the screen would see.
    pub(crate) async fn screenshot(&self) -> Vec<u8> {
        self.client.screenshot().await.unwrap()
    }

    /// The whole page, as high as it is.
    pub(crate) async fn whole_page(&self, width: u32) -> Vec<u8> {
        let script = "return document.documentElement.scrollHeight";
        let height = self.client.execute(script, vec![]).await.unwrap().as_u64().unwrap();
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        self.screenshot().await
    }

    /// What axe finds wrong on this page, for whoever reads it by keyboard or by ear.
    pub(crate) async fn axe(&self, axe: &Path) -> Vec<String> {
        let source = std::fs::read_to_string(axe).unwrap();
        self.client.execute(&source, vec![]).await.unwrap();
        let run = "const done = arguments[arguments.length - 1]; \
                   axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }) \
                   .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))))";
        let found = self.client.execute_async(run, vec![]).await.unwrap();
        found.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn sign_in(&self, login: &str, password: &str) {
        self.go("/sign-in").await;
        self.fill("login", login).await;
        self.fill("password", password).await;
        self.press("Sign in").await;
    }

    /// Signs in, and goes the way of the agent to the page of a new device's QR code.
    pub(crate) async fn begin_device(&self, name: &str) {
        for step in
            ["User profile", "Access controls", "Mobile authentication", "Register new device"]
        {
            self.press(step).await;
        }
        self.fill("name", name).await;
        self.press("Next").await;
    }

    pub(crate) async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver's whole group: after a test that failed its browser is still open.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.driver.wait();
    }
}

/// A command of Chromium's own protocol.
#[derive(Debug)]
struct DevTools(Value);

impl fantoccini::wd::WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

/// How long a page may be on its way.
const PATIENCE: Duration = Duration::from_secs(15);
