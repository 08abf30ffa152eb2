//! One request that is handed to the host.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Status};
use crate::request::HttpRequest;
use crate::response::HttpResponse;
use crate::sender::{SendFailure, Sender};
use crate::work::{Context, Errand, Silence, Unanswered};

/// One request that waits for its answer. It ends exactly once, on any thread; dropping it ends it as a
/// [`Status::Transport`] error.
pub struct Exchange {
    errand: Errand<HttpRequest, Answer>,
}

/// How the host ended an exchange.
pub(super) enum Answer {
    Response(HttpResponse),
    Failure(SendFailure),
    Forward(Arc<dyn Sender>),
}

impl Exchange {
    pub(super) fn new(errand: Errand<HttpRequest, Answer>) -> Exchange {
        Exchange { errand }
    }

    /// The request to carry.
    pub fn request(&self) -> &HttpRequest {
        self.errand.question()
    }

    /// Whether nobody waits any more, so that carrying the request is in vain.
    pub fn is_cancelled(&self) -> bool {
        self.errand.is_cancelled()
    }

    /// Ends the exchange with an answer, of any HTTP status.
    pub fn respond(self, response: HttpResponse) {
        self.errand.end(Answer::Response(response));
    }

    /// Ends the exchange without an answer.
    pub fn fail(self, failure: SendFailure) {
        self.errand.end(Answer::Failure(failure));
    }

    /// Has another sender carry the request after all. This does not block: whoever waits for the answer sends.
    pub fn forward(self, sender: Arc<dyn Sender>) {
        self.errand.end(Answer::Forward(sender));
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("request", self.request())
            .field("is_cancelled", &self.is_cancelled())
            .finish()
    }
}

/// What came of the request once its exchange has ended.
pub(super) async fn finish(
    answer: Result<Answer, Unanswered>,
    request: &HttpRequest,
    context: &Context,
) -> Result<HttpResponse, SendFailure> {
    match answer.map_err(failure)? {
        Answer::Response(response) => Ok(response),
        Answer::Failure(failure) => {
            if !failure.may_have_been_sent {
                context.stop().unsent();
            }
            Err(failure)
        }
        Answer::Forward(sender) => {
            context.stop().unsent();
            let _forwarded = context.forward().map_err(SendFailure::not_sent)?;
            sender.send(request, context).await
        }
    }
}

fn failure(unanswered: Unanswered) -> SendFailure {
    let error = match unanswered.why {
        Silence::Error(error) => error,
        Silence::Dropped => Error::new(
            Status::Transport,
            "the custom sender dropped the request without an answer",
        ),
        Silence::Late => {
            let why = match unanswered.host_has_it {
                true => "the custom sender did not answer in time",
                false => {
                    "nobody took the request in time: is the runtime pumped, or the sender polled?"
                }
            };
            Error::new(Status::Timeout, why)
        }
    };
    SendFailure {
        error,
        may_have_been_sent: unanswered.host_has_it,
    }
}
