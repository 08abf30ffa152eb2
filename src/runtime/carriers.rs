//! The threads that carry requests over the network, which blocks.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::Result;
use crate::panics::contained;

use super::own_thread;
use super::pump::Pump;

/// How many requests of a runtime are on the wire at a time. The service is one host: a program that opens more
/// connections to it at once is soon told to wait.
const MAX_CARRIERS: usize = 32;

/// How long a carrier waits for another request before its thread ends: a token is refreshed once an hour.
const IDLE: Duration = Duration::from_secs(10);

pub(super) type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
pub(super) struct Carriers {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// Those that have not ended, and how many of these wait for a job.
    running: usize,
    idle: usize,
    ended: bool,
    threads: Vec<JoinHandle<()>>,
}

impl State {
    /// To be joined by [`Carriers::end`].
    fn keep(&mut self, thread: JoinHandle<()>) {
        join_all(self.threads.extract_if(.., |thread| thread.is_finished()));
        self.threads.push(thread);
    }
}

/// Who waits for a job that panics sees that its promise is broken.
fn run_job(job: Job) {
    let _ = contained(|| {
        job();
        Ok(())
    });
}

impl Carriers {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the job done as soon as a carrier is free.
    pub(super) fn carry(self: &Arc<Carriers>, pump: &Arc<Pump>, job: Job) -> Result<()> {
        let mut state = self.lock();
        if state.idle <= state.jobs.len() && state.running < MAX_CARRIERS {
            let carriers = self.clone();
            match own_thread::start("clef-carrier", pump, move || carriers.run()) {
                Ok(thread) => {
                    state.keep(thread);
                    state.running += 1;
                }
                // The others will come to it.
                Err(_) if state.running > 0 => {}
                Err(error) => return Err(error),
            }
        }
        state.jobs.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Has the job done at once, by a thread that ends with it and that does not count among the carriers.
    pub(super) fn carry_alone(&self, pump: &Arc<Pump>, job: Job) -> Result<()> {
        let mut state = self.lock();
        let thread = own_thread::start("clef-waiter", pump, move || run_job(job))?;
        state.keep(thread);
        Ok(())
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                drop(state);
                run_job(job);
                state = self.lock();
            } else if state.ended {
                break;
            } else {
                state.idle += 1;
                let (waited, time) = self
                    .changed
                    .wait_timeout(state, IDLE)
                    .unwrap_or_else(PoisonError::into_inner);
                state = waited;
                state.idle -= 1;
                if time.timed_out() && state.jobs.is_empty() {
                    break;
                }
            }
        }
        state.running -= 1;
    }

    /// Waits until all threads have ended. To be called when no work is left.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        self.changed.notify_all();
        join_all(threads);
    }
}

/// Also where they have finished: until it is joined, a thread may still be in its last steps, in code of the library.
fn join_all(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    for thread in threads {
        // It contains its panics.
        let _ = thread.join();
    }
}
