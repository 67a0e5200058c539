//! PINs sent and verified by portals on one PostgreSQL, beside codes of devices in the same run.
//! `cargo xtask bench pins` reads what this prints.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark says what it found, and stops where it cannot be set up"
)]

#[expect(dead_code, reason = "a benchmark goes the straight way")]
#[path = "../portal/app.rs"]
mod app;
#[expect(dead_code, reason = "one device is measured as every other")]
#[path = "../portal/devices.rs"]
mod devices;
#[path = "portal/http.rs"]
mod http;
#[expect(dead_code, reason = "the contract runs on one that does not wait for the disk")]
#[path = "../portal/postgres.rs"]
mod postgres;
#[expect(dead_code, reason = "no proxy is measured")]
#[path = "../portal/process.rs"]
mod process;
#[expect(dead_code, reason = "the terminal program is not measured")]
#[path = "../program.rs"]
mod program;
#[expect(dead_code, reason = "the portals are processes of their own")]
#[path = "../portal/site.rs"]
mod site;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign_portal::Portal;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Row as _};

use crate::app::{App, BOTH, pin_in};
use crate::devices::{prepare, site_key};
use crate::http::{Clients, Round, p99};
use crate::postgres::Postgres;
use crate::process::{Process, Start};

#[tokio::main]
async fn main() {
    let postgres = Postgres::durable();
    let folder = tempfile::tempdir().unwrap();
    let program = program::built("countersign-portal", "countersign-portal");
    let start = Start::new(program, postgres.database("pins"), folder.path());
    let own = start.own().await;
    let key = App::key(&own, BOTH, None).await;
    let devices = prepare(&own, "bench", DEVICES).await;
    let site = site_key(&own).await;

    let environment = vec![("COUNTERSIGN_PORTAL_SMS_GATEWAY", "inbox:".to_owned())];
    let mut portals: Vec<_> =
        (0..3).map(|_| Process::start_with(&start, environment.clone())).collect();
    for portal in &portals {
        portal.ready().await;
    }
    let mut codes = Clients::new(portals[0].port, &site, devices, CLIENTS);
    codes.round(WARM_UP);
    tell("codes of devices, one portal", codes.round(ROUND), 0);

    let urls: Vec<_> = portals.iter().map(Process::url).collect();
    let run = Run::new(&key, urls).await;
    run.send(1, WARM_UP).await;
    let (sent, lost) = run.send(1, ROUND).await;
    tell("PINs sent, one portal", sent, lost);
    let (verified, lost) = run.verify(1, &pins(&own).await).await;
    tell("PINs verified, one portal", verified, lost);

    let kill = async {
        for _ in 0..KILLS {
            tokio::time::sleep(ROUND / (KILLS + 1)).await;
            portals[2].kill();
            tokio::time::sleep(Duration::from_millis(700)).await;
            portals[2].start_again(&start);
            portals[2].ready().await;
        }
    };
    let ((sent, lost), ()) = tokio::join!(run.send(3, ROUND), kill);
    tell("PINs sent, three portals, one killed", sent, lost);
    let pins = pins(&own).await;
    let kill = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        portals[2].kill();
    };
    let ((verified, lost), ()) = tokio::join!(run.verify(3, &pins), kill);
    tell("PINs verified, three portals, one killed", verified, lost);
    own.store().close().await;
}

fn tell(what: &str, round: Round, lost: usize) {
    let (per_second, p99) = (round.per_second, p99(round.times));
    println!("pins: {what} | {per_second:.0} | {p99:.1} ms | {lost}");
}

/// An application, and the clients of its server.
struct Run {
    urls: Vec<String>,
    key: String,
    ids: (String, String),
    next: AtomicUsize,
}

impl Run {
    async fn new(key: &str, urls: Vec<String>) -> Self {
        let configuration = json!({
            "sendPinPerApplicationLimit": "1000000/1d", "verifyPinLimit": "1000/1s"
        });
        let ids = App::at(&urls[0], key).set_up(configuration).await;
        Self { urls, key: key.to_owned(), ids, next: AtomicUsize::new(0) }
    }

