//! A function of the host's that does errands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::runtime::{Background, Runtime};
use crate::stop::{self, cancelled};

use super::errand::{Errand, Unanswered, parcel};
use super::{Context, Turn, would_block};

/// Hands each question to a function, and waits for the errand to end.
pub(crate) struct Handler<Q, A> {
    run: Arc<dyn Fn(Errand<Q, A>) + Send + Sync>,
    /// How long an errand may take; none for ever.
    timeout: Option<Duration>,
    /// Whose pump alone may call the function.
    bound_to: Option<Arc<Background>>,
}

impl<Q: Send + 'static, A: Send + 'static> Handler<Q, A> {
    /// `run` is called on the thread that asks, or for work in the background by the pump of its runtime.
    pub(crate) fn new(
        run: impl Fn(Errand<Q, A>) + Send + Sync + 'static,
        timeout: Option<Duration>,
    ) -> Handler<Q, A> {
        Handler {
            run: Arc::new(run),
            timeout,
            bound_to: None,
        }
    }

    /// The same for a function that is called by the pump of `runtime` alone, whoever asks. The time until the pump
    /// comes to it counts too.
    pub(crate) fn bound_to(self, runtime: &Runtime) -> Handler<Q, A> {
        Handler {
            bound_to: Some(runtime.background().clone()),
            ..self
        }
    }

    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn deadline(&self, from: Instant) -> Option<Instant> {
        self.timeout.and_then(|timeout| from.checked_add(timeout))
    }

    /// Asks the host, and waits for the answer. `loss` as for [`parcel`].
    pub(crate) async fn ask(
        &self,
        question: Q,
        loss: Option<stop::Answer>,
        context: &Context,
    ) -> Result<A, Unanswered> {
        let (parcel, receipt) = parcel(question, loss, context);
        let run = self.run.clone();
        let Some(background) = &self.bound_to else {
            let hand_over = move || {
                let now = Instant::now();
                if let Some(errand) = parcel.open() {
                    run(errand);
                }
                now
            };
            let handed_over_at = context.host(hand_over).await;
            let handed_over_at = handed_over_at.map_err(Unanswered::not_asked)?;
            return receipt.answer(self.deadline(handed_over_at)).await;
        };

        let pump = background.pump().clone();
        let is_too_late = {
            let (background, stop) = (background.clone(), context.stop().clone());
            // What was spent is still to be kept.
            move || background.is_closing() && !stop.may_have_spent()
        };
        if is_too_late() {
            return Err(Unanswered::not_asked(cancelled()));
        }
        if !context.is_background() && pump.is_this_threads() {
            return Err(Unanswered::not_asked(would_block(
                "this thread pumps the runtime that alone can run this, so it cannot wait for it",
            )));
        }
        let deadline = self.deadline(Instant::now());
        let _turn = receipt.waits_for(pump.clone());
        pump.push(move || match is_too_late() {
            true => parcel.return_to_sender(),
            false => {
                if let Some(errand) = parcel.open() {
                    run(errand);
                }
            }
        })
        .map_err(Unanswered::not_asked)?;
        receipt.answer(deadline).await
    }

    /// Asks the host without waiting for an answer, also for work that was stopped; not where nobody will pump any more.
    pub(crate) fn leave(&self, question: Q, context: &Context) {
        let run = self.run.clone();
        let call = move || run(Errand::unwatched(question));
        match &self.bound_to {
            None => context.leave_to_host(call),
            // It cannot be done any more.
            Some(background) => drop(background.pump().push(call)),
        }
    }
}
