//! One piece of work in the background, as the host sees it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::in_time;
use crate::error::{Error, Result, Status};
use crate::login::{LoginAttempt, LoginSlot};
use crate::refreshing::RefreshingToken;
use crate::stop::{Stop, cancelled};
use crate::token::Token;
use crate::work::{Alarm, Context, Desk, Wakers, block_on_until, helping, wait_for};

use super::Pump;
use super::background::Background;

/// Hears that an operation is done, by the pump.
pub type Completion = Box<dyn FnOnce(&Operation) + Send>;

/// What an operation gives.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A token.
    Token(Token),
    /// A token that refreshes itself.
    RefreshingToken(RefreshingToken),
}

/// Boxed, so that what surrounds it is compiled once.
type Work = Pin<Box<dyn Future<Output = Result<Outcome>> + Send>>;

/// A piece of work under way in a [`Runtime`](super::Runtime). Clones are the same operation; it goes on when all are
/// dropped.
#[derive(Clone)]
pub struct Operation {
    shared: Arc<Shared>,
}

struct Shared {
    stop: Arc<Stop>,
    /// Of a login, once there is something to show.
    login: Option<LoginSlot>,
    pump: Arc<Pump>,
    state: Mutex<State>,
}

struct State {
    result: Option<Result<Outcome>>,
    completion: Option<Completion>,
    waiting: Wakers,
    /// Of the work that this waits for at the moment.
    desk: Arc<Desk>,
}

impl Operation {
    /// Begins work. `completion` runs exactly once, by the pump of the runtime; not at all where this fails.
    pub(crate) fn start<F>(
        background: &Arc<Background>,
        completion: Option<Completion>,
        work: impl FnOnce(Context, Operation) -> F,
    ) -> Result<Operation>
    where
        F: Future<Output = Result<Outcome>> + Send + 'static,
    {
        Operation::start_as(None, Arc::default(), background, completion, work)
    }

    /// [`start`](Operation::start) for a login, which `stop` ends.
    pub(crate) fn start_login<F>(
        login: LoginSlot,
        stop: Arc<Stop>,
        background: &Arc<Background>,
        completion: Option<Completion>,
        work: impl FnOnce(Context) -> F,
    ) -> Result<Operation>
    where
        F: Future<Output = Result<Outcome>> + Send + 'static,
    {
        let work = |context, _| work(context);
        Operation::start_as(Some(login), stop, background, completion, work)
    }

    fn start_as<F>(
        login: Option<LoginSlot>,
        stop: Arc<Stop>,
        background: &Arc<Background>,
        completion: Option<Completion>,
        work: impl FnOnce(Context, Operation) -> F,
    ) -> Result<Operation>
    where
        F: Future<Output = Result<Outcome>> + Send + 'static,
    {
        let (operation, context) = Operation::prepare(login, stop, background, completion);
        let work = Box::pin(work(context, operation.clone()));
        operation.begin(background, work)
    }

    fn prepare(
        login: Option<LoginSlot>,
        stop: Arc<Stop>,
        background: &Arc<Background>,
        completion: Option<Completion>,
    ) -> (Operation, Context) {
        let desk = Arc::new(Desk::default());
        let operation = Operation {
            shared: Arc::new(Shared {
                stop: stop.clone(),
                login,
                pump: background.pump().clone(),
                state: Mutex::new(State {
                    result: None,
                    completion,
                    waiting: Wakers::default(),
                    desk: desk.clone(),
                }),
            }),
        };
        (operation, Context::background(background, stop, desk))
    }

