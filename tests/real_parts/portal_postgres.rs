//! The store's contract on a real PostgreSQL, and a thousand pairs of equal codes at one moment.

use std::fs;

use countersign_portal::Clock;
use countersign_portal::config::Settings;
use countersign_portal::keys::Keys;
use countersign_portal::store::Store;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::contract;
use crate::devices::{prepare, site_key, step_at};
use crate::pins_contract;
use crate::postgres::Postgres;
use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgresql_keeps_to_the_contract() {
    let postgres = Postgres::quick();
    let url = postgres.database("contract");
    let store = Store::open(&url).await.unwrap();
    contract::holds_on(&store).await;
    pins_contract::holds_on(&store).await;
    store.close().await;
    let store = Store::open(&url).await.unwrap();
    assert!(store.has_users().await.unwrap(), "it is the same after a restart");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_thousand_pairs_one_each_is_accepted_by_three_portals_on_one_postgresql() {
    let postgres = Postgres::quick();
    one_of_each_pair(&postgres.database("pairs"), 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_thousand_pairs_one_each_is_accepted_by_a_portal_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    one_of_each_pair(&Store::file_url(&folder.path().join("pairs.db")), 1).await;
}

/// PostgreSQL keeps no NUL in a text: whoever sends one is told, and nothing breaks.
#[tokio::test]
async fn a_nul_in_a_name_is_refused_and_breaks_nothing() {
    let postgres = Postgres::quick();
    let database = Some(postgres.database("nul"));
    let site = Site::with(Settings { database, ..Settings::default() }).await;
    let (http, key) = (reqwest::Client::new(), site_key(&site.portal).await);
    for (call, body) in [
        ("sign-in", json!({ "login": "a\0na", "password": "p" })),
        ("sign-in", json!({ "login": "ana", "password": "p\0" })),
        ("verify", json!({ "login": "\0", "code": "123456" })),
        ("verify", json!({ "login": "ana", "code": "\0" })),
    ] {
        let request = http.post(format!("{}/api/v1/{call}", site.url)).bearer_auth(&key);
        let answer = request.json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        // Such a name is nobody's, and is refused like a wrong one.
        let expected = if call == "verify" { 200 } else { 401 };
        assert_eq!(status, expected, "{call} {body}");
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["message"].is_string() || answer["verdict"] == "refused", "{answer}");
    }
    let http = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let page = http.get(format!("{}/sign-in", site.url)).send().await.unwrap();
    let page = page.text().await.unwrap();
    let csrf = page.split_once("name=\"csrf\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let form = [("login", "a\0"), ("password", "p"), ("csrf", csrf)];
    let answer = http.post(format!("{}/sign-in", site.url)).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    site.stop().await;
}

/// Fifty devices, twenty steps: each code is sent twice at one moment, to two portals where there
/// are several.
async fn one_of_each_pair(database: &str, portals: usize) {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("keys");
    fs::write(&key_file, Keys::generate("k1").unwrap().as_str()).unwrap();
    let clock = Clock::default();
    let mut sites = Vec::new();
    for _ in 0..portals {
        let settings = Settings {
            database: Some(database.to_owned()),
            key_file: Some(key_file.clone()),
            ..Settings::default()
        };
        sites.push(Site::with_clock(settings, clock.clone()).await);
    }
    let devices = prepare(&sites[0].portal, "pair", DEVICES).await;
    let key = site_key(&sites[0].portal).await;
    let http = reqwest::Client::new();
    for round in 0..ROUNDS {
        // A step is never earlier than the one before, however long the round took.
        clock.advance(30);
        let step = step_at(clock.now());
        let mut sent = JoinSet::new();
        for (number, device) in devices.iter().enumerate() {
            let typed = json!({ "login": device.login, "code": device.code(step) });
            for twin in 0..2 {
                let site = &sites[(number + round + twin) % portals];
                let request = http.post(format!("{}/api/v1/verify", site.url)).bearer_auth(&key);
                let request = request.json(&typed);
                sent.spawn(async move {
                    let answer = request.send().await.unwrap();
                    assert_eq!(answer.status(), 200);
                    let said: Value = answer.json().await.unwrap();
                    (number, said["verdict"] == "accepted")
                });
            }
        }
        let mut accepted = [0; DEVICES];
        while let Some(answer) = sent.join_next().await {
            let (number, is_accepted) = answer.unwrap();
            accepted[number] += usize::from(is_accepted);
        }
        assert_eq!(accepted, [1; DEVICES], "round {round}");
    }
    for site in sites {
        site.stop().await;
    }
}

const DEVICES: usize = 50;
const ROUNDS: usize = 20;
