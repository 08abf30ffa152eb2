//! A value that another thread hands over once.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

/// Both halves: who keeps the promise, and who waits for that.
pub(crate) fn promise<T>() -> (Promise<T>, Promised<T>) {
    let slot = Arc::new(Mutex::new(Slot {
        state: State::Open,
        waker: None,
    }));
    (Promise(slot.clone()), Promised(slot))
}

type Shared<T> = Arc<Mutex<Slot<T>>>;

struct Slot<T> {
    state: State<T>,
    waker: Option<Waker>,
}

enum State<T> {
    Open,
    Kept(T),
    Broken,
}

fn is_open<T>(slot: &Shared<T>) -> bool {
    let slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    matches!(slot.state, State::Open)
}

/// To be kept once; dropping it breaks it.
pub(crate) struct Promise<T>(Shared<T>);

impl<T> Promise<T> {
    pub(crate) fn keep(self, value: T) {
        self.end(State::Kept(value));
    }

    /// Whether somebody still waits for it.
    pub(crate) fn is_wanted(&self) -> bool {
        is_open(&self.0)
    }

    fn end(&self, end: State<T>) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waker = match slot.state {
            State::Open => {
                slot.state = end;
                slot.waker.take()
            }
            State::Kept(_) | State::Broken => None,
        };
        drop(slot);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.end(State::Broken);
    }
}

/// Waits for the value.
pub(crate) struct Promised<T>(Shared<T>);

/// Sees whether a promise is still open.
pub(crate) struct Watch<T>(Shared<T>);

impl<T> Watch<T> {
    /// Neither kept nor broken, and somebody waits for it.
    pub(crate) fn is_open(&self) -> bool {
        is_open(&self.0)
    }
}

impl<T> Promised<T> {
    pub(crate) fn watch(&self) -> Watch<T> {
        Watch(self.0.clone())
    }

    /// The value; none where the promise was broken.
    pub(crate) async fn value(&mut self) -> Option<T> {
        poll_fn(|context| {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match std::mem::replace(&mut slot.state, State::Broken) {
                State::Kept(value) => Poll::Ready(Some(value)),
                State::Broken => Poll::Ready(None),
                State::Open => {
                    slot.state = State::Open;
                    slot.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

impl<T> Drop for Promised<T> {
    fn drop(&mut self) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let unread = std::mem::replace(&mut slot.state, State::Broken);
        slot.waker = None;
        drop(slot);
        drop(unread);
    }
}
