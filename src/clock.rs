//! What time it is, and waiting. The core reads time from here alone, so a test can bring its own.

use std::time::{Duration, Instant};

/// A time that is not known.
pub const TIME_UNKNOWN: i64 = 0;

/// A time that never comes.
pub const TIME_NEVER: i64 = i64::MAX;

/// One reading of both clocks, in milliseconds.
///
/// The wall clock can be set back; the monotonic clock can stand still while a laptop sleeps.
/// Together they hide no expiry: see [`Moment::unix_ms_seen_from`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970-01-01 by the wall clock.
    pub unix_ms: i64,
    /// Milliseconds since some fixed start by a clock that is never set.
    pub monotonic_ms: i64,
}

impl Moment {
    /// Unix milliseconds at `self` for something that was stamped at `stamp`: the later of the
    /// wall clock and of the stamp's wall time with the monotonic time since then.
    pub fn unix_ms_seen_from(self, stamp: Moment) -> i64 {
        let since = self.monotonic_ms.saturating_sub(stamp.monotonic_ms);
        self.unix_ms.max(stamp.unix_ms.saturating_add(since))
    }

    /// The moment, before `self`, at which the wall clock showed `unix_ms`.
    pub fn at_unix_ms(self, unix_ms: i64) -> Moment {
        let ago = self.unix_ms.saturating_sub(unix_ms).max(0);
        Moment {
            unix_ms,
            monotonic_ms: self.monotonic_ms.saturating_sub(ago),
        }
    }

    /// Whole seconds since 1970-01-01 by the wall clock.
    pub fn unix_seconds(self) -> i64 {
        self.unix_ms.div_euclid(1000)
    }
}

/// When so much time from now is over; none is never.
pub(crate) fn in_time(timeout: Option<Duration>) -> Option<Instant> {
    Instant::now().checked_add(timeout?)
}

/// Tells the time, and lets time pass.
pub trait Clock: Send + Sync {
    /// Both clocks, now.
    fn now(&self) -> Moment;

    /// Returns after `duration`.
    fn sleep(&self, duration: Duration);
}

/// The operating system's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        system::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use nix::time::{ClockId, clock_gettime};

    use super::Moment;

    /// The coarse clocks are good to a few milliseconds and cost a quarter of the fine ones; a
    /// host asks for its access token before every request, and tokens live for whole seconds.
    pub(super) fn now() -> Moment {
        Moment {
            unix_ms: read(ClockId::CLOCK_REALTIME_COARSE),
            monotonic_ms: read(ClockId::CLOCK_MONOTONIC_COARSE),
        }
    }

    #[inline(always)]
    fn read(clock: ClockId) -> i64 {
        let time = clock_gettime(clock).expect("Linux has had the coarse clocks since 2.6.32");
        time.tv_sec() * 1000 + time.tv_nsec() / 1_000_000
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use std::sync::OnceLock;
    use std::time::{Instant, SystemTime, UNIX_EPOCH};

    use super::Moment;

    /// `Instant` is opaque, so monotonic time is counted from the first reading.
    static FIRST: OnceLock<Instant> = OnceLock::new();

    pub(super) fn now() -> Moment {
        let first = *FIRST.get_or_init(Instant::now);
        let unix_ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_millis() as i64,
            Err(before) => -(before.duration().as_millis() as i64),
        };
        Moment {
            unix_ms,
            monotonic_ms: first.elapsed().as_millis() as i64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Moment = Moment {
        unix_ms: 1_000_000,
        monotonic_ms: 500,
    };

    fn moment(unix_ms: i64, monotonic_ms: i64) -> Moment {
        Moment {
            unix_ms,
            monotonic_ms,
        }
    }

    #[test]
    fn a_wall_clock_set_back_does_not_hide_time_that_passed() {
        assert_eq!(moment(0, 10_500).unix_ms_seen_from(STAMP), 1_010_000);
    }

    #[test]
    fn a_sleep_that_stops_the_monotonic_clock_does_not_hide_time_that_passed() {
        assert_eq!(moment(4_600_000, 501).unix_ms_seen_from(STAMP), 4_600_000);
    }

    #[test]
    fn a_moment_in_the_past_moves_both_clocks_back() {
        let sent = moment(1_010_000, 10_500).at_unix_ms(1_000_000);
        assert_eq!(sent, STAMP);
    }

    #[test]
    fn the_system_clock_agrees_with_std() {
        let clock = SystemClock.now().unix_ms;
        let std = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_millis() as i64;
        assert!((clock - std).abs() < 1000, "{clock} {std}");
    }
}
