//! How long the service asked to be left alone.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Moment;
use crate::error::{Error, Status};

/// The last `Retry-After` of the service, shared by all tokens of the same credentials.
#[derive(Debug, Default)]
pub(crate) struct Cooldown {
    pause: Mutex<Option<Pause>>,
}

/// In monotonic milliseconds.
#[derive(Debug, Clone, Copy)]
struct Pause {
    noted_at: i64,
    until: i64,
}

impl Cooldown {
    fn lock(&self) -> MutexGuard<'_, Option<Pause>> {
        self.pause.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers the `Retry-After` of an error, if it has one.
    pub(crate) fn note(&self, now: Moment, error: &Error) {
        let Some(seconds) = error.retry_after() else {
            return;
        };
        let mut pause = self.lock();
        let until = now.monotonic_ms.saturating_add(i64::from(seconds) * 1000);
        *pause = Some(Pause {
            noted_at: now.monotonic_ms,
            until: pause.map_or(until, |earlier| earlier.until.max(until)),
        });
    }

    /// The service took a request that was sent at this moment: what it asked for before is over.
    pub(crate) fn end(&self, sent_at: Moment) {
        let mut pause = self.lock();
        if pause.is_some_and(|pause| pause.noted_at <= sent_at.monotonic_ms) {
            *pause = None;
        }
    }

    /// How long the service still wants to be left alone, in milliseconds.
    pub(crate) fn left_ms(&self, now: Moment) -> i64 {
        self.lock()
            .map_or(0, |pause| (pause.until - now.monotonic_ms).max(0))
    }

    /// The error that the service would give again, while it wants to be left alone.
    pub(crate) fn check(&self, now: Moment) -> Result<(), Error> {
        let left_ms = self.left_ms(now);
        if left_ms == 0 {
            return Ok(());
        }
        let seconds = u32::try_from((left_ms + 999) / 1000).unwrap_or(u32::MAX);
        Err(Error::new(
            Status::RateLimited,
            format!("the service asked to be left alone for another {seconds} s"),
        )
        .with_retry_after(Some(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(monotonic_ms: i64) -> Moment {
        Moment {
            unix_ms: 0,
            monotonic_ms,
        }
    }

    #[test]
    fn lasts_as_long_as_the_service_said() {
        let cooldown = Cooldown::default();
        assert!(cooldown.check(at(0)).is_ok());
        let limited = Error::new(Status::RateLimited, "").with_retry_after(Some(10));
        cooldown.note(at(1000), &limited);
        let error = cooldown.check(at(1001)).unwrap_err();
        assert_eq!(error.status(), Status::RateLimited);
        assert_eq!(error.retry_after(), Some(10));
        assert!(cooldown.check(at(10_999)).is_err());
        assert!(cooldown.check(at(11_000)).is_ok());
    }

    #[test]
    fn only_a_later_request_ends_it() {
        let cooldown = Cooldown::default();
        let limited = Error::new(Status::RateLimited, "").with_retry_after(Some(10));
        cooldown.note(at(1000), &limited);
        cooldown.end(at(999));
        assert!(cooldown.check(at(1001)).is_err());
        cooldown.end(at(1000));
        assert!(cooldown.check(at(1001)).is_ok());
    }

    #[test]
    fn a_shorter_one_does_not_cut_a_longer_one() {
        let cooldown = Cooldown::default();
        for seconds in [100, 1] {
            let limited = Error::new(Status::RateLimited, "").with_retry_after(Some(seconds));
            cooldown.note(at(0), &limited);
        }
        assert!(cooldown.check(at(50_000)).is_err());
    }
}
