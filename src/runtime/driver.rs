//! The thread that carries the work of a runtime on, one step at a time. It never blocks on anything but new work.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::error::Result;
use crate::panics::contained;

use super::own_thread;
use super::pump::Pump;

/// A piece of work. Boxed where it comes in, so that all that carries it on is compiled once.
pub(super) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Default)]
pub(super) struct Driver {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Arc<Task>>,
    /// By time; the number tells those of the same time apart.
    timers: BTreeMap<(Instant, u64), Waker>,
    next_timer: u64,
    ended: bool,
    thread: Option<JoinHandle<()>>,
}

struct Task {
    work: Mutex<Option<Work>>,
    is_queued: AtomicBool,
    driver: Arc<Driver>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::AcqRel) {
            self.driver.clone().queue(self);
        }
    }
}

impl Task {
    fn step(self: Arc<Self>) {
        self.is_queued.store(false, Ordering::Release);
        let waker = Waker::from(self.clone());
        let mut context = Context::from_waker(&waker);
        let mut slot = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(work) = slot.as_mut() else { return };
        let step = contained(|| Ok(work.as_mut().poll(&mut context).is_ready()));
        // A panic ends the work; what it held says so to who waits for it, and may panic as well.
        if step.unwrap_or(true) {
            let ended = slot.take();
            let _ = contained(|| {
                drop(ended);
                Ok(())
            });
        }
    }
}

impl Driver {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to carry `work` on. The thread is started for the first.
    pub(super) fn spawn(self: &Arc<Driver>, pump: &Arc<Pump>, work: Work) -> Result<()> {
        let mut state = self.lock();
        if state.thread.is_none() {
            let driver = self.clone();
            let thread = own_thread::start("clef-driver", pump, move || driver.run())?;
            state.thread = Some(thread);
        }
        drop(state);
        self.queue(Arc::new(Task {
            work: Mutex::new(Some(work)),
            is_queued: AtomicBool::new(true),
            driver: self.clone(),
        }));
        Ok(())
    }

    fn queue(&self, task: Arc<Task>) {
        let mut state = self.lock();
        if state.ended {
            return;
        }
        state.ready.push_back(task);
        drop(state);
        self.changed.notify_one();
    }

    /// Wakes at this time, unless the timer is dropped before.
    pub(super) fn wake_at(self: &Arc<Driver>, at: Instant, waker: &Waker) -> Timer {
        let mut state = self.lock();
        let key = (at, state.next_timer);
        state.next_timer += 1;
        state.timers.insert(key, waker.clone());
        drop(state);
        self.changed.notify_one();
        Timer {
            driver: self.clone(),
            key,
        }
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let due = state
                .timers
                .first_entry()
                .filter(|timer| timer.key().0 <= now);
            if let Some(timer) = due {
                let waker = timer.remove();
                drop(state);
                waker.wake();
                state = self.lock();
            } else if let Some(task) = state.ready.pop_front() {
                drop(state);
                task.step();
                state = self.lock();
            } else if state.ended {
                return;
            } else if let Some((&(next, _), _)) = state.timers.first_key_value() {
                let waited = self.changed.wait_timeout(state, next - now);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            } else {
                let waited = self.changed.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Waits until the thread has ended. To be called when no work is left.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        let thread = state.thread.take();
        drop(state);
        self.changed.notify_one();
        if let Some(thread) = thread {
            // It contains its panics.
            let _ = thread.join();
        }
        let mut state = self.lock();
        let left = (
            std::mem::take(&mut state.ready),
            std::mem::take(&mut state.timers),
        );
        drop(state);
        drop(left);
    }
}

/// A time at which somebody is woken.
pub(crate) struct Timer {
    driver: Arc<Driver>,
    key: (Instant, u64),
}

impl Drop for Timer {
    fn drop(&mut self) {
        let waker = self.driver.lock().timers.remove(&self.key);
        drop(waker);
    }
}
