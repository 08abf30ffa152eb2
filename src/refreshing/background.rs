//! The same in the background of a runtime.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::runtime::{Background, Completion, Operation, Outcome, Runtime};
use crate::stop::{Stop, cancelled};
use crate::token::Token;
use crate::work::{Desk, Either, race};

use super::flight::Landing;
use super::{RefreshingToken, Step, Wish};

impl RefreshingToken {
    /// Begins to get a fresh token in the background of `runtime`, whose pump runs `completion` when it is there. The
    /// operation gives an [`Outcome::Token`]. See [`access_token`](RefreshingToken::access_token).
    pub fn start_access_token(
        &self,
        runtime: &Runtime,
        completion: Option<Completion>,
    ) -> Result<Operation> {
        let step = |token: &RefreshingToken| token.step_to_fresh(|_| Ok(()));
        let otherwise = |token: &RefreshingToken, error| token.usable_instead_of(error);
        self.start(runtime, completion, step, otherwise)
    }

    /// Begins to [`refresh`](RefreshingToken::refresh) in the background of `runtime`, whose pump runs `completion` when
    /// it is done. The operation gives the new [`Outcome::Token`].
    pub fn start_refresh(
        &self,
        runtime: &Runtime,
        completion: Option<Completion>,
    ) -> Result<Operation> {
        let fail = |_: &RefreshingToken, error| Err(error);
        let step = |token: &RefreshingToken| token.step_to_refresh(Wish::InAnyCase);
        self.start(runtime, completion, step, fail)
    }

    fn start(
        &self,
        runtime: &Runtime,
        completion: Option<Completion>,
        step: impl Fn(&RefreshingToken) -> Step + Send + 'static,
        otherwise: impl Fn(&RefreshingToken, Error) -> Result<Token> + Send + 'static,
    ) -> Result<Operation> {
        let background = runtime.background().clone();
        let this = self.clone();
        // Begun here, so that who asks after this call joins it.
        let first = step(self);
        Operation::start(
            runtime.background(),
            completion,
            |context, operation| async move {
                let wait_at = |desk: &Arc<Desk>| operation.wait_at(desk);
                let token = this
                    .in_background(&background, context.stop(), first, step, wait_at)
                    .await
                    .or_else(|error| match context.is_stopped() {
                        true => Err(error),
                        false => otherwise(&this, error),
                    })?;
                Ok(Outcome::Token(token))
            },
        )
    }

    /// Takes steps until there is a token or an error. `stop` ends the waiting alone; the refresh is stopped with it
    /// where nobody else waits for it.
    pub(super) async fn in_background(
        &self,
        background: &Arc<Background>,
        stop: &Stop,
        first: Step,
        step: impl Fn(&RefreshingToken) -> Step,
        wait_at: impl Fn(&Arc<Desk>),
    ) -> Result<Token> {
        let mut next = first;
        loop {
            let (passenger, is_mine) = match next {
                Step::Done(result) => return result,
                Step::Wait(passenger) => (passenger, false),
                Step::Refresh(refresh, passenger) => {
                    refresh.spawn(background)?;
                    (passenger, true)
                }
            };
            wait_at(passenger.desk());
            match race(passenger.landed(), stop.stopped()).await {
                Either::Second(()) => return Err(cancelled()),
                Either::First(Landing::Refreshed(token)) => return Ok(token),
                Either::First(Landing::Failed(error)) => return Err(error),
                Either::First(Landing::Abandoned(error)) if is_mine => return Err(error),
                Either::First(Landing::Abandoned(_)) => next = step(self),
            }
        }
    }
}
