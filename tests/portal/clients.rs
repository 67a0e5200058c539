//! Whoever uses a cluster of portals while one after the other is killed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use countersign::Secret;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::cluster::Figures;
use super::devices::{Prepared, Steps, code, next_code};

/// What all clients know, and what they saw.
pub(crate) struct Load {
    url: String,
    key: String,
    until: Instant,
    api: Client,
    answered: AtomicUsize,
    unanswered: AtomicUsize,
    refused_again: AtomicUsize,
    registered: AtomicUsize,
    logins: AtomicUsize,
    sessions_alive: AtomicUsize,
    /// Where the code of a device and a step was accepted, as its owner was told.
    accepted: Mutex<HashMap<(String, i64), Vec<String>>>,
    waiting: Mutex<Waiting>,
}

/// Whoever waits for an answer.
struct Waiting {
    clients: usize,
    /// Since when: the last answer, or the first question after a time in which nobody asked.
    since: Instant,
    longest: Duration,
}

/// An answer below 500.
struct Answer {
    status: u16,
    path: String,
    text: String,
}

impl Load {
    pub(crate) fn new(url: String, key: String, lasts: Duration) -> Self {
        let zero = AtomicUsize::default;
        Self {
            url,
            key,
            until: Instant::now() + lasts,
            api: Client::new(),
            answered: zero(),
            unanswered: zero(),
            refused_again: zero(),
            registered: zero(),
            logins: zero(),
            sessions_alive: zero(),
            accepted: Mutex::default(),
            waiting: Mutex::new(Waiting {
                clients: 0,
                since: Instant::now(),
                longest: Duration::ZERO,
            }),
        }
    }

    /// The figures; no code was accepted twice.
    pub(crate) fn figures(&self, seconds: u64, kills: usize) -> Figures {
        let accepted = self.accepted.lock().unwrap();
        for ((device, step), places) in accepted.iter() {
            assert_eq!(places.len(), 1, "{device}, step {step}: {places:?}");
        }
        let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        Figures {
            seconds,
            kills,
            answered: count(&self.answered),
            unanswered: count(&self.unanswered),
            accepted: accepted.len(),
            refused_again: count(&self.refused_again),
            registered: count(&self.registered),
            logins: count(&self.logins),
            sessions_alive: count(&self.sessions_alive),
            longest_wait: self.waiting.lock().unwrap().longest,
        }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Sends a request once. Of one without an answer nobody knows what became of it.
    async fn ask(&self, request: RequestBuilder) -> Option<Answer> {
        self.waiting(|waiting| {
            if waiting.clients == 0 {
                waiting.since = Instant::now();
            }
            waiting.clients += 1;
        });
        let answer = async {
            let answer = request.timeout(PATIENCE).send().await.ok()?;
            let (status, path) = (answer.status().as_u16(), answer.url().path().to_owned());
            let text = answer.text().await.ok()?;
            (status < 500).then_some(Answer { status, path, text })
        };
        let answer = answer.await;
        self.waiting(|waiting| {
            waiting.clients -= 1;
            if answer.is_some() {
                waiting.longest = waiting.longest.max(waiting.since.elapsed());
                waiting.since = Instant::now();
            }
        });
        if answer.is_some() {
            self.answered.fetch_add(1, Ordering::Relaxed);
        } else {
            self.unanswered.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_millis(50)).await;
        }
        answer
    }

