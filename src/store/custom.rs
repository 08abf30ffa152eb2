//! A store of the host's own: it is handed each thing to do as a task, which it ends now or later.

use std::time::Duration;

use crate::error::{Error, Result, Status};
use crate::runtime::Runtime;
use crate::secret::Secret;
use crate::text::Text;
use crate::work::{Context, Handler, Silence, Unanswered};

use super::task::{Answer, Question, StoreTask, StoreTaskKind};
use super::{Backend, Doing, Key, Lease, Stored, TokenStore};

/// How long a task may take: less than a lease holds.
const TIMEOUT: Duration = Duration::from_secs(30);

struct CustomStore {
    handler: Handler<Question, Result<Answer>>,
}

impl TokenStore {
    /// A store that hands each [`StoreTask`] to a function: on the thread that makes the call, or for work in the
    /// background by the pump of its runtime. It may end the task at once, or keep it and end it later from any thread.
    /// What is unanswered 30 seconds after that is [`Status::Timeout`].
    pub fn custom(run: impl Fn(StoreTask) + Send + Sync + 'static) -> TokenStore {
        TokenStore::new(CustomStore::new(run))
    }

    /// The same for a function that is called by the pump of `runtime` alone, whoever makes the call. The time until the
    /// pump comes to it counts too.
    pub fn custom_bound_to(
        runtime: &Runtime,
        run: impl Fn(StoreTask) + Send + Sync + 'static,
    ) -> TokenStore {
        let CustomStore { handler } = CustomStore::new(run);
        TokenStore::new(CustomStore {
            handler: handler.bound_to(runtime),
        })
    }
}

impl CustomStore {
    fn new(run: impl Fn(StoreTask) + Send + Sync + 'static) -> CustomStore {
        let run = move |errand| run(StoreTask::new(errand));
        CustomStore {
            handler: Handler::new(run, Some(TIMEOUT)),
        }
    }

    async fn ask(&self, question: Question, context: &Context) -> Result<Answer> {
        let answer = self.handler.ask(question, None, context).await;
        answer.map_err(failure)?
    }
}

fn failure(unanswered: Unanswered) -> Error {
    let (status, why) = match unanswered.why {
        Silence::Error(error) => return error,
        Silence::Dropped => (
            Status::Store,
            "the custom store dropped the task without an answer",
        ),
        Silence::Late if unanswered.host_has_it => (
            Status::Timeout,
            "the custom store did not answer in 30 seconds",
        ),
        Silence::Late => (
            Status::Timeout,
            "nobody took the store's task in 30 seconds: is the runtime pumped?",
        ),
    };
    Error::new(status, why)
}

impl Backend for CustomStore {
    fn lock<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Lease> {
        Box::pin(async move {
            let question = Question::new(StoreTaskKind::Lock, key);
            Ok(self.ask(question, context).await?.lease)
        })
    }

