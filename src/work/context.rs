//! Where a piece of work is done, and how it ends early.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::error::{Error, Result, Status};
use crate::runtime::Background;
use crate::stop::{Stop, cancelled};

use super::{Alarm, Desk, Either, promise, race};

/// Where a piece of work is done: on the thread that asks for it, or in the background of a runtime.
///
/// A [`Sender`](crate::Sender) does through this whatever takes its time, and is then right in both places.
#[derive(Clone)]
pub struct Context {
    place: Place,
    stop: Arc<Stop>,
    desk: Arc<Desk>,
    forwards: Arc<AtomicUsize>,
}

/// How often a request is forwarded at most. Senders that forward to each other would never come to an end.
const MAX_FORWARDS: usize = 8;

#[derive(Clone)]
pub(crate) enum Place {
    ThisThread(Arc<Alarm>),
    Background(Arc<Background>),
}

impl Context {
    /// Work that is done on this thread, which blocks on the same alarm. Nobody can stop it.
    pub(crate) fn this_thread(alarm: &Arc<Alarm>, desk: Arc<Desk>) -> Context {
        Context::this_thread_until(alarm, Arc::default(), desk)
    }

    /// [`this_thread`](Context::this_thread) for work that another thread may stop.
    pub(crate) fn this_thread_until(
        alarm: &Arc<Alarm>,
        stop: Arc<Stop>,
        desk: Arc<Desk>,
    ) -> Context {
        Context {
            place: Place::ThisThread(alarm.clone()),
            stop,
            desk,
            forwards: Arc::default(),
        }
    }

    pub(crate) fn background(
        background: &Arc<Background>,
        stop: Arc<Stop>,
        desk: Arc<Desk>,
    ) -> Context {
        Context {
            place: Place::Background(background.clone()),
            stop,
            desk,
            forwards: Arc::default(),
        }
    }

    /// To be held while another sender carries on.
    pub(crate) fn forward(&self) -> Result<Forwarded<'_>> {
        let forwarded = Forwarded(&self.forwards);
        match self.forwards.fetch_add(1, Ordering::Relaxed) < MAX_FORWARDS {
            true => Ok(forwarded),
            false => Err(Error::new(
                Status::Internal,
                "the request is forwarded in a circle",
            )),
        }
    }

    pub(crate) fn is_background(&self) -> bool {
        matches!(self.place, Place::Background(_))
    }

    pub(crate) fn stop(&self) -> &Arc<Stop> {
        &self.stop
    }

    pub(crate) fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    /// Runs host code where the host expects it: on this thread, or by the pump of the runtime, or by a thread that
    /// waits for this work. [`Status::Cancelled`] where the work was stopped before that. Who drops the future takes
    /// the call back, unless it is being run.
    pub async fn host<R: Send + 'static>(
        &self,
        call: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R> {
        let background = match &self.place {
            Place::ThisThread(_) => return Ok(self.desk.run(call)),
            Place::Background(background) => background,
        };
        self.stop.check()?;
        let (promise, mut promised) = promise();
        background.leave(&self.desk, move || promise.keep(call()));
        let left = Left {
            background,
            desk: &self.desk,
        };
        let result = match race(promised.value(), self.stop.stopped()).await {
            Either::First(result) => result,
            Either::Second(()) if left.take_back() => return Err(cancelled()),
            Either::Second(()) => promised.value().await,
        };
        result.ok_or_else(|| Error::new(Status::Internal, "a callback panicked"))
    }

    /// Runs host code where [`host`](Context::host) would, and waits for nothing, also where the work was stopped.
    pub(crate) fn leave_to_host(&self, call: impl FnOnce() + Send + 'static) {
        match &self.place {
            Place::ThisThread(_) => self.desk.run(call),
            // The pump runs until no work is left.
            Place::Background(background) => drop(background.pump().push(call)),
        }
    }

    /// Does what blocks: here, or on one of the runtime's threads. It has to look at [`Context::is_stopped`] itself.
    pub async fn block<R: Send + 'static>(
        &self,
        job: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R> {
        match &self.place {
            Place::ThisThread(_) => Ok(job()),
            Place::Background(background) => background.block(job).await,
        }
    }

    /// [`block`](Context::block) for what takes as long as a user does: a carrier is not to be kept from requests so long.
    pub(crate) async fn block_for_long<R: Send + 'static>(
        &self,
        job: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R> {
        match &self.place {
            Place::ThisThread(_) => Ok(job()),
            Place::Background(background) => background.block_for_long(job).await,
        }
    }

    /// Lets time pass; false where the work was stopped meanwhile.
    pub async fn sleep(&self, clock: &dyn Clock, duration: Duration) -> bool {
        match &self.place {
            Place::ThisThread(_) => {
                clock.sleep(duration);
                true
            }
            Place::Background(_) => {
                let deadline = Instant::now().checked_add(duration);
                matches!(
                    race(self.stop.stopped(), self.reach(deadline)).await,
                    Either::Second(())
                )
            }
        }
    }

    /// Whether the work is not wanted any more.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    /// Is ready at this time; never where there is none.
    pub(crate) async fn reach(&self, deadline: Option<Instant>) {
        let Some(deadline) = deadline else {
            return std::future::pending().await;
        };
        let mut timer = None;
        poll_fn(|context| {
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            match &self.place {
                Place::ThisThread(alarm) => alarm.set(deadline),
                Place::Background(background) => {
                    timer = None;
                    timer = Some(background.wake_at(deadline, context.waker()));
                }
            }
            Poll::Pending
        })
        .await;
    }
}

/// A call that was left for the host; taken back where nobody waits for it any more.
struct Left<'a> {
    background: &'a Background,
    desk: &'a Arc<Desk>,
}

impl Left<'_> {
    /// False where somebody runs it, or has.
    fn take_back(&self) -> bool {
        let was_there = self.desk.withdraw();
        if was_there {
            self.background.pump().forget(self.desk);
        }
        was_there
    }
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        self.take_back();
    }
}

/// A request that one sender has forwarded to another.
pub(crate) struct Forwarded<'a>(&'a AtomicUsize);

impl Drop for Forwarded<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("is_background", &self.is_background())
            .field("is_stopped", &self.is_stopped())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use crate::runtime::{Operation, Runtime};

    use super::*;

    #[test]
    fn a_call_that_nobody_waits_for_any_more_is_taken_back() {
        let runtime = Runtime::new();
        let work = |context: Context, _| async move {
            let left = context.host(|| panic!("nobody waits for it"));
            match race(left, ready(())).await {
                Either::First(outcome) => outcome,
                Either::Second(()) => Err(cancelled()),
            }
        };
        let operation = Operation::start(runtime.background(), None, work).unwrap();
        // Who waits for it would run what it has left.
        while !operation.is_done() {
            std::thread::yield_now();
        }
        assert_eq!(operation.result().unwrap_err().status(), Status::Cancelled);
        assert_eq!(runtime.run_callbacks(), 0);
    }
}
