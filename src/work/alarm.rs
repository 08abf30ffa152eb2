//! When a thread that blocks on a future has to look at it again.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The earliest time that somebody asked for since the last look.
#[derive(Debug, Default)]
pub(crate) struct Alarm(Mutex<Option<Instant>>);

impl Alarm {
    pub(crate) fn set(&self, at: Instant) {
        let mut earliest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *earliest = Some(earliest.map_or(at, |earlier| earlier.min(at)));
    }

    pub(super) fn take(&self) -> Option<Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
