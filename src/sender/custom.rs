//! A sender of the host's own: it is handed each request as an exchange, which it answers now or later.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Status};
use crate::request::HttpRequest;
use crate::response::HttpResponse;
use crate::sender::{SendFailure, Sender};

/// Hands each request to a function, and waits for the exchange to end.
pub struct CustomSender<F> {
    send: F,
    timeout: Option<Duration>,
}

impl<F: Fn(Exchange) + Send + Sync> CustomSender<F> {
    /// `send` is called on the thread that sends. It may end the exchange at once, or keep it and end it later from any
    /// thread. What is unanswered after `timeout` is [`Status::Timeout`]; none waits for ever.
    pub fn new(send: F, timeout: Option<Duration>) -> CustomSender<F> {
        CustomSender { send, timeout }
    }
}

impl<F: Fn(Exchange) + Send + Sync> Sender for CustomSender<F> {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, SendFailure> {
        let deadline = self
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout));
        let slot = Arc::new(Slot::default());
        (self.send)(Exchange {
            request: request.clone(),
            slot: slot.clone(),
        });
        slot.wait(deadline)
    }
}

/// One request that waits for its answer. It ends exactly once; dropping it ends it as a [`Status::Transport`] error.
pub struct Exchange {
    request: HttpRequest,
    slot: Arc<Slot>,
}

impl Exchange {
    /// The request to carry.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// Whether nobody waits any more, so that carrying the request is in vain.
    pub fn is_cancelled(&self) -> bool {
        matches!(*self.slot.lock(), State::Abandoned)
    }

    /// Ends the exchange with an answer, of any HTTP status.
    pub fn respond(self, response: HttpResponse) {
        self.slot.answer(Ok(response));
    }

    /// Ends the exchange without an answer.
    pub fn fail(self, failure: SendFailure) {
        self.slot.answer(Err(failure));
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.slot.answer(Err(SendFailure::maybe_sent(Error::new(
            Status::Transport,
            "the custom sender dropped the request without an answer",
        ))));
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("request", &self.request)
            .field("is_cancelled", &self.is_cancelled())
            .finish()
    }
}

/// Where the answer is left for the thread that waits.
#[derive(Default)]
struct Slot {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
enum State {
    #[default]
    Waiting,
    Answered(Result<HttpResponse, SendFailure>),
    Abandoned,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first answer counts, and only while somebody waits.
    fn answer(&self, answer: Result<HttpResponse, SendFailure>) {
        let mut state = self.lock();
        if matches!(*state, State::Waiting) {
            *state = State::Answered(answer);
            self.changed.notify_one();
        }
    }

    fn wait(&self, deadline: Option<Instant>) -> Result<HttpResponse, SendFailure> {
        let mut state = self.lock();
        loop {
            if let State::Answered(_) = *state {
                break;
            }
            state =
                match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                    None => self
                        .changed
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner),
                    Some(Duration::ZERO) => break,
                    Some(left) => {
                        self.changed
                            .wait_timeout(state, left)
                            .unwrap_or_else(PoisonError::into_inner)
                            .0
                    }
                };
        }
        match std::mem::replace(&mut *state, State::Abandoned) {
            State::Answered(answer) => answer,
            State::Waiting | State::Abandoned => Err(SendFailure::maybe_sent(Error::new(
                Status::Timeout,
                "the custom sender did not answer in time",
            ))),
        }
    }
}
