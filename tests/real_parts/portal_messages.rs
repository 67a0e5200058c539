//! Messages that a killed portal had, and limits that three portals share on one PostgreSQL.

use std::fs;
use std::time::{Duration, Instant};

use countersign_portal::Clock;
use countersign_portal::config::{Settings, SmsSettings};
use countersign_portal::keys::Keys;
use countersign_portal::store::Store;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::{App, BOTH, pin_in, text_to};
use crate::gateway::{Answer, GatewayServer};
use crate::postgres::Postgres;
use crate::process::{Process, Start};
use crate::program;
use crate::site::Site;

/// The portal dies between taking a message and hearing that the gateway has it, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_portal_loses_no_message() {
    let gateway = GatewayServer::start().await;
    gateway.always(Answer::TakeLate(Duration::from_millis(700)));
    let folder = tempfile::tempdir().unwrap();
    let program = program::built("countersign-portal", "countersign-portal");
    let database = Store::file_url(&folder.path().join("portal.db"));
    let start = Start::new(program, database, folder.path());
    let own = start.own().await;
    let key = App::key(&own, BOTH, None).await;
    let environment = vec![("COUNTERSIGN_PORTAL_SMS_GATEWAY", gateway.url.clone())];
    let mut portal = Process::start_with(&start, environment);
    portal.ready().await;
    let app = App::at(&portal.url(), &key);
    let ids = app.set_up(json!({})).await;
    let mut answered = 0;
    for round in 0..3 {
        let sends = (0..20).map(|number| {
            let to = format!("41793{:06}", 1_000 * (100 * round + number));
            let (app, ids) = (&app, &ids);
            async move { app.send(ids, &to).await.0 == StatusCode::OK }
        });
        let sends = join_all(sends);
        let kill = async {
            gateway.hears(20 * round + 10).await;
            tokio::time::sleep(Duration::from_millis(150)).await;
        };
        let (sent, ()) = tokio::join!(sends, kill);
        answered += sent.iter().filter(|sent| **sent).count();
        portal.kill();
        portal.start_again(&start);
        portal.ready().await;
    }
    assert_eq!(answered, 60, "each was answered before the kill");
    gateway.always(Answer::Take);
    let began = Instant::now();
    let store = own.store();
    loop {
        let messages = store.messages(None, 100).await.unwrap();
        if messages.len() == 60 && messages.iter().all(|message| message.state == "sent") {
            break;
        }
        let late = began.elapsed() > Duration::from_secs(60);
        assert!(!late, "{:?}", messages.iter().find(|message| message.state != "sent"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Each at least once, and none under a second key.
    let (heard, keys) = (gateway.heard().len(), gateway.keys().len());
    println!("{keys} messages, {heard} times handed over, three kills");
    assert_eq!(keys, 60);
    assert!(heard > 60, "no kill came in between: this test showed nothing");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn limits_are_exact_and_a_pin_is_right_once_at_three_portals() {
    let postgres = Postgres::quick();
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("keys");
    fs::write(&key_file, Keys::generate("k1").unwrap().as_str()).unwrap();
    let (clock, database) = (Clock::default(), postgres.database("pins"));
    let mut sites = Vec::new();
    for _ in 0..3 {
        let sms = SmsSettings { gateway: Some("inbox:".to_owned()), ..SmsSettings::default() };
        let settings = Settings {
            database: Some(database.clone()),
            key_file: Some(key_file.clone()),
            sms,
            ..Settings::default()
        };
        sites.push(Site::with_clock(settings, clock.clone()).await);
    }
    let key = App::key(&sites[0].portal, BOTH, None).await;
    let apps: Vec<_> = sites.iter().map(|site| App::at(&site.url, &key)).collect();
    let configuration = json!({
        "sendPinPerApplicationLimit": "40/1h", "sendPinPerPhoneNumberLimit": "5/1d",
        "pinAttempts": 7, "verifyPinLimit": "1000/1s"
    });
    let ids = apps[0].set_up(configuration).await;
    let ok = |answers: &[(StatusCode, Value)]| {
        let refused = answers.iter().filter(|(status, _)| *status != StatusCode::OK);
        let refused: Vec<_> = refused.map(|(status, _)| *status).collect();
        assert!(
            refused.iter().all(|status| *status == StatusCode::TOO_MANY_REQUESTS),
            "{refused:?}"
        );
        answers.len() - refused.len()
    };
    let sends = (0..30).map(|number| apps[number % 3].send(&ids, "41793026727"));
    assert_eq!(ok(&join_all(sends).await), 5, "to one number");
    // 5 of 40 are used up.
    let numbers: Vec<_> = (0..60).map(|number| format!("41793{:06}", 1_000 * number)).collect();
    let sends = numbers.iter().enumerate().map(|(at, to)| apps[at % 3].send(&ids, to));
    assert_eq!(ok(&join_all(sends).await), 35, "of the application");

    clock.advance(86_400);
    for round in 0..5 {
        let number = format!("4176301{round}000");
        let (_, sent) = apps[round % 3].send(&ids, &number).await;
        let pin_id = sent["pinId"].as_str().unwrap();
        let pin = pin_in(&text_to(&sites[0], &number).await);
        let wrong = if pin == "000000" { "000001" } else { "000000" };
        let path = format!("/2fa/2/pin/{pin_id}/verify");
        let verify = async |app: &App, pin: &str| app.post(&path, json!({ "pin": pin })).await.1;
        // Rounds in turn: many wrong ones at one moment, or many right ones.
        let typed = if round % 2 == 0 { wrong } else { pin.as_str() };
        let answers = join_all((0..30).map(|number| verify(&apps[number % 3], typed))).await;
        let counted = answers.iter().filter(|answer| answer["pinError"] == "WRONG_PIN").count();
        let verified = answers.iter().filter(|answer| answer["verified"] == true).count();
        if round % 2 == 0 {
            assert_eq!((counted, verified), (7, 0), "attempts");
            assert_eq!(verify(&apps[0], &pin).await["pinError"], "NO_MORE_PIN_ATTEMPTS");
        } else {
            assert_eq!(verified, 1, "one success");
        }
    }
    for site in sites {
        site.stop().await;
    }
}
