//! PINs by SMS over the API: made, sent, verified once, counted, limited, expired.

use std::time::Duration;

use countersign_portal::config::{Settings, SmsSettings};
use countersign_portal::store::new_id;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::site::Site;

/// An app's server with a key.
struct App<'s> {
    site: &'s Site,
    http: Client,
    key: String,
}

impl<'s> App<'s> {
    async fn with(site: &'s Site, scopes: &str, application: Option<&str>) -> Self {
        let key = new_id().unwrap();
        let hash: [u8; 32] = Sha256::digest(&key).into();
        let (id, now) = (new_id().unwrap(), site.portal.clock().now());
        let store = site.portal.store();
        store.add_api_key(&id, &hash, "app", scopes, application, now).await.unwrap();
        Self { site, http: Client::new(), key }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.http.request(method, format!("{}{path}", self.site.url));
        let request = request.header("authorization", format!("App {}", self.key));
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, body).await
    }

    /// An application with a template: their ids.
    async fn set_up(&self, configuration: Value) -> (String, String) {
        let body = json!({ "name": "Login", "configuration": configuration });
        let (status, application) = self.post("/2fa/2/applications", body).await;
        assert_eq!(status, StatusCode::OK, "{application}");
        let application = application["applicationId"].as_str().unwrap().to_owned();
        let body = json!({
            "pinType": "NUMERIC", "pinLength": 6, "senderId": "Countersign",
            "messageText": "Hello {{firstName}}, your PIN is {{pin}}"
        });
        let path = format!("/2fa/2/applications/{application}/messages");
        let (status, template) = self.post(&path, body).await;
        assert_eq!(status, StatusCode::OK, "{template}");
        assert_eq!(template["pinPlaceholder"], "{{pin}}");
        (application, template["messageId"].as_str().unwrap().to_owned())
    }

    async fn send(&self, ids: &(String, String), to: &str) -> (StatusCode, Value) {
        let (application, template) = ids;
        let body = json!({
            "applicationId": application, "messageId": template, "to": to,
            "placeholders": { "firstName": "Ana" }
        });
        self.post("/2fa/2/pin", body).await
    }

    /// The text of the newest message, as the phone would show it.
    async fn read(&self) -> String {
        for _ in 0..200 {
            let messages = self.site.portal.store().messages(None, 1).await.unwrap();
            if let Some(message) = messages.first()
                && message.state == "sent"
            {
                let (body, key_id, id) = message.body.clone().unwrap();
                let keys = &self.site.portal.config().keys;
                let text = keys.open_bytes(&body, &key_id, &id).unwrap();
                return String::from_utf8(text.to_vec()).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no message was handed over")
    }

    async fn verify(&self, pin_id: &str, pin: &str) -> (StatusCode, Value) {
        self.site.portal.clock().advance(4); // past the limit of one try in three seconds
        self.post(&format!("/2fa/2/pin/{pin_id}/verify"), json!({ "pin": pin })).await
    }
}

async fn site() -> Site {
    let gateway = Some("inbox:".to_owned());
    let sms = SmsSettings { gateway, ..SmsSettings::default() };
    Site::with(Settings { sms, ..Settings::default() }).await
}

fn pin_in(text: &str) -> String {
    text.rsplit(' ').next().unwrap().to_owned()
}

const BOTH: &str = "2fa:manage 2fa:pin:send";
const NUMBER: &str = "41793026727";

#[tokio::test]
async fn a_pin_is_sent_and_is_right_once() {
    let site = site().await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let (status, sent) = app.send(&ids, "+41 79 302 67 27").await;
    assert_eq!(status, StatusCode::OK, "{sent}");
    assert_eq!(
        (sent["to"].as_str(), sent["smsStatus"].as_str()),
        (Some(NUMBER), Some("MESSAGE_SENT"))
    );
    assert_eq!(sent["ncStatus"], "NC_NOT_CONFIGURED");
    let pin_id = sent["pinId"].as_str().unwrap();
    let text = app.read().await;
    assert!(text.starts_with("Hello Ana, your PIN is "), "{text}");
    let pin = pin_in(&text);
    let wrong = if pin == "000000" { "000001" } else { "000000" };

    let (status, answer) = app.verify(pin_id, wrong).await;
    assert_eq!(status, StatusCode::OK);
    let expected = json!({
        "pinId": pin_id, "msisdn": NUMBER, "verified": false, "attemptsRemaining": 9,
        "pinError": "WRONG_PIN"
    });
    assert_eq!(answer, expected);
    let path = format!("/2fa/2/applications/{}/verifications?msisdn={NUMBER}", ids.0);
    let (_, known) = app.call(Method::GET, &path, Value::Null).await;
    assert_eq!(known["verifications"][0]["verified"], false);
    assert!(known["verifications"][0]["sentAt"].as_i64().unwrap() > 1_700_000_000_000);

    let (_, resent) = app.post(&format!("/2fa/2/pin/{pin_id}/resend"), json!({})).await;
    assert_eq!(resent["pinId"], pin_id);
    let (_, answer) = app.verify(pin_id, &pin).await;
    assert_eq!(
        (answer["verified"].as_bool(), answer["attemptsRemaining"].as_i64()),
        (Some(true), Some(0))
    );
    let (_, answer) = app.verify(pin_id, &pin).await;
    assert_eq!(answer["verified"], false, "a second time");
    let (_, known) = app.call(Method::GET, &path, Value::Null).await;
    assert_eq!(known["verifications"][0]["verified"], true);
    let (status, _) = app.post(&format!("/2fa/2/pin/{pin_id}/resend"), json!({})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "nothing to send again");
    site.stop().await;
}

#[tokio::test]
async fn attempts_end_and_pins_run_out() {
    let site = site().await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({ "pinAttempts": 2, "pinTimeToLive": "1m" })).await;
    let (_, sent) = app.send(&ids, NUMBER).await;
    let (pin_id, pin) = (sent["pinId"].as_str().unwrap().to_owned(), pin_in(&app.read().await));
    for (error, left) in [("WRONG_PIN", 1), ("WRONG_PIN", 0), ("NO_MORE_PIN_ATTEMPTS", 0)] {
        let (_, answer) = app.verify(&pin_id, "x").await;
        assert_eq!(
            (answer["pinError"].as_str(), answer["attemptsRemaining"].as_i64()),
            (Some(error), Some(left))
        );
    }
    let (_, answer) = app.verify(&pin_id, &pin).await;
    assert_eq!(answer["verified"], false, "the right one comes too late");

    let (_, sent) = app.send(&ids, NUMBER).await;
    let pin_id = sent["pinId"].as_str().unwrap().to_owned();
    let pin = pin_in(&app.read().await);
    site.portal.clock().advance(60);
    let (_, answer) = app.verify(&pin_id, &pin).await;
    assert_eq!(answer["pinError"], "TTL_EXPIRED");
    site.stop().await;
}

