//! Whether a piece of work is still wanted, and whether its end would lose a refresh token.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::error::{Error, Status};

/// Ends a piece of work early. Shared by who does the work and by who may lose interest in it.
///
/// A request that spends a refresh token is the exception: once it may have reached the service, its answer has the
/// only refresh token that is valid from then on, so it goes on until it is answered or its time is up.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    wanted: bool,
    closing: bool,
    forced: bool,
    answer: Answer,
    wakers: Vec<(u64, Waker)>,
    next_id: u64,
}

/// What would be lost with the answer to what was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing that could not be had again.
    #[default]
    Cheap,
    /// A refresh token. It may never come.
    Precious,
    /// A refresh token. It comes in time, or there is an error.
    PreciousInTime,
}

impl State {
    fn is_stopped(&self) -> bool {
        let wanted = match self.answer {
            Answer::Cheap => !self.wanted && !self.closing,
            Answer::Precious => !self.closing,
            Answer::PreciousInTime => true,
        };
        self.forced || !wanted
    }
}

impl Stop {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The work is not wanted any more.
    pub(crate) fn stop(&self) {
        self.change(|state| state.wanted = true);
    }

    /// Nobody can wait for ever any more.
    pub(crate) fn close(&self) {
        self.change(|state| state.closing = true);
    }

    /// The work ends now, whatever is lost.
    pub(crate) fn force(&self) {
        self.change(|state| state.forced = true);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let wakers = match state.is_stopped() {
            true => std::mem::take(&mut state.wakers),
            false => Vec::new(),
        };
        drop(state);
        for (_, waker) in wakers {
            waker.wake();
        }
    }

    /// Whether to give up now.
    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().is_stopped()
    }

    /// An error where the work is to end.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.is_stopped() {
            true => Err(cancelled()),
            false => Ok(()),
        }
    }

    /// To be called just before the request is sent. What is precious goes on from now on, also when it was answered:
    /// the answer is still to be kept.
    pub(crate) fn sent(&self, answer: Answer) -> Result<(), Error> {
        let mut state = self.lock();
        if state.is_stopped() {
            return Err(cancelled());
        }
        state.answer = answer;
        Ok(())
    }

    /// Nothing would be lost any more: nothing was sent, or the answer spent nothing.
    pub(crate) fn unsent(&self) {
        self.change(|state| state.answer = Answer::Cheap);
    }

    /// The answer is here, and only its keeping is left.
    pub(crate) fn answered(&self) {
        self.change(|state| state.answer = Answer::PreciousInTime);
    }

    /// Whether a refresh token may have been spent.
    pub(crate) fn may_have_spent(&self) -> bool {
        self.lock().answer != Answer::Cheap
    }

    /// Wakes `waker` once the work is stopped, at once where it is; until the guard is dropped.
    pub(crate) fn wake_when_stopped(&self, waker: &Waker) -> WakeWhenStopped<'_> {
        let mut state = self.lock();
        let id = state.next_id;
        state.next_id += 1;
        if state.is_stopped() {
            drop(state);
            waker.wake_by_ref();
        } else {
            state.wakers.push((id, waker.clone()));
        }
        WakeWhenStopped { stop: self, id }
    }

    /// Is ready when the work is stopped.
    pub(crate) async fn stopped(&self) {
        let mut registered = None;
        poll_fn(|context| {
            if self.is_stopped() {
                return Poll::Ready(());
            }
            registered = Some(self.wake_when_stopped(context.waker()));
            Poll::Pending
        })
        .await;
        drop(registered);
    }
}

/// The error of work that was stopped.
pub(crate) fn cancelled() -> Error {
    Error::new(Status::Cancelled, "it was cancelled")
}

/// Keeps a waker registered.
#[derive(Debug)]
pub(crate) struct WakeWhenStopped<'a> {
    stop: &'a Stop,
    id: u64,
}

impl Drop for WakeWhenStopped<'_> {
    fn drop(&mut self) {
        let mut state = self.stop.lock();
        let dropped = state
            .wakers
            .iter()
            .position(|(id, _)| *id == self.id)
            .map(|at| state.wakers.swap_remove(at));
        drop(state);
        drop(dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_precious_on_the_wire_goes_on_unless_forced() {
        let stop = Stop::default();
        stop.sent(Answer::PreciousInTime).unwrap();
        stop.stop();
        stop.close();
        assert!(!stop.is_stopped());
        stop.force();
        assert!(stop.is_stopped());
    }

    #[test]
    fn what_may_never_come_is_waited_for_until_the_runtime_closes() {
        let stop = Stop::default();
        stop.sent(Answer::Precious).unwrap();
        stop.stop();
        assert!(!stop.is_stopped());
        stop.close();
        assert!(stop.is_stopped());
        stop.answered();
        assert!(!stop.is_stopped());
    }

    #[test]
    fn what_spent_nothing_is_stopped_afterwards() {
        let stop = Stop::default();
        stop.sent(Answer::PreciousInTime).unwrap();
        stop.stop();
        stop.unsent();
        assert_eq!(stop.check().unwrap_err().status(), Status::Cancelled);
        assert!(stop.sent(Answer::Precious).is_err());
    }

    #[test]
    fn anything_else_on_the_wire_is_cut_off() {
        let stop = Stop::default();
        stop.sent(Answer::Cheap).unwrap();
        stop.stop();
        assert!(stop.is_stopped());
    }

    #[test]
    fn a_waker_is_woken_once_and_only_while_it_is_registered() {
        struct Count(std::sync::atomic::AtomicUsize);
        impl std::task::Wake for Count {
            fn wake(self: std::sync::Arc<Self>) {
                self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
        let count = std::sync::Arc::new(Count(Default::default()));
        let woken = || count.0.load(std::sync::atomic::Ordering::Relaxed);
        let waker = Waker::from(count.clone());
        let stop = Stop::default();
        drop(stop.wake_when_stopped(&waker));
        let registered = stop.wake_when_stopped(&waker);
        stop.stop();
        assert_eq!(woken(), 1);
        drop(registered);
        let _late = stop.wake_when_stopped(&waker);
        assert_eq!(woken(), 2);
    }
}
