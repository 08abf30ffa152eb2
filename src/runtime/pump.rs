//! The host's code that waits to be run, until the host runs it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::error::{Error, Result, Status};
use crate::panics::contained;
use crate::stop::cancelled;
use crate::this_thread::ThreadMark;
use crate::work::{Desk, Turn};

use super::doorbell::Doorbell;

/// Says whether there was anything to run: a thread that waits for the same work may have been quicker.
pub(super) type Run = Box<dyn FnOnce() -> bool + Send>;

struct Call {
    run: Run,
    /// Where it lies.
    desk: Option<Arc<Desk>>,
}

/// What is left to the host, and who takes it.
#[derive(Default)]
pub(crate) struct Pump {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    calls: VecDeque<Call>,
    /// The next wait ends at once.
    woken: bool,
    /// The doorbell rings for that too, until somebody pumps.
    rings_to_wake: bool,
    closed: bool,
    /// The threads that run host code for this runtime just now; a thread is here once for each level.
    inside: Vec<ThreadMark>,
    /// Who asked, inside, to close the runtime.
    close_when_left: Option<ThreadMark>,
    pumped_last: Option<ThreadMark>,
    doorbell: Option<Doorbell>,
}

impl State {
    fn ring(&mut self) {
        let rung = self.rings_to_wake || self.closed || !self.calls.is_empty();
        if let Some(doorbell) = &mut self.doorbell {
            doorbell.set(rung);
        }
    }

    fn is_inside(&self) -> bool {
        self.inside.contains(&ThreadMark::of_this_thread())
    }
}

/// What a thread that closes the runtime finds.
pub(super) enum Remainder {
    Calls,
    Nothing,
    TimeIsUp,
}

impl Pump {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the call back where nobody will pump any more.
    pub(super) fn try_push(&self, call: impl FnOnce() + Send + 'static) -> Result<(), Run> {
        let run = Box::new(move || {
            call();
            true
        });
        self.try_push_call(Call { run, desk: None })
    }

