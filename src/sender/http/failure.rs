//! What went wrong, in the words of clef.

use std::io;

use crate::error::{Error, Status};
use crate::sender::SendFailure;

use super::target::Place;

/// The error of a connection, or the one of clef's own that an `io::Error` was made of.
pub(super) fn of_io(error: io::Error) -> Error {
    match error.get_ref() {
        Some(inner) => {
            if let Some(own) = inner.downcast_ref::<Error>() {
                return own.clone();
            }
            if let Some(tls) = inner.downcast_ref() {
                return Error::new(Status::Tls, tls_problem(tls));
            }
            Error::new(Status::Transport, error.to_string())
        }
        None => Error::new(Status::Transport, error.to_string()),
    }
}

/// The addresses of a host could not be had.
pub(super) fn not_found(error: Error) -> SendFailure {
    explained(error, "the host was not found", "no address in time")
}

/// There is no connection.
pub(super) fn not_connected(place: &Place, error: Error) -> SendFailure {
    let what = format!("connecting to {} failed", place.host);
    explained(error, &what, "no connection in time")
}

fn explained(error: Error, what: &str, too_late: &str) -> SendFailure {
    let problem = match error.status() {
        Status::Cancelled => return SendFailure::not_sent(error),
        Status::Timeout => too_late,
        _ => error.message(),
    };
    SendFailure::not_sent(Error::new(error.status(), format!("{what}: {problem}")))
}

/// The connection ended before the answer did.
pub(super) fn lost(error: io::Error) -> Error {
    match of_io(error) {
        error if matches!(error.status(), Status::Transport | Status::Tls) => Error::new(
            Status::Transport,
            format!("the connection failed: {}", error.message()),
        ),
        error => error,
    }
}

pub(super) fn not_http() -> Error {
    Error::new(
        Status::InvalidResponse,
        "the answer of the service is not HTTP",
    )
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
