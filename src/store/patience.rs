//! Waiting for the lock of an account.

use std::time::{Duration, Instant};

use crate::clock::SystemClock;
use crate::error::{Error, Result, Status};
use crate::random;
use crate::stop::cancelled;
use crate::work::Context;

use super::place::Place;

/// How long the lock of an account is waited for: longer than a lease lasts whose process has died.
const LONGEST_WAIT: Duration = Duration::from_secs(75);

/// How long the lock is left alone after it was found taken, at first.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// Waits for a lock that another has, once for everything that is done in one go.
pub(crate) struct Patience {
    ends_at: Option<Instant>,
    pause: Duration,
    longest_pause: Duration,
}

impl Patience {
    pub(super) fn new(longest_pause: Duration) -> Patience {
        Patience {
            ends_at: None,
            pause: FIRST_PAUSE,
            longest_pause,
        }
    }

    /// Until it is worth another try. Not for ever: [`Status::Store`].
    ///
    /// Who has the lock may be of this process, and need this very thread: then it is helped, or this is
    /// [`Status::WouldBlock`].
    pub(crate) async fn pause(&mut self, place: &Place, context: &Context) -> Result<()> {
        if !context.is_background()
            && let Some(desk) = place.store.holders.desk(place.key())
            && desk.help_now()?
        {
            return Ok(());
        }
        let now = Instant::now();
        if *self.ends_at.get_or_insert(now + LONGEST_WAIT) <= now {
            return Err(Error::new(
                Status::Store,
                "somebody else has the lock of this account and does not give it back",
            ));
        }
        // Those who wait do not all come back at once.
        let jittered = self.pause * (128 + u32::from(random::byte())) / 256;
        self.pause = (self.pause * 2).min(self.longest_pause);
        match context.sleep(&SystemClock, jittered).await {
            true => Ok(()),
            false => Err(cancelled()),
        }
    }
}