    fn begin(self, background: &Arc<Background>, work: Work) -> Result<Operation> {
        let begun = self.clone();
        let begins = background.spawn(&self.shared.stop, async move {
            let under_way = UnderWay(begun);
            let result = work.await;
            under_way.0.finish(result);
        });
        match begins {
            Ok(()) => Ok(self),
            Err(error) => {
                // There is nothing to complete. Dropped without the lock, since it holds the host's things.
                let completion = self.lock().completion.take();
                drop(completion);
                Err(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The first result counts.
    fn finish(&self, result: Result<Outcome>) {
        let mut state = self.lock();
        if state.result.is_some() {
            return;
        }
        state.result = Some(result);
        // Under the lock: the work comes by here before it ends, and until it has, the pump is not closed.
        let left = state.completion.take().map(|completion| {
            let operation = self.clone();
            self.shared.pump.push(move || completion(&operation))
        });
        let waiting = state.waiting.take();
        drop(state);
        debug_assert!(!matches!(left, Some(Err(_))), "closed too soon");
        waiting.wake();
    }

    /// Whether the result is there. The completion may still wait for the pump.
    pub fn is_done(&self) -> bool {
        self.lock().result.is_some()
    }

    /// Blocks until the result is there, running host code of this work meanwhile, but for what is bound to a pump.
    /// No time at all is a look alone.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<()> {
        let not_done = || Error::new(Status::Timeout, "the operation was not done in this time");
        if timeout.is_some_and(|timeout| timeout.is_zero()) {
            return self.is_done().then_some(()).ok_or_else(not_done);
        }
        // A callback may free the host's handle.
        let this = self.clone();
        let alarm = Alarm::default();
        let desk = || this.lock().desk.clone();
        block_on_until(&alarm, in_time(timeout), helping(desk, this.finished()))
            .unwrap_or_else(|| Err(not_done()))
    }

    async fn finished(&self) {
        let look = |state: &State| state.result.is_some().then_some(());
        wait_for(&self.shared.state, |state| &mut state.waiting, look).await;
    }

    /// Ends it now as [`Status::Cancelled`], unless it is done. One that spends a refresh token goes on once that may
    /// have reached the service, since its answer has the next one. A login that waits for its user ends by itself, within
    /// milliseconds: once it is done, its port is free.
    pub fn cancel(&self) {
        self.shared.stop.stop();
        let ends_by_itself = self
            .shared
            .login
            .as_ref()
            .is_some_and(|login| login.get().as_ref().is_none_or(LoginAttempt::is_waiting));
        if self.shared.stop.is_stopped() && !ends_by_itself {
            self.finish(Err(cancelled()));
        }
    }

    /// The login that this carries out; [`Status::Unsupported`] where it is none, [`Status::Busy`] while its store is looked
    /// at.
    pub fn login(&self) -> Result<LoginAttempt> {
        let not_a_login = || Error::new(Status::Unsupported, "the operation is no login");
        let login = self.shared.login.as_ref().ok_or_else(not_a_login)?;
        login.get().ok_or_else(|| match self.is_done() {
            true => Error::new(Status::AlreadyUsed, "the login ended before it was shown"),
            false => Error::new(Status::Busy, "the login is not to be shown yet"),
        })
    }

    /// What it gave; [`Status::Busy`] until it is done.
    pub fn result(&self) -> Result<Outcome> {
        self.lock()
            .result
            .clone()
            .unwrap_or_else(|| Err(Error::new(Status::Busy, "the operation is not done yet")))
    }

    /// Names the desk of the work that this waits for from now on.
    pub(crate) fn wait_at(&self, desk: &Arc<Desk>) {
        let mut state = self.lock();
        state.desk = desk.clone();
        let waiting = state.waiting.take();
        drop(state);
        waiting.wake();
    }
}

/// Work that ends without a result has panicked.
struct UnderWay(Operation);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.finish(Err(Error::new(
            Status::Internal,
            "clef panicked in the background: this is a bug, please report it",
        )));
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("is_done", &self.is_done())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::runtime::Runtime;

    use super::*;

    #[test]
    fn who_waits_again_and_again_leaves_nothing_behind() {
        let runtime = Runtime::new();
        let work = |context: Context, _| async move {
            context.stop().stopped().await;
            Err(cancelled())
        };
        let operation = Operation::start(runtime.background(), None, work).unwrap();
        let desk = operation.lock().desk.clone();
        for _ in 0..100 {
            let error = operation.wait(Some(Duration::from_micros(1))).unwrap_err();
            assert_eq!(error.status(), Status::Timeout);
        }
        assert_eq!(operation.lock().waiting.count(), 0);
        assert_eq!(desk.waiting(), 0);
        operation.cancel();
        operation.wait(None).unwrap();
    }
}
