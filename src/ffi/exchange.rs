//! Exchanges: requests that a custom sender has to answer.

use std::ffi::c_char;

use crate::error::{Error, Status, shortened};
use crate::panics::contained;
use crate::sender::Exchange;
use crate::sender::SendFailure;

use super::arguments::{flags, nullable_text, required};
use super::error::clef_status;
use super::http_request::clef_http_request;
use super::http_response::clef_http_response;
use super::sender::clef_sender;

/// One request that waits for its answer. Whoever has it ends it exactly once, from any thread,
/// now or later.
///
/// Methods: `clef_exchange_request`, `_is_cancelled`; `_respond`, `_forward`, `_fail` and `_free`,
/// which end it.
pub struct clef_exchange {
    exchange: Exchange,
    request: clef_http_request,
}

impl clef_exchange {
    pub(super) fn new(exchange: Exchange) -> clef_exchange {
        clef_exchange {
            request: clef_http_request(exchange.request().clone()),
            exchange,
        }
    }

    /// Lets the borrowed request go.
    fn into_inner(self) -> Exchange {
        let clef_exchange { exchange, request } = self;
        drop(request);
        exchange
    }
}

/// Flags of `clef_exchange_fail`.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[repr(C)]
pub enum ExchangeFlag {
    /// The request may have reached the service, and so may have spent its code or refresh
    /// token: do not send it again.
    Sent = 1,
}

/// The request to carry: its method, URL, headers and body. Borrowed: lives until the exchange
/// ends. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_exchange_request(
    exchange: Option<&clef_exchange>,
) -> Option<&clef_http_request> {
    exchange.map(|exchange| &exchange.request)
}

/// Whether nobody waits for the answer any more: the time is up, or it was cancelled. Such an
/// exchange still has to be ended. NULL gives false.
#[unsafe(no_mangle)]
pub extern "C" fn clef_exchange_is_cancelled(exchange: Option<&clef_exchange>) -> bool {
    exchange.is_some_and(|exchange| exchange.exchange.is_cancelled())
}

/// Ends an exchange with an answer, whatever its HTTP status. Consumes `exchange`; copies
/// `response`, which stays yours.
///
/// A NULL `response` is a failure with `CLEF_STATUS_INVALID_ARGUMENT`. A NULL `exchange` does
/// nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_exchange_respond(
    exchange: Option<Box<clef_exchange>>,
    response: Option<&clef_http_response>,
) {
    let Some(exchange) = exchange else { return };
    let exchange = exchange.into_inner();
    match required("response", response) {
        Ok(response) => exchange.respond(response.0.clone()),
        Err(error) => exchange.fail(SendFailure::maybe_sent(error)),
    }
}

/// Has `sender` carry the request after all, for custom senders that only look at requests or
/// answer some of them. Consumes `exchange`; `sender` stays yours.
///
/// Never blocks, on any thread: whoever waits for the answer sends, on its thread or in the
/// background of its runtime, and the timeouts of `sender` hold from now on. Senders that forward to
/// each other in a circle are a `CLEF_STATUS_INTERNAL` after 8 times. A NULL `sender` is a
/// failure with `CLEF_STATUS_INVALID_ARGUMENT`. A NULL `exchange` does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_exchange_forward(
    exchange: Option<Box<clef_exchange>>,
    sender: Option<&clef_sender>,
) {
    let Some(exchange) = exchange else { return };
    let exchange = exchange.into_inner();
    match required("sender", sender) {
        Ok(sender) => exchange.forward(sender.sender.clone()),
        Err(error) => exchange.fail(SendFailure::not_sent(error)),
    }
}

/// Ends an exchange without an answer. Consumes `exchange`. The call that waits returns
/// `status`, with `message` (nullable) as its error's message; secrets of the request are taken
/// out of it.
///
/// `status` says why: `CLEF_STATUS_TRANSPORT`, `_TLS`, `_TIMEOUT`, `_CANCELLED`, `_IO`,
/// `_INVALID_RESPONSE`, `_WOULD_BLOCK`, `_UNSUPPORTED` or `_INTERNAL`. Any other counts as
/// `CLEF_STATUS_TRANSPORT`: what the service says comes as a response. `flags`:
/// `CLEF_EXCHANGE_SENT` where the request may have reached the service. An invalid `flags` or
/// `message` is a failure with `CLEF_STATUS_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_exchange_fail(
    exchange: Option<Box<clef_exchange>>,
    status: clef_status,
    flags: u32,
    message: *const c_char,
) {
    let Some(exchange) = exchange else { return };
    let exchange = exchange.into_inner();
    let request = exchange.request();
    let failure = contained(|| host_failure(status, flags, message, request))
        .unwrap_or_else(SendFailure::maybe_sent);
    exchange.fail(failure);
}

fn host_failure(
    status: clef_status,
    given_flags: u32,
    message: *const c_char,
    request: &crate::request::HttpRequest,
) -> Result<SendFailure, Error> {
    let sent = ExchangeFlag::Sent as u32;
    let may_have_been_sent = flags(given_flags, sent)? & sent != 0;
    let status = Status::from_number(status)
        .filter(|status| is_for_a_sender(*status))
        .unwrap_or(Status::Transport);
    let message = nullable_text("message", message)?
        .unwrap_or("the custom sender could not carry the request");
    Ok(SendFailure {
        error: Error::new(status, shortened(&request.redact(message))),
        may_have_been_sent,
    })
}

/// What the service says is read from its answer alone: no sender may declare a grant dead.
fn is_for_a_sender(status: Status) -> bool {
    matches!(
        status,
        Status::Transport
            | Status::Tls
            | Status::Timeout
            | Status::Cancelled
            | Status::Io
            | Status::InvalidResponse
            | Status::WouldBlock
            | Status::Unsupported
            | Status::Internal
    )
}

/// Ends an exchange as a `CLEF_STATUS_TRANSPORT` failure that may have been sent. NULL does
/// nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_exchange_free(exchange: Option<Box<clef_exchange>>) {
    drop(exchange);
}
