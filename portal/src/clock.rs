//! The time, which a test can set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::store::Seconds;

/// The system's clock, and by how many seconds to be wrong.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Seconds since the Unix epoch.
    #[must_use]
    pub fn now(&self) -> Seconds {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX / 2) + self.ahead.load(Ordering::Relaxed)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn milliseconds(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let system = i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 2);
        system + 1_000 * self.ahead.load(Ordering::Relaxed)
    }

    /// Moves it, forwards or back.
    pub fn advance(&self, seconds: Seconds) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}
