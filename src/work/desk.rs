//! Where a piece of work leaves what it needs the host's code for, and who runs that.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::error::{Error, Result, Status};
use crate::panics::contained;
use crate::this_thread::ThreadMark;

use super::{Waiting, Wakers};

/// A call of the host's code.
pub(crate) type HostCall = Box<dyn FnOnce() + Send>;

/// Who alone can make a piece of work go on: the thread that pumps a runtime, or the one that polls a sender.
pub(crate) trait Turn: Send + Sync {
    /// Whether that is this very thread, so that it must not wait.
    fn is_this_threads(&self) -> bool;
}

/// One for each piece of work. At most one call lies on it at a time, since a piece of work does one thing after the
/// other.
///
/// Whoever comes first runs the call: the pump, or a thread that waits for this work. So a thread never waits for a pump
/// that it is itself.
#[derive(Default)]
pub(crate) struct Desk {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    call: Option<HostCall>,
    /// Who runs host code for this work; a thread is here once for each level. There may be two threads: the next call
    /// lies here before the thread that ran the one before has quite returned.
    runners: Vec<ThreadMark>,
    turn: Option<Arc<dyn Turn>>,
    waiting: Wakers,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs host code on this thread, which does the work itself.
    pub(crate) fn run<R>(&self, call: impl FnOnce() -> R) -> R {
        let _running = Running::on_this_thread(self, &mut self.lock());
        call()
    }

    /// Leaves a call for whoever comes first.
    pub(crate) fn leave(&self, call: HostCall) {
        let mut state = self.lock();
        state.call = Some(call);
        let waiting = state.waiting.take();
        drop(state);
        waiting.wake();
    }

    /// Runs the call that lies here, if one does.
    pub(crate) fn run_left(&self) -> bool {
        let mut state = self.lock();
        let Some(call) = state.call.take() else {
            return false;
        };
        let _running = Running::on_this_thread(self, &mut state);
        drop(state);
        // Who waits here is not to blame for a panic; whose work it is sees a broken promise.
        let _ = contained(|| {
            call();
            Ok(())
        });
        true
    }

    /// Whether there is nothing to run.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().call.is_none()
    }

    /// Takes the call back; false where somebody runs it already.
    pub(crate) fn withdraw(&self) -> bool {
        let call = self.lock().call.take();
        call.is_some()
    }

    /// Says who alone can go on, until the guard is dropped.
    pub(crate) fn wait_for(self: &Arc<Desk>, turn: Arc<dyn Turn>) -> WaitsFor {
        let mut state = self.lock();
        state.turn = Some(turn);
        let waiting = state.waiting.take();
        drop(state);
        waiting.wake();
        WaitsFor(self.clone())
    }

    /// [`Status::WouldBlock`] on the thread that runs host code for this work just now.
    pub(crate) fn check_not_called_back(&self) -> Result<()> {
        match self.lock().runners.contains(&ThreadMark::of_this_thread()) {
            true => Err(would_block(
                "this thread is called back by what it wants to wait for",
            )),
            false => Ok(()),
        }
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.lock().waiting.count()
    }

    fn forget(&self, waker: &Waker) {
        let forgotten = self.lock().waiting.remove(waker);
        drop(forgotten);
    }

    /// What a thread that waits for this work can do for it: true where it has run a call. Waiting for oneself is
    /// [`Status::WouldBlock`].
    fn help(&self, waker: &Waker) -> Result<bool> {
        self.check_not_called_back()?;
        self.lock().waiting.add(waker);
        self.help_now()
    }

    /// The same for a thread that comes again by itself.
    pub(crate) fn help_now(&self) -> Result<bool> {
        self.check_not_called_back()?;
        // Asked without the lock, since the turn has a lock of its own.
        let turn = self.lock().turn.clone();
        if turn.is_some_and(|turn| turn.is_this_threads()) {
            return Err(would_block(
                "only this very thread could make it go on: pump the runtime or poll the sender",
            ));
        }
        Ok(self.run_left())
    }
}

pub(crate) fn would_block(why: &str) -> Error {
    Error::new(Status::WouldBlock, why)
}

/// Waits for `future` on a thread that blocks, and runs what lies on the desk meanwhile.
pub(crate) async fn helping<T>(
    desk: impl Fn() -> Arc<Desk>,
    future: impl Future<Output = T>,
) -> Result<T> {
    let mut future = pin!(future);
    let mut waits_at: Option<(Arc<Desk>, Waiting<_>)> = None;
    poll_fn(|context| {
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            let desk = desk();
            let (_, waiting) = match waits_at.take() {
                Some(known) if Arc::ptr_eq(&known.0, &desk) => waits_at.insert(known),
                _ => {
                    let left = desk.clone();
                    let forget = move |waker: &Waker| left.forget(waker);
                    waits_at.insert((desk.clone(), Waiting::new(forget)))
                }
            };
            waiting.by(context.waker());
            match desk.help(context.waker()) {
                Ok(true) => {}
                Ok(false) => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    })
    .await
}

/// Host code runs; within it, more may.
struct Running<'a>(&'a Desk);

impl<'a> Running<'a> {
    fn on_this_thread(desk: &'a Desk, state: &mut State) -> Running<'a> {
        state.runners.push(ThreadMark::of_this_thread());
        Running(desk)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let this = ThreadMark::of_this_thread();
        let runners = &mut self.0.lock().runners;
        if let Some(at) = runners.iter().rposition(|mark| *mark == this) {
            runners.swap_remove(at);
        }
    }
}

/// Keeps a [`Turn`] on a desk.
pub(crate) struct WaitsFor(Arc<Desk>);

impl Drop for WaitsFor {
    fn drop(&mut self) {
        self.0.lock().turn = None;
    }
}
