//! Who carries a request to the service and brings the answer back.

pub mod custom;
pub mod http;
pub mod retrying;

use crate::error::Error;
use crate::request::HttpRequest;
use crate::response::HttpResponse;

/// Carries requests, on the thread that calls it.
pub trait Sender: Send + Sync {
    /// Sends the request and waits for the answer. Any HTTP status is an answer. Redirects are not followed.
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, SendFailure>;
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
