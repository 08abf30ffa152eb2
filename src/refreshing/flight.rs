//! One refresh that is under way, as all see it who wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::stop::Stop;
use crate::token::Token;
use crate::work::{Alarm, Desk, Wakers, block_on, helping, wait_for};

/// What became of a refresh.
#[derive(Clone)]
pub(super) enum Landing {
    Refreshed(Token),
    Failed(Error),
    /// It ended before it was tried in earnest, for a reason of who began it: another may try.
    Abandoned(Error),
}

/// A refresh that any number of threads and operations wait for.
#[derive(Default)]
pub(super) struct Flight {
    desk: Arc<Desk>,
    stop: Arc<Stop>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    landing: Option<Landing>,
    passengers: usize,
    waiting: Wakers,
}

impl Flight {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where its host code lies.
    pub(super) fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    /// Ends it early, if it is in the background.
    pub(super) fn stop(&self) -> &Arc<Stop> {
        &self.stop
    }

    /// Says that somebody wants it to go on. It is stopped when nobody does any more.
    pub(super) fn board(self: &Arc<Flight>) -> Passenger {
        self.lock().passengers += 1;
        Passenger(self.clone())
    }

    async fn landed(&self) -> Landing {
        let look = |state: &State| state.landing.clone();
        wait_for(&self.state, |state| &mut state.waiting, look).await
    }

    pub(super) fn land(&self, landing: Landing) {
        let mut state = self.lock();
        state.landing = Some(landing);
        let waiting = state.waiting.take();
        drop(state);
        waiting.wake();
    }
}

/// Wants a flight to go on.
pub(super) struct Passenger(Arc<Flight>);

impl Passenger {
    /// Where the host code of the flight lies.
    pub(super) fn desk(&self) -> &Arc<Desk> {
        &self.0.desk
    }

    pub(super) async fn landed(&self) -> Landing {
        self.0.landed().await
    }

    /// Blocks until the flight has landed, and runs its host code meanwhile.
    pub(super) fn wait(self) -> Result<Landing> {
        block_on(
            &Alarm::default(),
            helping(|| self.desk().clone(), self.landed()),
        )
    }
}

impl Drop for Passenger {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.passengers -= 1;
        let nobody_is_left = state.passengers == 0 && state.landing.is_none();
        drop(state);
        if nobody_is_left {
            self.0.stop.stop();
        }
    }
}
