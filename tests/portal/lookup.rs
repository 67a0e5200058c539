//! The networks are asked about a number before a PIN is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use countersign_portal::config::{Settings, SmsSettings};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::app::{App, BOTH};
use super::site::Site;

/// A lookup that knows by the last digit, and counts.
async fn answer(
    State(asked): State<Arc<AtomicUsize>>,
    headers: HeaderMap,
    Json(query): Json<Value>,
) -> Response {
    asked.fetch_add(1, Ordering::Relaxed);
    assert_eq!(headers["authorization"], "App key");
    let number = query["to"][0].as_str().unwrap();
    let found = |group: &str, permanent: Option<bool>| {
        let error = json!({ "groupName": "HANDSET_ERRORS", "permanent": permanent });
        let result = json!({ "to": number, "status": { "groupName": group }, "error": error });
        Json(json!({ "results": [result] })).into_response()
    };
    match number.bytes().last() {
        Some(b'1') => found("DELIVERED", Some(false)),
        Some(b'2') => found("UNDELIVERABLE", None),
        Some(b'3') => found("PENDING", Some(true)),
        Some(b'6') => found("REJECTED", Some(true)),
        Some(b'7') => found("UNDELIVERABLE", Some(false)),
        Some(b'4') => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => "no JSON".into_response(),
    }
}

#[tokio::test]
async fn an_unreachable_number_costs_no_message_and_a_lookup_that_fails_keeps_nobody_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let app = Router::new().route("/number/1/query", post(answer)).with_state(asked.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let sms = SmsSettings {
        gateway: Some("inbox:".to_owned()),
        lookup: Some(format!("http://key@{address}/number/1/query")),
        ..SmsSettings::default()
    };
    let site = Site::with(Settings { sms, ..Settings::default() }).await;
    let app = App::with(&site, BOTH, None).await;
    let ids = app.set_up(json!({ "sendPinPerPhoneNumberLimit": "3/1d" })).await;
    let sent = "MESSAGE_SENT";
    for (number, reach, status) in [
        ("41793026721", "NC_DESTINATION_REACHABLE", sent),
        ("41793026722", "NC_DESTINATION_NOT_REACHABLE", "MESSAGE_NOT_SENT"),
        ("41793026723", "NC_DESTINATION_NOT_REACHABLE", "MESSAGE_NOT_SENT"),
        ("41793026724", "NC_DESTINATION_UNKNOWN", sent),
        ("41793026725", "NC_DESTINATION_UNKNOWN", sent),
        ("41793026726", "NC_DESTINATION_UNKNOWN", sent),
        ("41793026727", "NC_DESTINATION_UNKNOWN", sent),
    ] {
        let (_, answer) = app.send(&ids, number).await;
        assert_eq!((&answer["ncStatus"], &answer["smsStatus"]), (&json!(reach), &json!(status)));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 7);
    assert_eq!(site.portal.store().messages(None, 9).await.unwrap().len(), 5);
    // A number that the plans do not have is not asked about, nor where nobody wants it.
    app.send(&ids, "41442345678").await;
    let body = json!({ "applicationId": ids.0, "messageId": ids.1, "to": "41793026722" });
    let (_, answer) = app.post("/2fa/2/pin?ncNeeded=false", body).await;
    assert_eq!(answer["smsStatus"], sent);
    assert_eq!(asked.load(Ordering::Relaxed), 7);
    // Asking is limited as sending is, also where nothing comes of it.
    for _ in 0..5 {
        app.send(&ids, "41793026723").await;
    }
    assert_eq!(asked.load(Ordering::Relaxed), 9, "three of one number");
    serving.abort();
    site.stop().await;
}
