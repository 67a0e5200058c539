//! An SMS gateway by HTTP: it takes messages, or is slow, down, or breaks off, as it is told.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A gateway that listens at an address of this machine.
pub(crate) struct GatewayServer {
    pub(crate) url: String,
    told: Arc<Told>,
    serving: JoinHandle<()>,
}

/// What it answers next.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// It takes the message.
    Take,
    /// It does not, by this status.
    Refuse(u16),
    /// It takes the message, and nobody hears that it did.
    TakeAndBreakOff,
    /// It takes the message, and has a lot to say.
    TakeAndTalk,
    /// It takes the message after so long.
    TakeLate(Duration),
}

/// A message as it was asked to send it.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) key: String,
    pub(crate) body: Value,
    pub(crate) authorization: Option<String>,
    pub(crate) at: Instant,
}

#[derive(Default)]
struct Told {
    heard: Mutex<Vec<Heard>>,
    next: Mutex<VecDeque<Answer>>,
    always: Mutex<Option<Answer>>,
}

impl GatewayServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let told = Arc::new(Told::default());
        let app = Router::new().route("/send", post(take)).with_state(told.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, told, serving }
    }

    /// Answers these in turn, and then takes all.
    pub(crate) fn next(&self, answers: &[Answer]) {
        self.told.next.lock().unwrap().extend(answers);
    }

    /// Answers this from now on.
    pub(crate) fn always(&self, answer: Answer) {
        *self.told.always.lock().unwrap() = Some(answer);
    }

    /// What it heard so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.told.heard.lock().unwrap().clone()
    }

    /// The messages that a phone gets: of one key, one.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        self.heard().into_iter().map(|heard| heard.key).collect()
    }

    /// Waits until it heard so many.
    pub(crate) async fn hears(&self, count: usize) -> Vec<Heard> {
        let began = Instant::now();
        while self.heard().len() < count {
            assert!(began.elapsed() < Duration::from_secs(40), "it heard {}", self.heard().len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.heard()
    }
}

impl Drop for GatewayServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(
    State(told): State<Arc<Told>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let key = header("idempotency-key").unwrap();
    let authorization = header("authorization");
    let at = Instant::now();
    told.heard.lock().unwrap().push(Heard { key: key.clone(), body, authorization, at });
    let next = told.next.lock().unwrap().pop_front();
    let always = *told.always.lock().unwrap();
    let taken = Json(json!({ "id": format!("gateway-{key}") }));
    match next.or(always).unwrap_or(Answer::Take) {
        Answer::Take => taken.into_response(),
        Answer::Refuse(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::TakeAndBreakOff => {
            let broken = futures_util::stream::once(async {
                Err::<Vec<u8>, _>(std::io::Error::other("broken off"))
            });
            Body::from_stream(broken).into_response()
        }
        Answer::TakeAndTalk => "so much to say ".repeat(10_000).into_response(),
        Answer::TakeLate(after) => {
            tokio::time::sleep(after).await;
            taken.into_response()
        }
    }
}
