//! How long an early refresh waits after it failed.

use crate::clock::Moment;

const FIRST_MS: i64 = 5_000;
const LONGEST_MS: i64 = 300_000;

/// Twice as long after each failure, from 5 seconds to 5 minutes.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    wait_ms: i64,
    /// In monotonic milliseconds.
    until: i64,
}

impl Backoff {
    pub(super) fn failed(&mut self, now: Moment) {
        self.wait_ms = (self.wait_ms * 2).clamp(FIRST_MS, LONGEST_MS);
        self.until = now.monotonic_ms.saturating_add(self.wait_ms);
    }

    /// How long the next try waits, in milliseconds.
    pub(super) fn left_ms(&self, now: Moment) -> i64 {
        self.until.saturating_sub(now.monotonic_ms).max(0)
    }

    pub(super) fn is_waiting(&self, now: Moment) -> bool {
        self.left_ms(now) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_from_five_seconds_to_five_minutes() {
        let mut backoff = Backoff::default();
        let mut monotonic_ms = 0;
        let mut waits = Vec::new();
        for _ in 0..8 {
            let now = |monotonic_ms| Moment {
                unix_ms: 0,
                monotonic_ms,
            };
            assert!(!backoff.is_waiting(now(monotonic_ms)));
            backoff.failed(now(monotonic_ms));
            assert!(backoff.is_waiting(now(backoff.until - 1)));
            waits.push((backoff.until - monotonic_ms) / 1000);
            monotonic_ms = backoff.until;
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
    }
}
