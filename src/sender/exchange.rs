//! One request that is handed to the host.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, Status};
use crate::request::HttpRequest;
use crate::response::HttpResponse;
use crate::sender::{SendFailure, Sender};
use crate::stop::{self, Stop, cancelled};
use crate::work::{Context, Either, Promise, Promised, Turn, WaitsFor, Watch, promise, race};

/// One request that waits for its answer. It ends exactly once, on any thread; dropping it ends it as a
/// [`Status::Transport`] error.
pub struct Exchange {
    request: HttpRequest,
    answer: Promise<Answer>,
}

enum Answer {
    Response(HttpResponse),
    Failure(SendFailure),
    Forward(Arc<dyn Sender>),
}

impl Exchange {
    /// The request to carry.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// Whether nobody waits any more, so that carrying the request is in vain.
    pub fn is_cancelled(&self) -> bool {
        !self.answer.is_wanted()
    }

    /// Ends the exchange with an answer, of any HTTP status.
    pub fn respond(self, response: HttpResponse) {
        self.end(Answer::Response(response));
    }

    /// Ends the exchange without an answer.
    pub fn fail(self, failure: SendFailure) {
        self.end(Answer::Failure(failure));
    }

    /// Has another sender carry the request after all. This does not block: whoever waits for the answer sends.
    pub fn forward(self, sender: Arc<dyn Sender>) {
        self.end(Answer::Forward(sender));
    }

    /// Lets the request go first: from then on it is up to who waits.
    fn end(self, answer: Answer) {
        drop(self.request);
        self.answer.keep(answer);
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

/// An exchange that the host does not have yet.
pub(super) struct Parcel {
    exchange: Exchange,
    stop: Arc<Stop>,
    /// What would be lost if the work ended early.
    answer: stop::Answer,
    seal: Arc<Seal>,
}

/// Whether the host has a parcel or its sender has it back: one or the other, once.
#[derive(Default)]
struct Seal(AtomicU8);

impl Seal {
    const WHOLE: u8 = 0;
    const OPENED: u8 = 1;
    const TAKEN_BACK: u8 = 2;

    fn open(&self) -> bool {
        self.change(Seal::OPENED)
    }

    fn take_back(&self) -> bool {
        self.change(Seal::TAKEN_BACK)
    }

    fn change(&self, to: u8) -> bool {
        self.0
            .compare_exchange(Seal::WHOLE, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

impl Parcel {
    /// None where nobody wants it any more.
    pub(super) fn open(self) -> Option<Exchange> {
        // The stop may be that of another try by now.
        if !self.seal.open() || !self.is_wanted() {
            return None;
        }
        match self.stop.sent(self.answer) {
            Ok(()) => Some(self.exchange),
            Err(error) => {
                self.exchange.fail(SendFailure::not_sent(error));
                None
            }
        }
    }

    pub(super) fn is_wanted(&self) -> bool {
        !self.exchange.is_cancelled()
    }

    /// Ends it before the host has seen it.
    pub(super) fn return_to_sender(self) {
        self.exchange.fail(SendFailure::not_sent(cancelled()));
    }
}

/// The other side of a parcel: waits for the answer.
pub(super) struct Receipt<'a> {
    request: &'a HttpRequest,
    context: &'a Context,
    answer: Promised<Answer>,
    seal: Arc<Seal>,
}

/// A request that is to be handed to the host. A refresh is carried through once the host has it; where there is no
/// `timeout`, until the runtime closes.
pub(super) fn parcel<'a>(
    request: &'a HttpRequest,
    context: &'a Context,
    timeout: Option<Duration>,
) -> (Parcel, Receipt<'a>) {
    let (promise, answer) = promise();
    let seal = Arc::<Seal>::default();
    let parcel = Parcel {
        exchange: Exchange {
            request: request.clone(),
            answer: promise,
        },
        stop: context.stop().clone(),
        answer: request.answer(timeout.is_some()),
        seal: seal.clone(),
    };
    let receipt = Receipt {
        request,
        context,
        answer,
        seal,
    };
    (parcel, receipt)
}

impl Receipt<'_> {
    /// Says, until the guard is dropped, who alone can hand the exchange over, and is taken for who alone can end it.
    pub(super) fn waits_for(&self, turn: Arc<dyn Turn>) -> WaitsFor {
        let answer = self.answer.watch();
        let turn = WhileUnanswered { turn, answer };
        self.context.desk().wait_for(Arc::new(turn))
    }

    /// Waits until the exchange has ended, but no longer than until the deadline.
    pub(super) async fn answer(
        mut self,
        deadline: Option<Instant>,
    ) -> Result<HttpResponse, SendFailure> {
        let stop = self.context.stop();
        let in_vain = race(stop.stopped(), self.context.reach(deadline));
        let answer = match race(self.answer.value(), in_vain).await {
            Either::First(answer) => answer,
            Either::Second(Either::First(())) => return Err(self.unanswered(cancelled())),
            Either::Second(Either::Second(())) => {
                let may_have_been_sent = !self.seal.take_back();
                let why = match may_have_been_sent {
                    true => "the custom sender did not answer in time",
                    false => {
                        "nobody took the request in time: is the runtime pumped, or the sender polled?"
                    }
                };
                return Err(SendFailure {
                    error: Error::new(Status::Timeout, why),
                    may_have_been_sent,
                });
            }
        };
        match answer {
            Some(Answer::Response(response)) => Ok(response),
            Some(Answer::Failure(failure)) => {
                if !failure.may_have_been_sent {
                    stop.unsent();
                }
                Err(failure)
            }
            Some(Answer::Forward(sender)) => {
                stop.unsent();
                let _forwarded = self.context.forward().map_err(SendFailure::not_sent)?;
                sender.send(self.request, self.context).await
            }
            None => Err(self.unanswered(Error::new(
                Status::Transport,
                "the custom sender dropped the request without an answer",
            ))),
        }
    }

    fn unanswered(&self, error: Error) -> SendFailure {
        SendFailure {
            error,
            may_have_been_sent: !self.seal.take_back(),
        }
    }
}

/// Who ends an exchange may wait for what comes of it: from then on it is not up to that thread any more.
struct WhileUnanswered {
    turn: Arc<dyn Turn>,
    answer: Watch<Answer>,
}

impl Turn for WhileUnanswered {
    fn is_this_threads(&self) -> bool {
        self.answer.is_open() && self.turn.is_this_threads()
    }
}
