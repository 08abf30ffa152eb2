//! Who is to be woken when something changes.

use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

/// The wakers of all who wait. They are woken after the lock that guards this is let go.
#[derive(Debug, Default)]
pub(crate) struct Wakers(Vec<Waker>);

impl Wakers {
    /// Once for each task or thread, however often it looks.
    pub(crate) fn add(&mut self, waker: &Waker) {
        if !self.0.iter().any(|known| known.will_wake(waker)) {
            self.0.push(waker.clone());
        }
    }

    /// Forgets who waits no longer. To be dropped after the lock is let go.
    #[must_use = "the waker is to be dropped without the lock"]
    pub(crate) fn remove(&mut self, waker: &Waker) -> Option<Waker> {
        let at = self.0.iter().position(|known| known.will_wake(waker))?;
        Some(self.0.swap_remove(at))
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    #[must_use = "the wakers are to be woken"]
    pub(crate) fn take(&mut self) -> Wakers {
        std::mem::take(self)
    }

    pub(crate) fn wake(self) {
        self.0.into_iter().for_each(Waker::wake);
    }
}

/// Waits until `look` finds something in what `state` guards. Who changes that wakes the `wakers` in it.
pub(crate) async fn wait_for<S, T>(
    state: &Mutex<S>,
    wakers: fn(&mut S) -> &mut Wakers,
    look: impl Fn(&S) -> Option<T>,
) -> T {
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let mut waiting = Waiting::new(|waker| {
        let forgotten = wakers(&mut lock()).remove(waker);
        drop(forgotten);
    });
    poll_fn(|context| {
        waiting.by(context.waker());
        let mut state = lock();
        if let Some(found) = look(&state) {
            return Poll::Ready(found);
        }
        wakers(&mut state).add(context.waker());
        Poll::Pending
    })
    .await
}

/// Somebody who waits, until this is dropped: who gives up is forgotten, else a host that asks again and again would
/// leave a waker behind each time.
pub(crate) struct Waiting<F: Fn(&Waker)> {
    waker: Option<Waker>,
    forget: F,
}

impl<F: Fn(&Waker)> Waiting<F> {
    pub(crate) fn new(forget: F) -> Waiting<F> {
        Waiting {
            waker: None,
            forget,
        }
    }

    /// Remembers who it is. A future is mostly polled with the same waker.
    pub(crate) fn by(&mut self, waker: &Waker) {
        if !self
            .waker
            .as_ref()
            .is_some_and(|known| known.will_wake(waker))
        {
            self.forget();
            self.waker = Some(waker.clone());
        }
    }

    fn forget(&mut self) {
        if let Some(waker) = self.waker.take() {
            (self.forget)(&waker);
        }
    }
}

impl<F: Fn(&Waker)> Drop for Waiting<F> {
    fn drop(&mut self) {
        self.forget();
    }
}