    /// PINs to a number each, as fast as they are answered; and how many were not, and went to the
    /// next portal.
    async fn send(&self, portals: usize, lasts: Duration) -> (Round, usize) {
        let (began, until) = (Instant::now(), Instant::now() + lasts);
        let client = async |number: usize| {
            let mut client = Client::new(self, number, portals);
            while Instant::now() < until {
                // No two within a thousand neighbours.
                let last = self.next.fetch_add(1, Ordering::Relaxed);
                let to = format!("{}{:06}", PREFIXES[last / 1_000 % 40], last % 1_000 * 1_000);
                let (application, template) = &self.ids;
                let body = json!({ "applicationId": application, "messageId": template, "to": to });
                client.post("/2fa/2/pin", &body).await;
            }
            client
        };
        summed(began, join_all((0..CLIENTS).map(client)).await)
    }

    /// Each of these PINs once.
    async fn verify(&self, portals: usize, pins: &[(String, String)]) -> (Round, usize) {
        let began = Instant::now();
        let client = async |number: usize| {
            let mut client = Client::new(self, number, portals);
            for (id, pin) in pins.iter().skip(number).step_by(CLIENTS) {
                client.post(&format!("/2fa/2/pin/{id}/verify"), &json!({ "pin": pin })).await;
            }
            client
        };
        summed(began, join_all((0..CLIENTS).map(client)).await)
    }
}

fn summed(began: Instant, clients: Vec<Client>) -> (Round, usize) {
    let seconds = began.elapsed().as_secs_f64();
    let lost = clients.iter().map(|client| client.lost).sum();
    let times: Vec<_> = clients.into_iter().flat_map(|client| client.times).collect();
    (Round { per_second: times.len() as f64 / seconds, times }, lost)
}

/// One client, with connections that stay open.
struct Client {
    http: reqwest::Client,
    urls: Vec<String>,
    turn: usize,
    key: String,
    times: Vec<u32>,
    lost: usize,
}

impl Client {
    fn new(run: &Run, number: usize, portals: usize) -> Self {
        let urls = run.urls[..portals].to_vec();
        let key = format!("App {}", run.key);
        let http = reqwest::Client::new();
        Self { http, urls, turn: number, key, times: Vec::new(), lost: 0 }
    }

    /// Asks until it is answered, each time at the next portal.
    async fn post(&mut self, path: &str, body: &Value) {
        let began = Instant::now();
        loop {
            self.turn += 1;
            let url = format!("{}{path}", self.urls[self.turn % self.urls.len()]);
            let request = self.http.post(url).header("authorization", &self.key).json(body);
            match request.send().await {
                Ok(answer) if answer.status() == StatusCode::OK => break,
                Ok(answer) => panic!("{}", answer.text().await.unwrap()),
                Err(_) => self.lost += 1,
            }
        }
        self.times.push(u32::try_from(began.elapsed().as_micros()).unwrap());
    }
}

/// The PINs that wait to be verified, by their ids, as the inbox has them.
async fn pins(portal: &Portal) -> Vec<(String, String)> {
    let mut connection = AnyConnection::connect(&portal.config().database).await.unwrap();
    let rows = sqlx::query(
        "select messages.id, pin_id, body, messages.key_id from messages join pins on pins.id = pin_id
         where verified_at is null",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let pin = |row: &sqlx::any::AnyRow| {
        let (id, key_id): (String, String) = (row.get("id"), row.get("key_id"));
        let body: Vec<u8> = row.get("body");
        let text = portal.config().keys.open_bytes(&body, &key_id, &id).unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        (row.get("pin_id"), pin_in(&text))
    };
    rows.iter().map(pin).collect()
}

const CLIENTS: usize = 16;
const DEVICES: usize = 30_000;
const ROUND: Duration = Duration::from_secs(8);
const WARM_UP: Duration = Duration::from_secs(2);
const KILLS: u32 = 2;
/// Swiss mobile numbers, before the last six digits.
const PREFIXES: [&str; 40] = [
    "41791", "41792", "41793", "41794", "41795", "41796", "41797", "41798", "41781", "41782",
    "41783", "41784", "41785", "41786", "41787", "41788", "41761", "41762", "41763", "41764",
    "41765", "41766", "41767", "41768", "41771", "41772", "41773", "41774", "41775", "41776",
    "41777", "41778", "41779", "41789", "41769", "41799", "41780", "41790", "41760", "41770",
];