    fn unlock<'a>(&'a self, key: &'a Key, lease: Lease, context: &'a Context) -> Doing<'a, ()> {
        Box::pin(async move {
            if lease.asked_at.is_none() {
                // This store has no locks.
                return Ok(());
            }
            let question = || Question::new(StoreTaskKind::Unlock, key).fenced(lease.fence);
            match self.handler.ask(question(), None, context).await {
                Ok(answer) => answer.map(drop),
                Err(unanswered) if unanswered.host_has_it => Err(failure(unanswered)),
                Err(_) => {
                    // The work was stopped, say; others wait for the lock all the same.
                    self.handler.leave(question(), context);
                    Ok(())
                }
            }
        })
    }

    fn load<'a>(
        &'a self,
        key: &'a Key,
        _lease: Option<&'a Lease>,
        context: &'a Context,
    ) -> Doing<'a, Option<Stored>> {
        Box::pin(async move {
            let question = Question::new(StoreTaskKind::Load, key);
            Ok(self.ask(question, context).await?.stored)
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a Key,
        text: &'a Secret,
        over: Option<&'a Text>,
        lease: &'a Lease,
        context: &'a Context,
    ) -> Doing<'a, Option<Text>> {
        Box::pin(async move {
            let question = Question::new(StoreTaskKind::Save, key)
                .fenced(lease.fence)
                .with_value(text, over);
            Ok(self.ask(question, context).await?.version)
        })
    }

    fn remove<'a>(&'a self, key: &'a Key, lease: &'a Lease, context: &'a Context) -> Doing<'a, ()> {
        Box::pin(async move {
            let question = Question::new(StoreTaskKind::Remove, key).fenced(lease.fence);
            self.ask(question, context).await.map(drop)
        })
    }

    fn accounts<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Vec<Text>> {
        Box::pin(async move {
            let question = Question::new(StoreTaskKind::List, key);
            Ok(self.ask(question, context).await?.accounts)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use crate::credentials::Credentials;
    use crate::stop::{Answer as Loss, Stop};
    use crate::store::Record;
    use crate::test_helpers::{ManualClock, ScriptedSender, credentials};
    use crate::token::Token;

    use super::*;

    type Log = Arc<Mutex<Vec<StoreTaskKind>>>;

    fn some_credentials() -> Credentials {
        credentials(&ManualClock::new(), &ScriptedSender::new([]))
    }

    /// Notes each task, and does it.
    fn noting(log: &Log) -> impl Fn(StoreTask) + Send + Sync + 'static {
        let log = log.clone();
        move |task| {
            log.lock().unwrap().push(task.kind());
            task.done();
        }
    }

    /// Saves in the background of a runtime that closes meanwhile; `before` says what was sent before.
    fn save_while_closing(bound: bool, before: fn(&Stop)) -> Vec<StoreTaskKind> {
        let log = Log::default();
        let runtime = Runtime::new();
        let store = match bound {
            true => TokenStore::custom_bound_to(&runtime, noting(&log)),
            false => TokenStore::custom(noting(&log)),
        };
        let place = store.place(&some_credentials(), None).unwrap();
        let token = Token::from_json(r#"{"access_token":"BQ"}"#, false).unwrap();
        let record = Record::alive(&token);
        let stop = Arc::<Stop>::default();
        before(&stop);
        let background = runtime.background().clone();
        let context = Context::background(&background, stop.clone(), Arc::default());
        let is_closing = background.clone();
        background
            .spawn(&stop, async move {
                while !is_closing.is_closing() {
                    let soon = Instant::now() + Duration::from_millis(1);
                    context.reach(Some(soon)).await;
                }
                let _ = place.replace(&record, &context).await;
            })
            .unwrap();
        runtime.close(None).unwrap();
        let log = log.lock().unwrap();
        log.clone()
    }

    #[test]
    fn what_a_refresh_gave_is_saved_while_the_runtime_closes() {
        for bound in [false, true] {
            let tasks = save_while_closing(bound, |stop| {
                stop.sent(Loss::PreciousInTime).unwrap();
                stop.answered();
            });
            use StoreTaskKind::{Load, Lock, Save, Unlock};
            assert_eq!(tasks, [Lock, Load, Save, Unlock], "bound: {bound}");
        }
    }

    #[test]
    fn nothing_else_is_begun_while_the_runtime_closes() {
        for bound in [false, true] {
            assert_eq!(save_while_closing(bound, |_| {}), [], "bound: {bound}");
        }
    }

    /// Work that is stopped once it has the lock, before anything was sent.
    #[test]
    fn stopped_work_gives_its_lock_back() {
        for bound in [false, true] {
            let log = Log::default();
            let runtime = Runtime::new();
            let store = match bound {
                true => TokenStore::custom_bound_to(&runtime, noting(&log)),
                false => TokenStore::custom(noting(&log)),
            };
            let place = store.place(&some_credentials(), None).unwrap();
            let stop = Arc::<Stop>::default();
            let context = Context::background(runtime.background(), stop.clone(), Arc::default());
            let stopped = stop.clone();
            runtime
                .background()
                .spawn(&stop, async move {
                    let mut locked = place.try_lock(&context).await.unwrap().unwrap();
                    stopped.stop();
                    let error = locked.load().await.unwrap_err();
                    assert_eq!(error.status(), Status::Cancelled);
                    locked.unlock().await;
                })
                .unwrap();
            while log.lock().unwrap().len() < 2 {
                runtime.wait(Some(Duration::from_secs(20))).unwrap();
                runtime.run_callbacks();
            }
            use StoreTaskKind::{Lock, Unlock};
            assert_eq!(*log.lock().unwrap(), [Lock, Unlock], "bound: {bound}");
        }
    }

    #[test]
    fn a_lease_holds_for_as_long_as_the_task_asks() {
        let store = CustomStore::new(|mut task| {
            task.set_fence(3).unwrap();
            task.done();
        });
        let key = Key::new(&some_credentials(), None).unwrap();
        let alarm = Arc::default();
        let context = Context::this_thread(&alarm, Arc::default());
        let mut lease = crate::work::block_on(&alarm, store.lock(&key, &context)).unwrap();
        assert_eq!(lease.fence, 3);
        assert!(!lease.is_short());
        // Half of it is left: a request may take longer.
        let asked_at = lease.asked_at.as_mut().unwrap();
        asked_at.unix_ms -= 30_000;
        asked_at.monotonic_ms -= 30_000;
        assert!(lease.is_short());
    }

    #[test]
    fn a_task_shows_no_secret() {
        let store = TokenStore::custom(|task| {
            let shown = format!("{task:?}");
            assert!(!shown.contains("BQ-hidden"), "{shown}");
            task.done();
        });
        let token = Token::from_json(r#"{"access_token":"BQ-hidden"}"#, false).unwrap();
        store.save(&some_credentials(), None, &token).unwrap();
    }
}
