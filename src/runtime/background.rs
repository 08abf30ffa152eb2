//! What a runtime is made of: the work under way, the threads that do it, and the pump.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

use crate::error::{Error, Result, Status};
use crate::stop::Stop;
use crate::work::{Desk, Promise, promise};

use super::carriers::{Carriers, Job};
use super::driver::{Driver, Timer, Work};
use super::pump::{Pump, Remainder};

/// Does work for a runtime until it is closed. Shared by everything that is under way.
#[derive(Default)]
pub(crate) struct Background {
    pump: Arc<Pump>,
    driver: Arc<Driver>,
    carriers: Arc<Carriers>,
    works: Mutex<Works>,
    /// A close ran out of time.
    out_of_time: AtomicBool,
    /// What is still on the wire is cut off.
    given_up: AtomicBool,
    ending: Mutex<()>,
}

#[derive(Default)]
struct Works {
    closing: bool,
    stops: Vec<Arc<Stop>>,
}

impl Background {
    fn works(&self) -> MutexGuard<'_, Works> {
        self.works.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn pump(&self) -> &Arc<Pump> {
        &self.pump
    }

    /// No work is begun any more.
    pub(crate) fn is_closing(&self) -> bool {
        self.works().closing
    }

    /// Begins work, which `stop` ends. [`Status::Cancelled`] where the runtime is closed.
    pub(crate) fn spawn(
        self: &Arc<Background>,
        stop: &Arc<Stop>,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        self.spawn_boxed(stop, Box::pin(work))
    }

    pub(super) fn spawn_boxed(self: &Arc<Background>, stop: &Arc<Stop>, work: Work) -> Result<()> {
        let mut works = self.works();
        if works.closing {
            return Err(Error::new(Status::Cancelled, "the runtime is closed"));
        }
        works.stops.push(stop.clone());
        drop(works);
        let under_way = UnderWay {
            background: self.clone(),
            stop: stop.clone(),
        };
        let work = async move {
            let _under_way = under_way;
            work.await;
        };
        self.driver.spawn(&self.pump, Box::pin(work))
    }

    /// Does what blocks on one of the carriers.
    pub(crate) async fn block<R: Send + 'static>(
        self: &Arc<Background>,
        job: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R> {
        let (job, result) = with_result(job);
        let (promise, mut promised) = promise();
        self.carriers.carry(&self.pump, keeping(promise, job))?;
        result.of(promised.value().await, "a request panicked")
    }

    /// Does what blocks on a thread of its own.
    pub(crate) async fn block_for_long<R: Send + 'static>(
        self: &Arc<Background>,
        job: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R> {
        let (job, result) = with_result(job);
        let (promise, mut promised) = promise();
        self.carriers
            .carry_alone(&self.pump, keeping(promise, job))?;
        result.of(promised.value().await, "a long piece of work panicked")
    }

    pub(crate) fn wake_at(&self, at: Instant, waker: &Waker) -> Timer {
        self.driver.wake_at(at, waker)
    }

    /// Leaves host code on the desk of a piece of work, for the pump or for whoever waits for that work.
    pub(crate) fn leave(
        self: &Arc<Background>,
        desk: &Arc<Desk>,
        call: impl FnOnce() + Send + 'static,
    ) {
        let background = self.clone();
        let lay_here = desk.clone();
        desk.leave(Box::new(move || {
            let _inside = background.enter();
            background.pump.forget(&lay_here);
            call();
        }));
        self.pump.push_desk(desk);
        if desk.is_empty() {
            // A thread that waits was quicker still.
            self.pump.forget(desk);
        }
    }

    /// To be held while host code runs for this runtime.
    fn enter(self: &Arc<Background>) -> Inside {
        self.pump.enter();
        Inside(self.clone())
    }

    pub(crate) fn run_callbacks(self: &Arc<Background>) -> usize {
        if !self.pump.look() {
            return 0;
        }
        let _inside = self.enter();
        self.pump.run()
    }

    /// Closes for the last time: after a close that ran out of time, nothing is waited for any more.
    pub(super) fn end(self: &Arc<Background>) {
        let out_of_time = self.out_of_time.load(Ordering::Relaxed);
        self.given_up.store(out_of_time, Ordering::Relaxed);
        // There is no deadline that it could miss.
        let _ = self.close(None);
    }

    /// Ends all work and waits for that, running host code on this thread meanwhile.
    pub(crate) fn close(self: &Arc<Background>, deadline: Option<Instant>) -> Result<()> {
        if self.pump.put_off_closing() {
            return Ok(());
        }
        let stops = {
            let mut works = self.works();
            works.closing = true;
            works.stops.clone()
        };
        let given_up = self.given_up.load(Ordering::Relaxed);
        for stop in stops {
            stop.close();
            if given_up {
                stop.force();
            }
        }
        self.run_callbacks_until(deadline, || self.works().stops.is_empty())?;
        let ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        self.driver.end();
        self.carriers.end();
        self.pump.close();
        drop(ending);
        // What the threads dropped as they ended; another thread that pumps may have come to it first.
        self.run_callbacks_until(deadline, || true)
    }

    /// Runs host code until no work is left, and no other thread runs any.
    fn run_callbacks_until(
        self: &Arc<Background>,
        deadline: Option<Instant>,
        no_work_is_left: impl Fn() -> bool,
    ) -> Result<()> {
        loop {
            match self.pump.wait_for_end(deadline, &no_work_is_left) {
                Remainder::Calls => self.run_callbacks(),
                Remainder::Nothing => return Ok(()),
                Remainder::TimeIsUp => {
                    self.out_of_time.store(true, Ordering::Relaxed);
                    return Err(Error::new(
                        Status::Timeout,
                        "a refresh is still on the wire, or a callback still runs on another thread",
                    ));
                }
            };
        }
    }
}

/// A job that leaves its result where it can be fetched when it is done: so what waits for jobs is compiled once.
fn with_result<R: Send + 'static>(job: impl FnOnce() -> R + Send + 'static) -> (Job, JobResult<R>) {
    let slot = Arc::new(Mutex::new(None));
    let result = JobResult(slot.clone());
    let job = move || {
        let result = job();
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    };
    (Box::new(job), result)
}

/// Keeps the promise when the job is done; a panic breaks it.
fn keeping(promise: Promise<()>, job: Job) -> Job {
    Box::new(move || {
        job();
        promise.keep(());
    })
}

/// What a job gave.
struct JobResult<R>(Arc<Mutex<Option<R>>>);

impl<R> JobResult<R> {
    fn of(self, done: Option<()>, panicked: &str) -> Result<R> {
        let mut result = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        done.and_then(|()| result.take())
            .ok_or_else(|| Error::new(Status::Internal, panicked))
    }
}

/// A piece of work that has not ended.
struct UnderWay {
    background: Arc<Background>,
    stop: Arc<Stop>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut works = self.background.works();
        let ended = works
            .stops
            .iter()
            .position(|stop| Arc::ptr_eq(stop, &self.stop));
        if let Some(at) = ended {
            works.stops.swap_remove(at);
        }
        drop(works);
        self.background.pump.nudge();
    }
}

/// This thread runs host code for the runtime.
struct Inside(Arc<Background>);

impl Drop for Inside {
    fn drop(&mut self) {
        if self.0.pump.leave() {
            // There is no deadline that it could miss.
            let _ = self.0.close(None);
        }
    }
}
