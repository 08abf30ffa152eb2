//! Who is to be woken when something changes.

use std::task::Waker;

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
