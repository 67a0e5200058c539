//! An app's server, which has PINs sent and verified.

use std::sync::Arc;
use std::time::Duration;

use countersign_portal::Portal;
use countersign_portal::store::{MessageLine, new_id};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::site::Site;

/// An app's server with a key.
pub(crate) struct App {
    http: Client,
    pub(crate) key: String,
    url: String,
    /// The portal in this process, where it is in this process.
    portal: Option<Arc<Portal>>,
}

impl App {
    /// With a new key of this site.
    pub(crate) async fn with(site: &Site, scopes: &str, application: Option<&str>) -> Self {
        let key = Self::key(&site.portal, scopes, application).await;
        Self { portal: Some(site.portal.clone()), ..Self::at(&site.url, &key) }
    }

    /// With a key that it has.
    pub(crate) fn at(url: &str, key: &str) -> Self {
        Self { http: Client::new(), key: key.to_owned(), url: url.to_owned(), portal: None }
    }

    /// A new key of these scopes.
    pub(crate) async fn key(portal: &Portal, scopes: &str, application: Option<&str>) -> String {
        let key = new_id().unwrap();
        let hash: [u8; 32] = Sha256::digest(&key).into();
        let (id, now) = (new_id().unwrap(), portal.clock().now());
        portal.store().add_api_key(&id, &hash, "app", scopes, application, now).await.unwrap();
        key
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request.header("authorization", format!("App {}", self.key));
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, body).await
    }

    /// An application with a template: their ids.
    pub(crate) async fn set_up(&self, configuration: Value) -> (String, String) {
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

    pub(crate) async fn send(&self, ids: &(String, String), to: &str) -> (StatusCode, Value) {
        let mut body = send_body(ids);
        body["to"] = json!(to);
        self.post("/2fa/2/pin", body).await
    }

    /// The text of the newest message, as the phone would show it.
    pub(crate) async fn read(&self) -> String {
        newest(self.portal()).await
    }

    fn portal(&self) -> &Portal {
        self.portal.as_ref().expect("a portal in this process")
    }

    pub(crate) async fn verify(&self, pin_id: &str, pin: &str) -> (StatusCode, Value) {
        self.portal().clock().advance(4); // past the limit of one try in three seconds
        self.post(&format!("/2fa/2/pin/{pin_id}/verify"), json!({ "pin": pin })).await
    }
}

/// What is asked for a PIN to [`NUMBER`].
pub(crate) fn send_body((application, template): &(String, String)) -> Value {
    json!({
        "applicationId": application, "messageId": template, "to": NUMBER,
        "placeholders": { "firstName": "Ana" }
    })
}

/// The text of the newest message in the developer's inbox.
pub(crate) async fn newest_text(site: &Site) -> String {
    newest(&site.portal).await
}

/// The text of the message to this number, of which there is one, in the developer's inbox.
pub(crate) async fn text_to(site: &Site, number: &str) -> String {
    for _ in 0..800 {
        let messages = site.portal.store().messages(None, 1_000).await.unwrap();
        let ours = messages.iter().find(|line| line.msisdn == number && line.state == "sent");
        if let Some(message) = ours {
            return text_of(&site.portal, message);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no message to {number} was handed over")
}

async fn newest(portal: &Portal) -> String {
    text_of(portal, &newest_is(portal, "sent").await)
}

fn text_of(portal: &Portal, message: &MessageLine) -> String {
    let (body, key_id, id) = message.body.as_ref().unwrap();
    let text = portal.config().keys.open_bytes(body, key_id, id).unwrap();
    String::from_utf8(text.to_vec()).unwrap()
}

/// Waits until the newest message is in this state.
pub(crate) async fn message_is(site: &Site, state: &str) -> MessageLine {
    newest_is(&site.portal, state).await
}

async fn newest_is(portal: &Portal, state: &str) -> MessageLine {
    let mut last = String::new();
    for _ in 0..800 {
        let messages = portal.store().messages(None, 1).await.unwrap();
        if let Some(message) = messages.into_iter().next() {
            if message.state == state {
                return message;
            }
            last = format!("{} ({}, {} tries)", message.state, message.reason, message.tries);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the newest message is {last}, and not {state}")
}

pub(crate) fn pin_in(text: &str) -> String {
    text.rsplit(' ').next().unwrap().to_owned()
}

pub(crate) const BOTH: &str = "2fa:manage 2fa:pin:send";
pub(crate) const NUMBER: &str = "41793026727";
