//! Messages that somebody earns by: limits to neighbours and countries, prefixes, a cost ceiling. Each
//! stops, and tells.

use std::fs;

use countersign_portal::config::{Settings, SmsSettings};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use super::app::{App, BOTH, NUMBER};
use super::requests::Visitor;
use super::site::Site;

/// What the form of an application has in it; a test changes one field.
const FORM: [(&str, &str); 11] = [
    ("allowed", "yes"),
    ("again", "yes"),
    ("prefixes", ""),
    ("ceiling", "0"),
    ("block", "20/1h"),
    ("country", ""),
    ("attempts", "5"),
    ("life", "15m"),
    ("verify", "1/3s"),
    ("whole", "10000/1d"),
    ("number", "3/1d"),
];

async fn boss(site: &Site) -> Visitor {
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(site);
    boss.sign_in("boss", &password).await;
    boss
}

async fn change(boss: &Visitor, id: &str, field: &str, value: &str) -> Response {
    let form = FORM.map(|(name, old)| (name, if name == field { value } else { old }));
    let page = format!("/admin/pins/{id}");
    boss.submit(&page, &page, &form).await
}

#[tokio::test]
async fn neighbours_and_a_country_are_limited_and_the_administrator_is_told() {
    let site = Site::with_sms("inbox:").await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let boss = boss(&site).await;
    let page = format!("/admin/pins/{}", ids.0);
    let sent = async |numbers: std::ops::Range<u32>, step: u32| {
        let mut sent = 0;
        for number in numbers {
            let (status, _) = app.send(&ids, &format!("4179302{:04}", number * step)).await;
            if status != StatusCode::OK {
                assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
                break;
            }
            sent += 1;
        }
        sent
    };
    assert_eq!(sent(0..30, 1).await, 20, "to a thousand neighbours within an hour");
    let text = boss.get(&page).await.text().await.unwrap();
    assert!(text.contains("Stopped: more messages to neighbouring numbers"), "{text}");
    let log = boss.get("/admin/audit").await.text().await.unwrap();
    assert_eq!(log.matches(">pins-stopped</td>").count(), 1, "{log}");
    // Another thousand is free, until the country is full.
    assert_eq!(change(&boss, &ids.0, "country", "4/1h").await.status(), StatusCode::OK);
    assert_eq!(sent(1..9, 1_000).await, 4);
    let text = boss.get(&page).await.text().await.unwrap();
    assert!(text.contains("Stopped: more messages to one country"), "{text}");
    assert_eq!(app.send(&ids, "385911234567").await.0, StatusCode::OK, "another country");
    // Each is told once an hour, also where they stop by turns.
    assert_eq!(change(&boss, &ids.0, "block", "1/1h").await.status(), StatusCode::OK);
    assert_eq!(sent(0..9, 1).await, 0);
    let log = boss.get("/admin/audit").await.text().await.unwrap();
    assert_eq!(log.matches(">pins-stopped</td>").count(), 2, "{log}");
    site.portal.clock().advance(86_400);
    let text = boss.get(&page).await.text().await.unwrap();
    assert!(!text.contains("Stopped:"), "a day later it is no news");
    site.stop().await;
}

