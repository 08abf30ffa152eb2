//! Does a piece of work on the calling thread.

use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use super::Alarm;

/// Blocks until the future is ready.
pub(crate) fn block_on<F: Future>(alarm: &Alarm, future: F) -> F::Output {
    match block_on_until(alarm, None, future) {
        Some(output) => output,
        None => unreachable!("there is no deadline"),
    }
}

/// Blocks until the future is ready, or until the deadline: then there is nothing.
pub(crate) fn block_on_until<F: Future>(
    alarm: &Alarm,
    deadline: Option<Instant>,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    let thread = Arc::new(Parked::default());
    let waker = Waker::from(thread.clone());
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return None;
        }
        thread.park(alarm.take().into_iter().chain(deadline).min());
    }
}

/// A thread of the host's that waits. `std::thread::park` would leave an allocation behind on it.
#[derive(Default)]
struct Parked {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Parked {
    fn park(&self, until: Option<Instant>) {
        let mut woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        while !*woken {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            woken = match left {
                None => self
                    .changed
                    .wait(woken)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => break,
                Some(left) => {
                    let waited = self.changed.wait_timeout(woken, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        *woken = false;
    }
}

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_one();
    }
}
