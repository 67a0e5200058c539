//! Messages on their way to a gateway by HTTP that is down, slow, breaks off, or reports twice.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::app::{App, BOTH, NUMBER, message_is, pin_in};
use super::gateway::{Answer, GatewayServer};
use super::requests::Visitor;
use super::site::Site;

#[tokio::test]
async fn a_gateway_that_is_down_gets_the_message_later_under_the_same_key() {
    let gateway = GatewayServer::start().await;
    gateway.next(&[Answer::Refuse(503), Answer::Refuse(429), Answer::Refuse(401)]);
    let site = Site::with_sms(&gateway.url.replace("http://", "http://hunter2@")).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let (status, sent) = app.send(&ids, NUMBER).await;
    assert_eq!((status, &sent["smsStatus"]), (StatusCode::OK, &json!("MESSAGE_SENT")));
    let heard = gateway.hears(4).await;
    assert_eq!(gateway.keys().len(), 1, "{heard:?}");
    assert!(heard.iter().all(|message| message.body["text"] == heard[0].body["text"]));
    assert_eq!(
        (&heard[0].body["to"], &heard[0].body["id"]),
        (&json!(NUMBER), &json!(heard[0].key))
    );
    let valid_for = heard[0].body["valid_for"].as_i64().unwrap();
    assert!((880..=900).contains(&valid_for), "{valid_for}");
    assert_eq!(heard[0].authorization.as_deref(), Some("App hunter2"));
    // After 1, 2 and 4 seconds by a clock of whole ones.
    assert!(heard[3].at - heard[0].at > Duration::from_secs(4), "it was given no time");
    let line = message_is(&site, "sent").await;
    assert_eq!((line.tries, line.body), (4, None), "what was handed over is not kept");
    let pin = pin_in(heard[0].body["text"].as_str().unwrap());
    let (_, answer) = app.verify(sent["pinId"].as_str().unwrap(), &pin).await;
    assert_eq!(answer["verified"], true);
    site.stop().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_costs_no_second_message() {
    let gateway = GatewayServer::start().await;
    gateway.next(&[Answer::TakeAndBreakOff]);
    let site = Site::with_sms(&gateway.url).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    app.send(&ids, NUMBER).await;
    gateway.hears(2).await;
    message_is(&site, "sent").await;
    assert_eq!((gateway.heard().len(), gateway.keys().len()), (2, 1));
    site.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_too_long_to_be_read_takes_the_message_too() {
    let gateway = GatewayServer::start().await;
    gateway.next(&[Answer::TakeAndTalk]);
    let site = Site::with_sms(&gateway.url).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    app.send(&ids, NUMBER).await;
    let line = message_is(&site, "sent").await;
    assert_eq!((line.tries, gateway.heard().len()), (1, 1));
    // It is known by the id that it was given, and a report in numbers is understood.
    let id = gateway.heard()[0].key.clone();
    for id in [json!(7), json!(id)] {
        let (status, _) =
            app.post("/sms/reports", json!({ "id": id, "status": "DELIVERED" })).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    message_is(&site, "delivered").await;
    site.stop().await;
}

#[tokio::test]
async fn a_gateway_that_is_slow_with_one_holds_up_nobody() {
    let gateway = GatewayServer::start().await;
    // Longer than it is waited for.
    gateway.next(&[Answer::TakeLate(Duration::from_secs(11))]);
    let site = Site::with_sms(&gateway.url).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let began = Instant::now();
    app.send(&ids, NUMBER).await;
    gateway.hears(1).await;
    app.send(&ids, "385911234567").await;
    gateway.hears(2).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    message_is(&site, "sent").await;
    // The first is asked for once more, and is the same.
    let heard = gateway.hears(3).await;
    assert_eq!(heard[2].key, heard[0].key);
    assert_eq!(gateway.keys().len(), 2);
    site.stop().await;
}

#[tokio::test]
async fn a_message_is_given_up_with_its_pin_or_refused_at_once() {
    let gateway = GatewayServer::start().await;
    gateway.always(Answer::Refuse(500));
    let site = Site::with_sms(&gateway.url).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({ "pinTimeToLive": "1m" })).await;
    app.send(&ids, NUMBER).await;
    gateway.hears(1).await;
    site.portal.clock().advance(61);
    let line = message_is(&site, "expired").await;
    assert!(line.body.is_none());
    let tries = gateway.heard().len();
    site.portal.clock().advance(120);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(gateway.heard().len(), tries, "it is not tried any more");
    gateway.always(Answer::Refuse(400));
    app.send(&ids, "385911234567").await;
    let line = message_is(&site, "failed").await;
    assert_eq!((line.tries, line.reason.as_str()), (1, "the gateway answered 400"));
    site.stop().await;
}

#[tokio::test]
async fn a_report_comes_back_and_the_page_shows_it() {
    let gateway = GatewayServer::start().await;
    let site = Site::with_sms(&gateway.url).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    app.send(&ids, NUMBER).await;
    let heard = gateway.hears(1).await;
    message_is(&site, "sent").await;
    let id = format!("gateway-{}", heard[0].key);
    let report = async |id: &str, status: &str| {
        app.post("/sms/reports", json!({ "id": id, "status": status })).await.0
    };
    assert_eq!(report("nobody's", "DELIVRD").await, StatusCode::NO_CONTENT);
    assert_eq!(report(&id, "UNDELIV").await, StatusCode::NO_CONTENT);
    message_is(&site, "undelivered").await;
    // It is told twice, and late what is no longer so, by a key that does nothing else.
    let reporter = App::with(&site, "2fa:report", None).await;
    for status in ["ENROUTE", "DELIVRD", "DELIVRD", "EXPIRED"] {
        let (told, _) = reporter.post("/sms/reports", json!({ "id": id, "status": status })).await;
        assert_eq!(told, StatusCode::NO_CONTENT);
    }
    assert_eq!(reporter.send(&ids, NUMBER).await.0, StatusCode::FORBIDDEN);
    message_is(&site, "delivered").await;
    // An app's server tells nothing of anybody's messages, nor does the manager of one application.
    for (scopes, application) in [("2fa:pin:send", None), (BOTH, Some(ids.0.as_str()))] {
        let narrow = App::with(&site, scopes, application).await;
        let refused = narrow.post("/sms/reports", json!({ "id": id, "status": "DELIVRD" })).await;
        assert_eq!(refused.0, StatusCode::FORBIDDEN, "{scopes}");
    }
    let stranger = App::at(&site.url, "x");
    let refused = stranger.post("/sms/reports", json!({ "id": id, "status": "DELIVRD" })).await;
    assert_eq!(refused.0, StatusCode::UNAUTHORIZED);

    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(&site);
    boss.sign_in("boss", &password).await;
    let page = boss.get(&format!("/admin/pins/{}", ids.0)).await.text().await.unwrap();
    assert!(page.contains("<td>Delivered</td>"), "{page}");
    assert!(page.contains("<dt>Delivered</dt><dd>1</dd>"), "{page}");
    let path = format!("/2fa/2/applications/{}/verifications?msisdn={NUMBER}&sent=true", ids.0);
    let (_, known) = app.call(Method::GET, &path, Value::Null).await;
    assert_eq!(known["verifications"].as_array().unwrap().len(), 1);
    site.stop().await;
}
