//! Who hears of a token's changes.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::this_thread::ThreadMark;
use crate::token::Token;

/// Every `clef_event` that this version of clef gives. Numbers are never changed or reused.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Event {
    /// There is a new token: save it, where no store does. If the listener answers anything but
    /// OK, it is offered again before the next refresh.
    Changed = 1,
    /// The token store could not save the new token. It is used all the same, and saved before
    /// the next refresh.
    SaveFailed = 2,
    /// A refresh failed. A token that is still valid goes on being served.
    RefreshFailed = 3,
    /// The grant is dead: the user has to log in again.
    LoginRequired = 4,
    /// The grant ends soon, in two weeks or as `clef_refreshing_token_set_grant_warning` says: a
    /// good time to ask the user for another login.
    GrantExpiring = 5,
}

/// Hears of a token's changes: on the thread that refreshes it, or that waits for that, or that pumps the runtime in
/// whose background it is refreshed.
pub trait Listener: Send + Sync {
    /// `token` is the new one for [`Event::Changed`], else the one at hand; `error` says what
    /// went wrong.
    fn hear(&self, event: Event, token: &Token, error: Option<&Error>) -> Result<()>;
}

/// Holds the listener. No lock is held while it runs.
#[derive(Default)]
pub(super) struct ListenerSlot {
    state: Mutex<State>,
    idle: Condvar,
}

#[derive(Default)]
struct State {
    listener: Option<Arc<dyn Listener>>,
    running: Option<ThreadMark>,
}

impl ListenerSlot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the listener before has returned, so that what it uses may be freed.
    pub(super) fn set(&self, listener: Option<Arc<dyn Listener>>) {
        let mut state = self.lock();
        let before = std::mem::replace(&mut state.listener, listener);
        let this = ThreadMark::of_this_thread();
        let state = self
            .idle
            .wait_while(state, |state| {
                state.running.is_some_and(|running| running != this)
            })
            .unwrap_or_else(PoisonError::into_inner);
        drop(state);
        drop(before);
    }

    pub(super) fn is_set(&self) -> bool {
        self.lock().listener.is_some()
    }

    /// Tells the listener, if there is one. At most one thread tells at a time: the one that
    /// refreshes.
    pub(super) fn tell(&self, event: Event, token: &Token, error: Option<&Error>) -> Result<()> {
        let mut state = self.lock();
        let Some(listener) = state.listener.clone() else {
            return Ok(());
        };
        state.running = Some(ThreadMark::of_this_thread());
        drop(state);
        let running = Running {
            slot: self,
            listener: Some(listener),
        };
        running
            .listener
            .as_ref()
            .map_or(Ok(()), |listener| listener.hear(event, token, error))
    }
}

/// The listener while it runs; it is let go before anybody who waits goes on.
struct Running<'a> {
    slot: &'a ListenerSlot,
    listener: Option<Arc<dyn Listener>>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.listener = None;
        self.slot.lock().running = None;
        self.slot.idle.notify_all();
    }
}
