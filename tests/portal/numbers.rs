//! A phone confirms its number by a PIN, in the session of its sign-in.

use countersign::enroll::{Event, NumberNotice, PinNotice, Text, View};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use super::app::{App, BOTH, newest_text, text_to};
use super::requests::Visitor;
use super::site::Site;

/// A phone that is signed in.
struct Phone {
    http: Client,
    url: String,
    token: String,
}

impl Phone {
    async fn of(site: &Site, login: &str, password: &str) -> Self {
        let (http, url) = (Client::new(), format!("{}/api/v1", site.url));
        let credentials = json!({ "login": login, "password": password });
        let answer = http.post(format!("{url}/sign-in")).json(&credentials).send().await.unwrap();
        let session: Value = answer.json().await.unwrap();
        Self { http, url, token: session["token"].as_str().unwrap().to_owned() }
    }

    async fn post(&self, path: &str, body: Option<Value>) -> Response {
        let request = self.http.post(format!("{}/{path}", self.url)).bearer_auth(&self.token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        request.send().await.unwrap()
    }

    /// Asks for a PIN; its id.
    async fn ask(&self, number: &str) -> String {
        let answer = self.post("numbers", Some(json!({ "number": number }))).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["resend_after"], 30);
        answer["pin"].as_str().unwrap().to_owned()
    }

    async fn verify(&self, pin: &str, code: &str) -> Value {
        let path = format!("numbers/{pin}/verify");
        let answer = self.post(&path, Some(json!({ "code": code }))).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }
}