    fn waiting(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Opens a page, again and again until it comes: that changes nothing.
    async fn page(&self, http: &Client, path: &str) -> Answer {
        let began = Instant::now();
        loop {
            if let Some(answer) = self.ask(http.get(format!("{}{path}", self.url))).await {
                return answer;
            }
            assert!(began.elapsed() < PATIENCE, "nobody answers {path}");
        }
    }

    /// Sends the form of a page, once.
    async fn submit(&self, http: &Client, page: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let shown = self.page(http, page).await;
        if shown.path != page {
            return Some(shown);
        }
        let csrf = between(&shown.text, "name=\"csrf\" value=\"", "\"").to_owned();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.ask(http.post(format!("{}{page}", self.url)).form(&fields)).await
    }

    /// Signs in with the password, in a new browser.
    async fn sign_in(&self, login: &str, password: &str) -> (Client, Answer) {
        loop {
            let http = Client::builder().cookie_store(true).build().unwrap();
            let fields = [("login", login), ("password", password)];
            match self.submit(&http, "/sign-in", &fields).await {
                Some(answer) if answer.status == 200 => return (http, answer),
                Some(answer) => assert_eq!(answer.status, 429, "{login}: {}", answer.text),
                None => {}
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Has a code verified; whether it was accepted, if that was answered.
    async fn verify(&self, device: &str, step: i64, login: &str, typed: &str) -> Option<bool> {
        let request = self.api.post(format!("{}/api/v1/verify", self.url)).bearer_auth(&self.key);
        let answer = self.ask(request.json(&json!({ "login": login, "code": typed }))).await?;
        let said: Value = serde_json::from_str(&answer.text).unwrap();
        assert!(answer.status == 429 || answer.status == 200, "{said}");
        let accepted = said["verdict"] == "accepted";
        if accepted {
            self.accept(device, step, &format!("by the API, as of {}", said["device"]));
        }
        Some(accepted)
    }

    fn accept(&self, device: &str, step: i64, place: &str) {
        let mut accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        accepted.entry((device.to_owned(), step)).or_default().push(place.to_owned());
    }

    /// Has a code verified twice at one moment, and once more; whether it was used, as far as known.
    async fn verify_twice(&self, device: &str, step: i64, login: &str, typed: &str) -> bool {
        let verify = || self.verify(device, step, login, typed);
        let (one, two) = tokio::join!(verify(), verify());
        let Some(again) = verify().await else { return one == Some(true) || two == Some(true) };
        if (one, two, again) == (Some(false), Some(false), false) {
            // It has to wait, or an answer was lost: there is another code.
            return true;
        }
        let refused = [one, two, Some(again)].into_iter().filter(|one| *one == Some(false)).count();
        self.refused_again.fetch_add(refused, Ordering::Relaxed);
        true
    }
}

/// An agent with one session that lasts, a phone, and more and more devices.
pub(crate) struct Agent {
    load: Arc<Load>,
    login: String,
    password: String,
    web: Client,
    /// The phone's session.
    token: String,
    /// Of its devices, the last one being the newest.
    secrets: Vec<Secret>,
}

impl Agent {
    /// Registers devices and logs in with them until it is over; the devices that the web said were
    /// registered, with the login name.
    pub(crate) async fn work(
        load: Arc<Load>,
        login: String,
        password: String,
    ) -> Vec<(String, String)> {
        let (web, profile) = load.sign_in(&login, &password).await;
        assert_eq!(profile.path, "/profile");
        let token = phone_token(&load, &login, &password).await;
        let mut agent = Self { load, login, password, web, token, secrets: Vec::new() };
        let mut registered = Vec::new();
        for number in 0..MOST_DEVICES {
            if agent.load.is_over() {
                break;
            }
            let name = format!("phone-{number}");
            let mut steps = Steps::fresh(now());
            let (secret, told) = agent.register(&name, &mut steps).await;
            agent.secrets.push(secret);
            if told {
                agent.load.registered.fetch_add(1, Ordering::Relaxed);
                registered.push((agent.login.clone(), name.clone()));
            }
            for _ in 0..LOGINS {
                agent.sessions_live(&name).await;
                agent.log_in(&name, &mut steps).await;
                let Some((step, typed)) = agent.next_code(&mut steps) else { break };
                let device = format!("{} {name}", agent.login);
                if agent.load.verify_twice(&device, step, &agent.login, &typed).await {
                    steps.used(step, now());
                }
            }
        }
        for (_, name) in &registered {
            agent.sessions_live(name).await;
        }
        registered
    }

    /// Registers a device; its secret, and whether the web said that it is registered.
    async fn register(&self, name: &str, steps: &mut Steps) -> (Secret, bool) {
        const NEW: &str = "/profile/access/mobile/new";
        let page = loop {
            // Sent again, it takes the pending registration up again.
            match self.load.submit(&self.web, NEW, &[("name", name)]).await {
                Some(answer) if answer.status == 200 => break answer,
                Some(answer) => panic!("{name}: {} {}", answer.status, answer.text),
                None => {}
            }
        };
        let key = between(&page.text, "<span id=\"key\">", "</span>").replace(' ', "");
        let secret = Secret::from_base32(&key).unwrap();
        loop {
            let step = steps.next(now()).expect("no code was used yet");
            let typed = code(&secret, step);
            let answer = self.load.submit(&self.web, &page.path, &[("code", &typed)]).await;
            let Some(answer) = answer else { continue };
            let told = answer.status == 200 && answer.path == page.path;
            // Its page leads to the list: it is registered, but the answer that said so was lost.
            let lost = answer.path == "/profile/access/mobile";
            assert!(told || lost || answer.status == 422, "{} {}", answer.status, answer.text);
            steps.used(step, now());
            if told || lost {
                if told {
                    assert!(answer.text.contains("Device registered"), "{}", answer.text);
                    self.load.accept(&format!("{} {name}", self.login), step, "registering");
                }
                return (secret, told);
            }
        }
    }

    /// The next code of the newest device, and its step.
    fn next_code(&self, steps: &mut Steps) -> Option<(i64, String)> {
        let newest = self.secrets.last()?;
        next_code(newest, steps, now())
    }

    /// Logs in with a code, in a new browser; and tries the same code in yet another.
    async fn log_in(&self, name: &str, steps: &mut Steps) {
        let Some((step, typed)) = self.next_code(steps) else { return };
        let device = format!("{} {name}", self.login);
        for _ in 0..2 {
            let (http, answer) = self.load.sign_in(&self.login, &self.password).await;
            assert_eq!(answer.path, "/sign-in/code");
            let answer = self.load.submit(&http, "/sign-in/code", &[("code", &typed)]).await;
            let Some(answer) = answer else { continue };
            steps.used(step, now());
            match answer.path.as_str() {
                "/profile" => {
                    self.load.accept(&device, step, "logging in");
                    self.load.logins.fetch_add(1, Ordering::Relaxed);
                    assert_eq!(self.load.page(&http, "/profile").await.path, "/profile");
                }
                "/sign-in/code" => {
                    self.load.refused_again.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                // The proxy sent the page of an answer that was lost.
                other => panic!("{other}: {}", answer.text),
            }
        }
    }

    /// The sessions of the browser and of the phone, begun in the beginning, live.
    async fn sessions_live(&self, name: &str) {
        let profile = self.load.page(&self.web, "/profile").await;
        assert_eq!(profile.path, "/profile", "{}: the session broke", self.login);
        let path = format!("{}/api/v1/device?device={name}", self.load.url);
        let status = loop {
            let request = self.load.api.get(&path).bearer_auth(&self.token);
            if let Some(answer) = self.load.ask(request).await {
                break answer;
            }
        };
        assert!(status.text.contains("\"registered\""), "{}: {}", self.login, status.text);
        self.load.sessions_alive.fetch_add(2, Ordering::Relaxed);
    }
}

/// Has the codes of prepared devices verified, each twice at one moment and once more.
pub(crate) async fn verify_pairs(load: Arc<Load>, devices: Vec<Prepared>) {
    let mut devices: Vec<_> = devices.into_iter().map(|one| (one, Steps::fresh(now()))).collect();
    while !load.is_over() {
        let mut idle = true;
        for (device, steps) in &mut devices {
            if load.is_over() {
                return;
            }
            let Some((step, typed)) = device.next_code(steps, now()) else { continue };
            idle = false;
            if load.verify_twice(&device.device_id, step, &device.login, &typed).await {
                steps.used(step, now());
            }
        }
        if idle {
            sleep(Duration::from_millis(200)).await;
        }
    }
}

async fn phone_token(load: &Load, login: &str, password: &str) -> String {
    let credentials = json!({ "login": login, "password": password });
    loop {
        let request = load.api.post(format!("{}/api/v1/sign-in", load.url)).json(&credentials);
        let Some(answer) = load.ask(request).await else { continue };
        assert_eq!(answer.status, 200, "{}", answer.text);
        let session: Value = serde_json::from_str(&answer.text).unwrap();
        return session["token"].as_str().unwrap().to_owned();
    }
}

#[track_caller]
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

const PATIENCE: Duration = Duration::from_secs(20);
/// Below the most that an account may have.
const MOST_DEVICES: usize = 18;
const LOGINS: usize = 3;
