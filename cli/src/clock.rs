//! What time it is: the one place of the program that asks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock to read the time from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The one of this computer.
    System,
    /// One that stands still, so that what is made by it can be compared.
    Still(Duration),
}

impl Clock {
    /// The time since the Unix epoch.
    ///
    /// A clock before 1970 counts as one at 1970: no code is right then, and `doctor` says so.
    #[must_use]
    pub fn now(self) -> Duration {
        match self {
            Self::System => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Self::Still(now) => now,
        }
    }

    /// The same in whole seconds, as codes are asked for.
    #[must_use]
    pub fn unix_time(self) -> u64 {
        self.now().as_secs()
    }
}

/// Seconds since the Unix epoch, by this computer's clock.
#[must_use]
pub fn now() -> u64 {
    Clock::System.unix_time()
}