fn code_in(text: &str) -> String {
    text.rsplit_once('#').unwrap().1.to_owned()
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn the_phones_own_flow_confirms_a_number() {
    let site = Site::with_sms("inbox:").await;
    let mut phone = super::phone::Phone::sign_in(&site.url, "ana", &site.ana).await;
    phone.send(Event::ConfirmBySms).await;
    // A fixed line, as it is written; the portal knows that it gets no messages.
    let view = phone.send(Event::SendPin(Text("+41 44 234 56 78"))).await;
    let refused = View::PhoneNumber { notice: Some(NumberNotice::CannotReceive), asking: false };
    assert_eq!(view, refused);
    let view = phone.send(Event::SendPin(Text("+41 79 302 67 27"))).await;
    let View::Pin { ends_in, length: 6, resend_from, notice: None, asking: false } = view else {
        panic!("{view:?}")
    };
    assert_eq!(ends_in, "727");
    let text = text_to(&site, "41793026727").await;
    let wrong = other_than(&code_in(&text));
    let view = phone.send(Event::CheckPin(Text(wrong))).await;
    let told = Some(PinNotice::Wrong { attempts_left: 2 });
    assert!(matches!(&view, View::Pin { notice, .. } if *notice == told), "{view:?}");
    // The portal's clock is where it was: another message has to wait.
    let view = phone.send(Event::ResendPin { at: resend_from }).await;
    assert!(matches!(view, View::Pin { notice: Some(PinNotice::Wait { .. }), .. }), "{view:?}");
    site.portal.clock().advance(31);
    let view = phone.send(Event::ResendPin { at: resend_from + 60 }).await;
    assert!(matches!(view, View::Pin { notice: Some(PinNotice::SentAgain), .. }), "{view:?}");
    // The whole message, as the phone's system hands it over.
    let view = phone.send(Event::MessageReceived(Text(&text))).await;
    assert_eq!(view, View::NumberConfirmed { ends_in: "727".to_owned() });
    let user = site.portal.store().user_by_login("ana").await.unwrap().unwrap();
    let kept = site.portal.store().number_of(&user.id).await.unwrap().unwrap();
    assert_eq!(kept.msisdn, "41793026727");
    site.stop().await;
}

#[tokio::test]
async fn a_number_is_confirmed_and_shown() {
    let site = Site::with_sms("inbox:").await;
    let phone = Phone::of(&site, "ana", &site.ana).await;
    let pin = phone.ask("+385 91 123 4567").await;
    let text = newest_text(&site).await;
    let code = code_in(&text);
    assert_eq!(code.len(), 6);
    // The last line fills the PIN in, on a phone that knows the portal's domain.
    assert!(text.ends_with(&format!("\n\n@localhost #{code}")), "{text}");
    let answer = phone.verify(&pin, other_than(&code)).await;
    assert_eq!(answer, json!({ "status": "wrong", "attempts_left": 2 }));
    assert_eq!(phone.verify(&pin, &code).await, json!({ "status": "confirmed" }));
    // A phone that did not hear the answer asks again; a guess later is none.
    site.portal.clock().advance(10);
    assert_eq!(phone.verify(&pin, &code).await, json!({ "status": "confirmed" }));
    let late = phone.verify(&pin, other_than(&code)).await;
    assert_eq!(late, json!({ "status": "expired" }));

    let ana = Visitor::of(&site);
    ana.sign_in("ana", &site.ana).await;
    let page = ana.get("/profile").await.text().await.unwrap();
    assert!(page.contains("+385911234567") && page.contains("is safer"), "{page}");
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(&site);
    boss.sign_in("boss", &password).await;
    let id = site.portal.store().user_by_login("ana").await.unwrap().unwrap().id;
    let page = boss.get(&format!("/admin/users/{id}")).await.text().await.unwrap();
    assert!(page.contains("+385911234567"), "{page}");
    let log = boss.get("/admin/audit?who=ana").await.text().await.unwrap();
    assert!(log.contains("number-confirmed") && log.contains("number-not-confirmed"), "{log}");
    site.stop().await;
}

#[tokio::test]
async fn guesses_at_one_number_wait_whoever_makes_them() {
    let site = Site::with_sms("inbox:").await;
    let bob = site.portal.add_account("bob", false, false, true).await.unwrap().unwrap();
    let mut pins = Vec::new();
    for (login, password) in [("ana", site.ana.as_str()), ("bob", bob.as_str())] {
        let phone = Phone::of(&site, login, password).await;
        let pin = phone.ask("+385911234567").await;
        pins.push((phone, pin));
    }
    let [(ana, anas), (bob, bobs)] = pins.as_slice() else { panic!("two were made") };
    for status in ["wrong", "wrong", "used_up"] {
        assert_eq!(ana.verify(anas, "x").await["status"], status);
    }
    let answer = bob.post(&format!("numbers/{bobs}/verify"), Some(json!({ "code": "1" }))).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait = answer.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    site.portal.clock().advance(10);
    assert_eq!(bob.verify(bobs, "x").await["attempts_left"], 2, "none was lost by waiting");
    site.stop().await;
}

#[tokio::test]
async fn the_portals_own_pins_are_what_a_phone_takes() {
    let site = Site::with_sms("inbox:").await;
    Phone::of(&site, "ana", &site.ana).await.ask("+385911234567").await; // the application is there now
    let password = site.portal.add_account("boss", true, false, true).await.unwrap().unwrap();
    let boss = Visitor::of(&site);
    boss.sign_in("boss", &password).await;
    let page = format!("/admin/pins/{0:032}/templates/{1:032}", 0, 1);
    let form = |kind, length| {
        [
            ("text", "{{pin}}"),
            ("autofill", "yes"),
            ("sender", ""),
            ("kind", kind),
            ("length", length),
        ]
    };
    for (kind, length) in [("NUMERIC", "11"), ("ALPHA", "6")] {
        let refused = boss.submit(&page, &page, &form(kind, length)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{kind} {length}");
        assert!(refused.text().await.unwrap().contains("4 to 10 digits"), "{kind} {length}");
    }
    boss.submit(&page, &page, &form("NUMERIC", "4")).await;
    let phone = Phone::of(&site, "boss", &password).await;
    let answer = phone.post("numbers", Some(json!({ "number": "+385911234568" }))).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["length"], 4);
    assert_eq!(code_in(&text_to(&site, "385911234568").await).len(), 4);
    site.stop().await;
}

#[tokio::test]
async fn attempts_time_and_messages_are_limited() {
    let site = Site::with_sms("inbox:").await;
    let phone = Phone::of(&site, "ana", &site.ana).await;
    let pin = phone.ask("+385911234567").await;
    let code = code_in(&newest_text(&site).await);
    let soon = phone.post(&format!("numbers/{pin}/resend"), None).await;
    assert_eq!(soon.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: i64 = soon.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    site.portal.clock().advance(wait);
    let again = phone.post(&format!("numbers/{pin}/resend"), None).await;
    assert_eq!(again.status(), StatusCode::OK);
    let again: Value = again.json().await.unwrap();
    assert_eq!(again, json!({ "pin": pin, "resend_after": 30, "length": 6 }));

    let wrong = other_than(&code);
    for expected in [
        json!({ "status": "wrong", "attempts_left": 2 }),
        json!({ "status": "wrong", "attempts_left": 1 }),
        json!({ "status": "used_up" }),
    ] {
        assert_eq!(phone.verify(&pin, wrong).await, expected);
    }
    // It is over: nobody has to wait to be told, and a live one of this number loses no try.
    assert_eq!(phone.verify(&pin, &code).await["status"], "used_up", "the right one is too late");
    site.portal.clock().advance(30);
    let over = phone.post(&format!("numbers/{pin}/resend"), None).await;
    assert_eq!(over.status(), StatusCode::BAD_REQUEST);

    let pin = phone.ask("+385911234567").await;
    let code = code_in(&newest_text(&site).await);
    site.portal.clock().advance(600);
    assert_eq!(phone.verify(&pin, &code).await, json!({ "status": "expired" }));
    // Ten messages a day, to whatever numbers.
    let mut sent = 3;
    loop {
        site.portal.clock().advance(30);
        let number = format!("+3859122{sent:02}000");
        let answer = phone.post("numbers", Some(json!({ "number": number }))).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        assert_eq!(answer.status(), StatusCode::OK);
        sent += 1;
    }
    assert_eq!(sent, 10);
    assert!(site.portal.store().number_of(&id(&site).await).await.unwrap().is_none());
    site.stop().await;
}

#[tokio::test]
async fn whose_number_it_is_shows_in_no_answer() {
    let site = Site::with_sms("inbox:").await;
    let phone = Phone::of(&site, "ana", &site.ana).await;
    let pin = phone.ask("+385911234567").await;
    let code = code_in(&newest_text(&site).await);
    assert_eq!(phone.verify(&pin, &code).await["status"], "confirmed");
    let password = site.portal.add_account("eve", false, false, true).await.unwrap().unwrap();
    let eve = Phone::of(&site, "eve", &password).await;
    // The number of another account is answered as one that is nobody's.
    let mut shapes = Vec::new();
    for number in ["+385911234567", "+385911234599"] {
        let answer = eve.post("numbers", Some(json!({ "number": number }))).await;
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap();
        let pin = answer["pin"].as_str().unwrap();
        let length = pin.len();
        let guess = eve.verify(pin, "x").await;
        shapes.push((status, length, answer["resend_after"].clone(), guess));
        site.portal.clock().advance(30);
    }
    assert_eq!(shapes[0], shapes[1]);
    // Another account's PIN is none.
    for call in ["resend", "verify"] {
        let answer =
            eve.post(&format!("numbers/{pin}/{call}"), Some(json!({ "code": code }))).await;
        let unknown = eve.post(&format!("numbers/x/{call}"), Some(json!({ "code": code }))).await;
        assert_eq!(
            (answer.status(), unknown.status()),
            (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
        );
        assert_eq!(answer.text().await.unwrap(), unknown.text().await.unwrap());
    }
    site.stop().await;
}

#[tokio::test]
async fn what_is_no_number_and_who_is_not_signed_in_is_told() {
    let site = Site::with_sms("inbox:").await;
    let phone = Phone::of(&site, "ana", &site.ana).await;
    for number in ["", "ana", "0911234567", "+38511234567", "+41442345678", "+999"] {
        let answer = phone.post("numbers", Some(json!({ "number": number }))).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{number}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"], "number", "{number}");
    }
    assert!(site.portal.store().messages(None, 9).await.unwrap().is_empty());
    let stranger = Phone { token: "x".to_owned(), ..Phone::of(&site, "ana", &site.ana).await };
    for path in ["numbers", "numbers/x/resend", "numbers/x/verify"] {
        let body = json!({ "number": "+385911234567", "code": "1" });
        let answer = stranger.post(path, Some(body)).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    // No key of an app's server reaches the portal's own application.
    phone.ask("+385911234567").await;
    let own = site.portal.store().applications().await.unwrap().remove(0);
    let app = App::with(&site, BOTH, None).await;
    let path = format!("/2fa/2/applications/{}", own.id);
    let (status, _) = app.call(reqwest::Method::GET, &path, Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, all) = app.call(reqwest::Method::GET, "/2fa/2/applications", Value::Null).await;
    assert_eq!(all, json!([]));
    site.stop().await;

    let site = Site::start().await;
    let phone = Phone::of(&site, "ana", &site.ana).await;
    let answer = phone.post("numbers", Some(json!({ "number": "+385911234567" }))).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "no gateway");
    site.stop().await;
}

async fn id(site: &Site) -> String {
    site.portal.store().user_by_login("ana").await.unwrap().unwrap().id
}
