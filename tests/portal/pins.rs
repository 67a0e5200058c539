//! PINs by SMS over the API: made, sent, verified once, counted, limited, expired.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::app::{App, BOTH, NUMBER, pin_in, send_body};
use super::site::Site;

#[tokio::test]
async fn a_pin_is_sent_and_is_right_once() {
    let site = Site::with_sms("inbox:").await;
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
    let site = Site::with_sms("inbox:").await;
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
    // A PIN that is over takes nothing of the one try in three seconds of another one's number.
    let (_, sent) = app.send(&ids, NUMBER).await;
    let live = sent["pinId"].as_str().unwrap().to_owned();
    let pin = pin_in(&app.read().await);
    for (id, typed, verified) in
        [(&pin_id, "x", false), (&pin_id, "x", false), (&live, &*pin, true)]
    {
        let path = format!("/2fa/2/pin/{id}/verify");
        let (status, answer) = app.post(&path, json!({ "pin": typed })).await;
        assert_eq!((status, &answer["verified"]), (StatusCode::OK, &json!(verified)));
    }
    site.stop().await;
}

#[tokio::test]
async fn a_pin_and_a_text_that_are_over_are_erased() {
    let site = Site::with_sms("inbox:").await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({ "pinAttempts": 1 })).await;
    let (store, clock) = (site.portal.store(), site.portal.clock());
    let send = async |number| {
        let (_, sent) = app.send(&ids, number).await;
        sent["pinId"].as_str().unwrap().to_owned()
    };
    let sealed = async |id: &str| store.pin(id).await.unwrap().unwrap().sealed.is_some();
    let nobody = send("41442345678").await;
    assert!(!sealed(&nobody).await, "of a number that cannot be reached");
    let (used_up, live) = (send(NUMBER).await, send("385911234567").await);
    app.read().await;
    app.verify(&used_up, "x").await;
    store.tidy_pins(clock.now()).await.unwrap();
    assert_eq!((sealed(&used_up).await, sealed(&live).await), (false, true));
    clock.advance(900);
    store.tidy_pins(clock.now()).await.unwrap();
    assert!(!sealed(&live).await, "it ran out");
    let texts = async || {
        let lines = store.messages(None, 9).await.unwrap();
        lines.iter().filter(|line| line.body.is_some()).count()
    };
    assert_eq!(texts().await, 2, "a developer reads them for a day");
    clock.advance(86_400);
    store.tidy_pins(clock.now()).await.unwrap();
    assert_eq!(texts().await, 0);
    site.stop().await;
}

#[tokio::test]
async fn a_number_is_verified_once_where_the_application_says_so() {
    let site = Site::with_sms("inbox:").await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({ "allowMultiplePinVerifications": false })).await;
    let mut sent = Vec::new();
    for _ in 0..2 {
        let (_, answer) = app.send(&ids, NUMBER).await;
        let id = answer["pinId"].as_str().unwrap().to_owned();
        sent.push((id, pin_in(&app.read().await)));
        site.portal.clock().advance(1); // the newest is told by its second
    }
    let (_, answer) = app.verify(&sent[0].0, &sent[0].1).await;
    assert_eq!(answer["verified"], true);
    let (_, answer) = app.verify(&sent[1].0, &sent[1].1).await;
    assert_eq!((&answer["verified"], &answer["attemptsRemaining"]), (&json!(false), &json!(0)));
    let resend = format!("/2fa/2/pin/{}/resend", sent[1].0);
    for (path, body) in [(&*resend, json!({})), ("/2fa/2/pin", send_body(&ids))] {
        let (status, answer) = app.post(path, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        let problems = &answer["requestError"]["serviceException"]["validationErrors"];
        assert_eq!(problems["to"][0], "is verified already", "{path}");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_message_that_is_sent_again_comes_from_the_same_sender() {
    let site = Site::with_sms("inbox:").await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let mut body = send_body(&ids);
    body["from"] = json!("Front desk");
    let (_, sent) = app.post("/2fa/2/pin", body).await;
    let resend = format!("/2fa/2/pin/{}/resend", sent["pinId"].as_str().unwrap());
    assert_eq!(app.post(&resend, json!({})).await.0, StatusCode::OK);
    let messages = site.portal.store().messages(None, 9).await.unwrap();
    let senders: Vec<_> = messages.iter().map(|message| message.sender.as_str()).collect();
    assert_eq!(senders, ["Front desk", "Front desk"]);
    site.stop().await;
}

#[tokio::test]
async fn limits_hold_exactly_at_one_moment() {
    let site = Site::with_sms("inbox:").await;
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
    let site = Site::with_sms("inbox:").await;
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
    let site = Site::with_sms("inbox:").await;
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
    // Nor does a key for PINs have codes checked.
    let http = reqwest::Client::new();
    let typed = json!({ "login": "ana", "code": "123456" });
    let asked = http.post(format!("{}/api/v1/verify", site.url)).bearer_auth(&owner.key);
    let status = asked.json(&typed).send().await.unwrap().status();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (_, sent) = owner.send(&other, NUMBER).await;
    let pin_id = sent["pinId"].as_str().unwrap();
    assert_eq!(one.verify(pin_id, "1").await.0, StatusCode::NOT_FOUND, "another application's");
    let nobody = App::at(&site.url, "x");
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