#[tokio::test]
async fn limits_hold_exactly_at_one_moment() {
    let site = site().await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app
        .set_up(
            json!({ "sendPinPerApplicationLimit": "6/1h", "sendPinPerPhoneNumberLimit": "3/1d" }),
        )
        .await;
    let sends = (0..12).map(|_| app.send(&ids, NUMBER));
    let answers = futures_util::future::join_all(sends).await;
    let sent = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
    assert_eq!(sent, 3, "to one number");
    let (status, answer) = answers.iter().find(|(status, _)| *status != StatusCode::OK).unwrap();
    assert_eq!(*status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer["requestError"]["serviceException"]["messageId"], "TOO_MANY_REQUESTS");
    let sends = (0..12)
        .map(|number| app.send(&ids, ["41763026701", "41783026702", "385911234567"][number % 3]));
    let answers = futures_util::future::join_all(sends).await;
    let sent = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
    assert_eq!(sent, 3, "six of the application in all");
    site.portal.clock().advance(3_601);
    assert_eq!(app.send(&ids, "385911234567").await.0, StatusCode::OK, "an hour later");
    let (_, sent) = app.send(&ids, "385911234568").await;
    let path = format!("/2fa/2/pin/{}/verify", sent["pinId"].as_str().unwrap());
    let tries = (0..8).map(|_| app.post(&path, json!({ "pin": "x" })));
    let answers = futures_util::future::join_all(tries).await;
    let looked_at = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
    assert_eq!(looked_at, 1, "one try in three seconds");
    site.stop().await;
}

#[tokio::test]
async fn a_number_that_cannot_be_costs_no_message() {
    let site = site().await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    for to in ["41442345678", "4179302672712345"] {
        let (_, answer) = app.send(&ids, to).await;
        let refused =
            answer["requestError"]["serviceException"]["validationErrors"]["to"].is_array();
        let not_sent = answer["smsStatus"] == "MESSAGE_NOT_SENT"
            && answer["ncStatus"] == "NC_DESTINATION_NOT_REACHABLE";
        assert!(refused || not_sent, "{to}: {answer}");
    }
    for to in ["ana", "", "12", "41793026727; drop table pins"] {
        let (status, answer) = app.send(&ids, to).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{to}: {answer}");
    }
    assert!(site.portal.store().messages(None, 10).await.unwrap().is_empty());
    site.stop().await;
}

#[tokio::test]
async fn a_key_reaches_what_it_is_for_and_no_more() {
    let site = site().await;
    let owner = App::with(&site, BOTH, None).await;
    let ids = owner.set_up(json!({})).await;
    let other = owner.set_up(json!({})).await;
    let one = App::with(&site, "2fa:pin:send", Some(&ids.0)).await;
    assert_eq!(one.send(&ids, NUMBER).await.0, StatusCode::OK);
    assert_eq!(one.send(&other, NUMBER).await.0, StatusCode::NOT_FOUND);
    let path = format!("/2fa/2/applications/{}", ids.0);
    assert_eq!(one.call(Method::GET, &path, Value::Null).await.0, StatusCode::FORBIDDEN);
    let verifier = App::with(&site, "verify", None).await;
    assert_eq!(verifier.send(&ids, NUMBER).await.0, StatusCode::FORBIDDEN);
    let (_, sent) = owner.send(&other, NUMBER).await;
    let pin_id = sent["pinId"].as_str().unwrap();
    assert_eq!(one.verify(pin_id, "1").await.0, StatusCode::NOT_FOUND, "another application's");
    let nobody = App { key: "x".to_owned(), ..App::with(&site, BOTH, None).await };
    let (status, answer) = nobody.send(&ids, NUMBER).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer["requestError"]["serviceException"]["messageId"], "UNAUTHORIZED");
    let (status, answer) = owner
        .post(
            "/2fa/2/applications",
            json!({ "name": "x", "configuration": { "verifyPinLimit": "1/2d" } }),
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let problems = &answer["requestError"]["serviceException"]["validationErrors"];
    assert!(problems["configuration.verifyPinLimit"].is_array(), "{answer}");
    let (status, answer) = owner.post("/2fa/2/pin", json!([])).await;
    assert_eq!(
        (status, answer["requestError"]["serviceException"]["messageId"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("BAD_REQUEST"))
    );
    site.stop().await;
}
