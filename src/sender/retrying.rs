//! A sender that tries again where that is safe.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Status};
use crate::request::HttpRequest;
use crate::response::HttpResponse;
use crate::sender::{Carrying, SendFailure, Sender};
use crate::stop::cancelled;
use crate::work::Context;

/// The first wait where the service names none; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Sends through another sender, and again after a passing failure.
///
/// Any request is repeated when nothing was sent and after HTTP 429 and 503. One that [may be
/// repeated](HttpRequest::may_repeat) is so after a lost connection and other 5xx answers too.
pub struct RetryingSender {
    sender: Arc<dyn Sender>,
    retries: u32,
    max_wait: Duration,
    clock: Arc<dyn Clock>,
}

impl RetryingSender {
    /// At most `retries` further tries, with at most `max_wait` of waiting between them in all. A `Retry-After` beyond
    /// what is left of that is [`Status::RateLimited`] at once.
    pub fn new(sender: Arc<dyn Sender>, retries: u32, max_wait: Duration) -> RetryingSender {
        RetryingSender {
            sender,
            retries,
            max_wait,
            clock: Arc::new(SystemClock),
        }
    }

    /// The same with another clock.
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> RetryingSender {
        RetryingSender { clock, ..self }
    }

    /// How long to wait for another try, none where there shall be none.
    fn wait(
        &self,
        request: &HttpRequest,
        outcome: &Result<HttpResponse, SendFailure>,
        usual: Duration,
    ) -> Option<Wait> {
        match outcome {
            Ok(response) => match response.status() {
                429 | 503 => Some(match response.retry_after(self.clock.now()) {
                    Some(seconds @ 1..) => Wait::Told(seconds),
                    Some(0) | None => Wait::Chosen(usual),
                }),
                500.. if request.may_repeat() => Some(Wait::Chosen(usual)),
                _ => None,
            },
            Err(failure) => {
                let passing = matches!(
                    failure.error.status(),
                    Status::Transport | Status::Timeout | Status::Io
                );
                let safe = !failure.may_have_been_sent || request.may_repeat();
                (passing && safe).then_some(Wait::Chosen(usual))
            }
        }
    }
}

enum Wait {
    /// In seconds, by the service.
    Told(u32),
    Chosen(Duration),
}

impl Sender for RetryingSender {
    fn send<'a>(&'a self, request: &'a HttpRequest, context: &'a Context) -> Carrying<'a> {
        Box::pin(async move {
            let mut left = self.max_wait;
            let mut usual = FIRST_WAIT;
            for _ in 0..self.retries {
                let outcome = self.sender.send(request, context).await;
                let pause = match self.wait(request, &outcome, usual) {
                    None => return outcome,
                    Some(Wait::Told(seconds)) => {
                        let told = Duration::from_secs(seconds.into());
                        if told > left {
                            return Err(too_long(seconds, outcome));
                        }
                        told
                    }
                    Some(Wait::Chosen(_)) if left.is_zero() => return outcome,
                    Some(Wait::Chosen(chosen)) => chosen.min(left),
                };
                // What is repeated has spent nothing.
                context.stop().unsent();
                if !context.sleep(&*self.clock, pause).await {
                    return Err(SendFailure::not_sent(cancelled()));
                }
                left -= pause;
                usual = usual.saturating_mul(2);
            }
            self.sender.send(request, context).await
        })
    }
}

/// The service answered, so nothing was spent: 429 and 503 refuse a request before it is looked at.
fn too_long(seconds: u32, outcome: Result<HttpResponse, SendFailure>) -> SendFailure {
    let http_status = outcome.map_or(0, |response| response.status());
    SendFailure::not_sent(
        Error::new(
            Status::RateLimited,
            format!("the service asks to wait {seconds} s, longer than allowed"),
        )
        .with_http_status(http_status)
        .with_retry_after(Some(seconds)),
    )
}
