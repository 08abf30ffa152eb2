//! What stands in for the built-in sender in a build without it: the host carries the requests.

use std::time::Duration;

use crate::error::{Error, Result, Status};
use crate::request::HttpRequest;
use crate::sender::{Carrying, SendFailure, Sender};
use crate::work::Context;

/// Settings of an [`HttpSender`], of which there is none.
#[derive(Debug, Clone, Default)]
pub struct HttpConfig(());

/// Refuses every request, and says what to do instead.
#[derive(Debug, Default)]
pub struct HttpSender(());

/// Says whether the built-in sender is there.
pub(crate) fn available() -> Result<()> {
    Err(unsupported())
}

fn unsupported() -> Error {
    Error::new(
        Status::Unsupported,
        "this build of clef has no HTTP: hand it a sender of your own, or carry its requests yourself",
    )
}

impl HttpConfig {
    /// There is nothing to set.
    pub fn set_connect_timeout(&mut self, _: Option<Duration>) -> Result<()> {
        available()
    }

    /// There is nothing to set.
    pub fn set_timeout(&mut self, _: Option<Duration>) -> Result<()> {
        available()
    }

    /// There is nothing to set.
    pub fn set_proxy(&mut self, _: Option<&str>) -> Result<()> {
        available()
    }

    /// There is nothing to set.
    pub fn set_proxy_from_environment(&mut self) {}

    /// There is nothing to set.
    pub fn add_ca_certificates(&mut self, _: &str) -> Result<()> {
        available()
    }

    /// There is nothing to set.
    pub fn add_platform_certificates(&mut self) -> Result<()> {
        available()
    }

    /// There is nothing to set.
    pub fn set_user_agent(&mut self, _: &str) -> Result<()> {
        available()
    }
}

impl HttpSender {
    /// A sender that refuses every request.
    pub fn new(_: HttpConfig) -> HttpSender {
        HttpSender(())
    }
}

impl Sender for HttpSender {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: &'a Context) -> Carrying<'a> {
        Box::pin(async { Err(SendFailure::not_sent(unsupported())) })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Credentials, Status};

    #[test]
    fn a_request_that_nobody_carries_is_refused_with_what_to_do() {
        let credentials = Credentials::new("id", Some("secret"), None).unwrap();
        let error = credentials.request_client_token().unwrap_err();
        assert_eq!(error.status(), Status::Unsupported);
        assert!(error.message().contains("a sender of your own"), "{error}");
    }
}
