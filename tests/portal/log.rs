//! The log, at its most talkative: what was typed is not in it.

use std::io;
use std::sync::{Mutex, PoisonError};

use countersign::{CodeNow, payload};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::app::{App, BOTH, NUMBER, pin_in};
use super::gateway::{Answer, GatewayServer};
use super::requests::Visitor;
use super::site::Site;

#[tokio::test]
async fn no_log_holds_what_was_typed_or_shown() {
    let log = || LOG.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE);
    subscriber.with_writer(|| Log).init();
    let gateway = GatewayServer::start().await;
    gateway.next(&[Answer::Refuse(503), Answer::TakeAndBreakOff]);
    let site = Site::with_sms(&gateway.url.replace("://", "://canary-gateway-key@")).await;
    let visitor = Visitor::of(&site);
    let mut secrets = vec![site.ana.clone(), site.admin.clone()];

    let page = visitor.sign_in("ana", &site.ana).await;
    assert_eq!(page.status(), StatusCode::OK);
    let new = "/profile/access/mobile/new";
    let answer = visitor.submit(new, new, &[("name", "Canary’s phone")]).await;
    let path = answer.url().path().to_owned();
    let text = answer.text().await.unwrap();
    let uri = text.split_once("<a href=\"otpauth").unwrap().1.split_once('"').unwrap().0;
    let uri = format!("otpauth{}", uri.replace("&#38;", "&"));
    let account = payload::parse(&uri).unwrap().accounts.remove(0);
    let CodeNow::Timed(code) = account.code_at(site.portal.clock().now() as u64) else { panic!() };
    let wrong = visitor.submit(&path, &path, &[("code", "canary-code")]).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer = visitor.submit(&path, &path, &[("code", code.text())]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.unwrap();
    let recovery =
        text.split("<code>").skip(1).map(|rest| rest.split_once('<').unwrap().0.to_owned());
    secrets.extend(recovery);
    assert_eq!(secrets.len(), 12);
    secrets.push(account.secret().reveal_base32().to_string());
    secrets.push(uri);

    let credentials = json!({ "login": "ana", "password": &site.ana });
    let phone = visitor.http.post(format!("{}/api/v1/sign-in", site.url)).json(&credentials);
    let phone: Value = phone.send().await.unwrap().json().await.unwrap();
    secrets.push(phone["token"].as_str().unwrap().to_owned());
    // A PIN that a gateway refuses, loses the answer of, and takes; typed wrong and right.
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({})).await;
    let (_, sent) = app.send(&ids, NUMBER).await;
    let message = gateway.hears(3).await.remove(0).body["text"].as_str().unwrap().to_owned();
    let pin = pin_in(&message);
    assert_eq!(app.verify(sent["pinId"].as_str().unwrap(), "anary-pin").await.0, StatusCode::OK);
    let (_, right) = app.verify(sent["pinId"].as_str().unwrap(), &pin).await;
    assert_eq!(right["verified"], true);
    secrets.extend([message, format!("\"{pin}\""), format!(" {pin}"), app.key, NUMBER.to_owned()]);
    Visitor::of(&site).sign_in("canary-login", "canary-password").await;
    visitor.get("/canary-path?canary-query=1").await;
    // A database that fails in the middle of it all says no more.
    site.portal.store().close().await;
    assert_eq!(visitor.get("/profile").await.status(), StatusCode::INTERNAL_SERVER_ERROR);

    tracing::info!("planted-canary");
    let log = String::from_utf8_lossy(&log()).into_owned();
    for there in
        ["planted-canary", "/api/v1/sign-in", "/profile/access/mobile/{id}", "the database failed"]
    {
        assert!(log.contains(there), "a log without “{there}” shows nothing");
    }
    let ours: Vec<_> = log.lines().filter(|line| !line.contains("planted-canary")).collect();
    secrets.push("anary-".to_owned());
    secrets.push("Canary’s".to_owned());
    for secret in &secrets {
        let told = ours.iter().find(|line| line.contains(secret.as_str()));
        assert!(told.is_none(), "the log tells a secret: {told:?}");
    }
}

/// What all of this process logs.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
