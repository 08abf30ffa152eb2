//! Marks the errors that come before a connection stands: then nothing was sent.

use std::fmt;

use ureq::unversioned::transport::{ConnectionDetails, Connector, Transport};

use crate::error::{Error, Status};

/// Why there is no connection.
#[derive(Debug)]
pub(super) struct NotConnected(pub(super) Error);

impl NotConnected {
    pub(super) fn error(error: Error) -> ureq::Error {
        ureq::Error::Other(Box::new(NotConnected(error)))
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for NotConnected {}

/// Connects like the connector inside it.
#[derive(Debug)]
pub(super) struct Connecting<C>(pub(super) C);

impl<In: Transport, C: Connector<In>> Connector<In> for Connecting<C> {
    type Out = C::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<C::Out>, ureq::Error> {
        self.0
            .connect(details, chained)
            .map_err(|error| not_connected(error, details))
    }
}

fn not_connected(error: ureq::Error, details: &ConnectionDetails) -> ureq::Error {
    let host = details.uri.host().unwrap_or_default();
    let (status, problem) = match error {
        ureq::Error::Other(error) if error.is::<NotConnected>() => {
            return ureq::Error::Other(error);
        }
        ureq::Error::Timeout(_) => (Status::Timeout, "no connection in time".to_owned()),
        ureq::Error::Io(error) => match error.get_ref().and_then(|e| e.downcast_ref()) {
            Some(tls) => (Status::Tls, tls_problem(tls)),
            None => (Status::Transport, error.to_string()),
        },
        ureq::Error::Tls(problem) => (Status::Tls, problem.to_owned()),
        error => (Status::Transport, error.to_string()),
    };
    NotConnected::error(Error::new(
        status,
        format!("connecting to {host} failed: {problem}"),
    ))
}

fn tls_problem(error: &rustls::Error) -> String {
    use rustls::CertificateError as Certificate;
    match error {
        rustls::Error::InvalidCertificate(Certificate::UnknownIssuer) => {
            "its certificate is not trusted: the issuer is unknown".into()
        }
        rustls::Error::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => "its certificate is for another name".into(),
        rustls::Error::InvalidCertificate(
            Certificate::Expired | Certificate::ExpiredContext { .. },
        ) => "its certificate has expired, or this computer's clock is wrong".into(),
        rustls::Error::InvalidCertificate(
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. },
        ) => "its certificate is not valid yet, or this computer's clock is wrong".into(),
        error => error.to_string(),
    }
}