#[tokio::test]
async fn a_prefix_that_is_not_allowed_and_a_cost_that_is_too_high_send_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let prices = folder.path().join("prices");
    fs::write(&prices, "# price list\n41 0.055\n385 0.045\n4179 0.06\n").unwrap();
    let sms = SmsSettings {
        gateway: Some("inbox:".to_owned()),
        prices: Some(prices),
        ..SmsSettings::default()
    };
    let site = Site::with(Settings { sms, ..Settings::default() }).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let boss = boss(&site).await;
    assert_eq!(change(&boss, &ids.0, "prefixes", "+385 44").await.status(), StatusCode::OK);
    let (status, answer) = app.send(&ids, NUMBER).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(answer["requestError"]["serviceException"]["validationErrors"]["to"].is_array());
    assert_eq!(app.send(&ids, "385911234567").await.0, StatusCode::OK);

    // 0.045 is spent, and 0.155 is left: two of 0.06.
    assert_eq!(change(&boss, &ids.0, "ceiling", "0.2").await.status(), StatusCode::OK);
    let mut sent = 0;
    for last in 0..5 {
        sent += usize::from(app.send(&ids, &format!("4179302670{last}")).await.0 == StatusCode::OK);
    }
    assert_eq!(sent, 3, "nothing was counted while there was no ceiling");
    assert_eq!(app.send(&ids, "385911234561").await.0, StatusCode::TOO_MANY_REQUESTS);
    let page = boss.get(&format!("/admin/pins/{}", ids.0)).await.text().await.unwrap();
    assert!(page.contains("Stopped: what a day may cost is reached"), "{page}");
    site.portal.clock().advance(86_400);
    assert_eq!(app.send(&ids, NUMBER).await.0, StatusCode::OK, "a day later");
    site.stop().await;
}

#[tokio::test]
async fn an_apps_server_undoes_nothing_that_an_administrator_set() {
    let site = Site::with_sms("inbox:").await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({ "sendPinPerPhoneNumberLimit": "7/1d" })).await;
    let boss = boss(&site).await;
    let page = format!("/admin/pins/{}", ids.0);
    let form: Vec<_> = FORM.into_iter().filter(|(name, _)| *name != "allowed").collect();
    assert_eq!(boss.submit(&page, &page, &form).await.status(), StatusCode::OK);
    assert_eq!(app.send(&ids, NUMBER).await.0, StatusCode::BAD_REQUEST);
    let path = format!("/2fa/2/applications/{}", ids.0);
    let asked = json!({
        "name": "Login", "enabled": true, "configuration": { "pinAttempts": 4 }
    });
    let (status, told) = app.call(Method::PUT, &path, asked).await;
    assert_eq!((status, &told["enabled"]), (StatusCode::OK, &json!(true)));
    // What is not named stays, here as the administrator's form had it.
    let configuration = &told["configuration"];
    assert_eq!(
        (&configuration["pinAttempts"], &configuration["sendPinPerPhoneNumberLimit"]),
        (&json!(4), &json!("3/1d"))
    );
    assert_eq!(app.send(&ids, NUMBER).await.0, StatusCode::BAD_REQUEST, "it stays stopped");
    assert_eq!(change(&boss, &ids.0, "attempts", "4").await.status(), StatusCode::OK);
    assert_eq!(app.send(&ids, NUMBER).await.0, StatusCode::OK);
    // Its own server can switch it off, and the page says so.
    let (status, _) = app.call(Method::PUT, &path, json!({ "name": "x", "enabled": false })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(app.send(&ids, NUMBER).await.0, StatusCode::BAD_REQUEST);
    let text = boss.get(&page).await.text().await.unwrap();
    assert!(text.contains("Its own server has switched it off"), "{text}");
    for configuration in [json!({ "pinAttempts": "four" }), json!({ "pinTimeToLive": 15 })] {
        let asked = json!({ "name": "x", "configuration": configuration });
        let (status, _) = app.call(Method::PUT, &path, asked).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    site.stop().await;
}

#[tokio::test]
async fn a_limit_that_makes_no_sense_is_refused() {
    let site = Site::with_sms("inbox:").await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let boss = boss(&site).await;
    for (field, value) in [
        ("prefixes", "41 x"),
        ("ceiling", "-1"),
        ("block", ""),
        ("country", "many"),
        ("attempts", "101"),
        ("life", "15"),
        ("verify", "1/2d"),
        ("whole", "0/1d"),
        ("number", "3"),
    ] {
        let answer = change(&boss, &ids.0, field, value).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        let text = answer.text().await.unwrap();
        assert!(text.contains("One of these cannot be read"), "{field}");
    }
    site.stop().await;
}
