//! The figures that Prometheus collects.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// What is counted.
pub(crate) struct Figures {
    registry: Registry,
    requests: Family<Request, Counter>,
    codes: Family<Result, Counter>,
    sign_ins: Family<Result, Counter>,
    pins: Family<Result, Counter>,
    messages: Family<Result, Counter>,
    limits: Family<Limit, Counter>,
    seconds: Histogram,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Result {
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Limit {
    kind: String,
}

impl Figures {
    /// All at zero.
    #[must_use]
    pub(crate) fn new() -> Self {
        let requests = Family::<Request, Counter>::default();
        let codes = Family::<Result, Counter>::default();
        let sign_ins = Family::<Result, Counter>::default();
        let pins = Family::<Result, Counter>::default();
        let messages = Family::<Result, Counter>::default();
        let limits = Family::<Limit, Counter>::default();
        let seconds = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let mut registry = Registry::with_prefix("countersign");
        registry.register("requests", "Requests answered", requests.clone());
        registry.register("codes", "Codes checked", codes.clone());
        registry.register("sign_ins", "Passwords checked", sign_ins.clone());
        registry.register("pins", "PINs checked", pins.clone());
        registry.register("messages", "Messages handed to the gateway, or not", messages.clone());
        registry.register("limits", "PINs not sent because a limit was reached", limits.clone());
        registry.register("request_seconds", "Time to answer", seconds.clone());
        Self { registry, requests, codes, sign_ins, pins, messages, limits, seconds }
    }

    /// A request was answered.
    pub(crate) fn request(&self, route: &str, status: u16, seconds: f64) {
        self.requests.get_or_create(&Request { route: route.to_owned(), status }).inc();
        self.seconds.observe(seconds);
    }

    /// A code was checked.
    pub(crate) fn code(&self, result: &'static str) {
        self.codes.get_or_create(&Result { result }).inc();
    }

    /// A password was checked.
    pub(crate) fn sign_in(&self, result: &'static str) {
        self.sign_ins.get_or_create(&Result { result }).inc();
    }

    /// A PIN was checked.
    pub(crate) fn pin(&self, result: &'static str) {
        self.pins.get_or_create(&Result { result }).inc();
    }

    /// A message was handed over, or not.
    pub(crate) fn message(&self, result: &'static str) {
        self.messages.get_or_create(&Result { result }).inc();
    }

    /// A limit of this kind was reached.
    pub(crate) fn limit(&self, kind: &str) {
        self.limits.get_or_create(&Limit { kind: kind.to_owned() }).inc();
    }

    /// All of them, in the text format of OpenMetrics.
    #[must_use]
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self::new()
    }
}