    fn try_push_call(&self, call: Call) -> Result<(), Run> {
        let mut state = self.lock();
        if state.closed {
            return Err(call.run);
        }
        state.calls.push_back(call);
        state.ring();
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Leaves a call to the host; here and now where nobody will pump any more.
    pub(crate) fn push_or_run(&self, call: impl FnOnce() + Send + 'static) {
        if let Err(run) = self.try_push(call) {
            run();
        }
    }

    /// Leaves a call to the host; an error where nobody will pump any more.
    pub(crate) fn push(&self, call: impl FnOnce() + Send + 'static) -> Result<()> {
        self.try_push(call).map_err(|_| cancelled())
    }

    /// Has the host run what lies on the desk, unless a thread that waits for it is quicker.
    pub(super) fn push_desk(&self, desk: &Arc<Desk>) {
        let left = desk.clone();
        // A closed pump has no work left whose call this could be.
        let _ = self.try_push_call(Call {
            run: Box::new(move || left.run_left()),
            desk: Some(desk.clone()),
        });
    }

    /// A thread that waits was quicker, or the call is not wanted any more: there is nothing to run on this desk.
    pub(crate) fn forget(&self, desk: &Arc<Desk>) {
        let mut state = self.lock();
        let lies_here = |call: &Call| {
            call.desk
                .as_ref()
                .is_some_and(|known| Arc::ptr_eq(known, desk))
        };
        let at = state.calls.iter().position(lies_here);
        let forgotten = at.and_then(|at| state.calls.remove(at));
        state.ring();
        drop(state);
        drop(forgotten);
    }

    /// Looks whether there is anything to run, on a thread that pumps. A game does so once a frame, mostly in vain.
    pub(super) fn look(&self) -> bool {
        let mut state = self.lock();
        if !state.calls.is_empty() {
            return true;
        }
        state.pumped_last = Some(ThreadMark::of_this_thread());
        state.rings_to_wake = false;
        state.ring();
        false
    }

    /// Runs what waits now, but nothing that comes while it runs; says how much that was. To be called inside.
    pub(super) fn run(&self) -> usize {
        let mut state = self.lock();
        state.pumped_last = Some(ThreadMark::of_this_thread());
        state.rings_to_wake = false;
        let mut left = state.calls.len();
        state.ring();
        let mut count = 0;
        while left > 0
            && let Some(call) = state.calls.pop_front()
        {
            left -= 1;
            state.ring();
            drop(state);
            // The host's code must not unwind; a panic is clef's own, and the next call is not to blame for it.
            if contained(|| Ok((call.run)())).unwrap_or(true) {
                count += 1;
            }
            state = self.lock();
        }
        count
    }

    /// Blocks until there is something to run, or until [`wake`](Pump::wake).
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Result<()> {
        let mut state = self.lock();
        loop {
            if state.closed && state.calls.is_empty() {
                return Err(cancelled());
            }
            if state.woken || !state.calls.is_empty() {
                state.woken = false;
                state.rings_to_wake = false;
                state.ring();
                return Ok(());
            }
            state = self.wait_for_change(state, deadline).ok_or_else(|| {
                Error::new(Status::Timeout, "there was nothing to run in this time")
            })?;
        }
    }

    /// None where the time is up.
    fn wait_for_change<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        deadline: Option<Instant>,
    ) -> Option<MutexGuard<'a, State>> {
        let Some(deadline) = deadline else {
            let waited = self.changed.wait(state);
            return Some(waited.unwrap_or_else(PoisonError::into_inner));
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        let waited = self.changed.wait_timeout(state, left);
        Some(waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    pub(super) fn wake(&self) {
        let mut state = self.lock();
        state.woken = true;
        state.rings_to_wake = true;
        state.ring();
        drop(state);
        self.changed.notify_all();
    }

    /// Has a thread that closes look again.
    pub(super) fn nudge(&self) {
        let _state = self.lock();
        self.changed.notify_all();
    }

    /// The descriptor of the doorbell; none where there is no such thing.
    pub(super) fn fd(&self) -> Option<i32> {
        let mut state = self.lock();
        if state.doorbell.is_none() {
            state.doorbell = Doorbell::new().ok();
            state.ring();
        }
        state.doorbell.as_ref().map(Doorbell::fd)
    }

    pub(super) fn enter(&self) {
        self.lock().inside.push(ThreadMark::of_this_thread());
    }

    /// Says whether the runtime is to be closed now.
    pub(super) fn leave(&self) -> bool {
        let this = ThreadMark::of_this_thread();
        let mut state = self.lock();
        if let Some(at) = state.inside.iter().rposition(|mark| *mark == this) {
            state.inside.swap_remove(at);
        }
        let close = state.close_when_left == Some(this) && !state.is_inside();
        if close {
            state.close_when_left = None;
        }
        drop(state);
        self.changed.notify_all();
        close
    }

    /// Puts closing off until this thread has left, if it is inside.
    pub(super) fn put_off_closing(&self) -> bool {
        let mut state = self.lock();
        let inside = state.is_inside();
        if inside {
            state.close_when_left = Some(ThreadMark::of_this_thread());
        }
        inside
    }

    /// Waits until there is something to run, or until nothing can come any more: no work is left, and nobody is inside.
    pub(super) fn wait_for_end(
        &self,
        deadline: Option<Instant>,
        no_work_is_left: impl Fn() -> bool,
    ) -> Remainder {
        let mut state = self.lock();
        loop {
            if !state.calls.is_empty() {
                return Remainder::Calls;
            }
            if state.inside.is_empty() && no_work_is_left() {
                return Remainder::Nothing;
            }
            match self.wait_for_change(state, deadline) {
                Some(later) => state = later,
                None => return Remainder::TimeIsUp,
            }
        }
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.ring();
        drop(state);
        self.changed.notify_all();
    }
}

impl Turn for Pump {
    /// The thread that pumped last is taken for the one that will pump next.
    fn is_this_threads(&self) -> bool {
        let state = self.lock();
        state.is_inside() || state.pumped_last == Some(ThreadMark::of_this_thread())
    }
}
