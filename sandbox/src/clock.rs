//! The sandbox clock: the wall clock plus an offset that tests move.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch on the sandbox clock. Finer than a second, because a token that lives for one
/// second must not lose most of it to rounding.
pub type Moment = i64;

/// The moment this many seconds after another.
pub fn after(moment: Moment, seconds: i64) -> Moment {
    moment.saturating_add(seconds.saturating_mul(1000))
}

/// The sandbox clock.
#[derive(Debug, Default)]
pub struct Clock {
    offset: i64,
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Moment {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since_epoch.as_millis())
            .unwrap_or(Moment::MAX)
            .saturating_add(self.offset)
    }

    /// Moves the clock, back if negative.
    pub fn advance(&mut self, seconds: i64) {
        self.offset = after(self.offset, seconds);
    }
}
