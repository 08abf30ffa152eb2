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
            if lease.ends_at.is_none() {
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
