//! Who carries a request to the service and brings the answer back.

pub mod custom;
mod exchange;
#[cfg(feature = "http")]
pub mod http;
#[cfg(not(feature = "http"))]
#[path = "no_http.rs"]
pub mod http;
pub mod polled;
pub mod retrying;

pub use exchange::Exchange;

use std::pin::Pin;

use crate::error::Error;
use crate::request::HttpRequest;
use crate::response::HttpResponse;
use crate::work::Context;

/// A request on its way.
pub type Carrying<'a> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, SendFailure>> + Send + 'a>>;

/// Carries requests.
pub trait Sender: Send + Sync {
    /// Sends the request and waits for the answer, on this thread or in the background, as `context` says. Any HTTP
    /// status is an answer. Redirects are not followed.
    fn send<'a>(&'a self, request: &'a HttpRequest, context: &'a Context) -> Carrying<'a>;
}

/// No answer came.
#[derive(Debug, Clone)]
pub struct SendFailure {
    /// Why.
    pub error: Error,
    /// Whether the request may have reached the service, and so may have spent its code or refresh token.
    pub may_have_been_sent: bool,
}

impl SendFailure {
    /// Nothing reached the service: the request may be sent again.
    pub fn not_sent(error: Error) -> SendFailure {
        SendFailure {
            error,
            may_have_been_sent: false,
        }
    }

    /// The request may have reached the service.
    pub fn maybe_sent(error: Error) -> SendFailure {
        SendFailure {
            error,
            may_have_been_sent: true,
        }
    }
}
