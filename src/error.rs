//! What went wrong, and what to do about it.

use std::fmt;
use std::sync::Arc;

use crate::text::Text;

/// The result of what can fail in clef.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Every `clef_status` that this version of clef gives. Numbers are never changed or reused; a
/// later version adds more, so treat an unknown one by its `clef_status_remedy`.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Status {
    /// It worked.
    Ok = 0,
    /// An argument breaks what the function's comment says: NULL where it is not nullable,
    /// invalid UTF-8, out of range.
    InvalidArgument = 1,
    /// This needs a client secret, and the credentials have none.
    MissingClientSecret = 2,
    /// This needs a redirect URI, and the credentials have none.
    MissingRedirectUri = 3,
    /// The service would refuse this redirect URI, or it is unsafe; the message says what to
    /// write instead.
    InvalidRedirectUri = 4,
    /// The URL has no `code` or no `state`, or an empty one.
    MissingParameter = 5,
    /// The URL has `code`, `state` or `error` twice.
    RepeatedParameter = 6,
    /// The state is not the one of this login: the redirect belongs to another login, or is
    /// forged.
    StateMismatch = 7,
    /// The user said no.
    AccessDenied = 8,
    /// The grant is dead (revoked, or six months old): the user has to log in again.
    LoginRequired = 9,
    /// The service does not know the client id, or the client secret is wrong.
    InvalidClient = 10,
    /// Any other error of RFC 6749; see `clef_error_oauth_error`.
    Oauth = 11,
    /// An HTTP status without an OAuth error; see `clef_error_http_status`.
    Http = 12,
    /// The service asks you to wait; see `clef_error_retry_after`.
    RateLimited = 13,
    /// The network failed: name not found, connection refused, connection lost.
    Transport = 14,
    /// TLS failed: the certificate is not trusted, is for another name, or has expired.
    Tls = 15,
    /// Nothing came in time.
    Timeout = 16,
    /// It was cancelled.
    Cancelled = 17,
    /// The service answered something that is not a token response.
    InvalidResponse = 18,
    /// This object does its work once, and has done it.
    AlreadyUsed = 19,
    /// It is not done yet, or another thread is at it.
    Busy = 20,
    /// Waiting here would wait for this very thread.
    WouldBlock = 21,
    /// No token is stored for this account.
    NotFound = 22,
    /// The store failed, or what is stored cannot be read: the message says where, and what to do.
    /// A listener of yours may answer it too.
    Store = 23,
    /// The terminal failed or has ended, or the system gave no random numbers, no thread or no
    /// port to listen on.
    Io = 24,
    /// Another program listens on that port; the message says which.
    AddressInUse = 25,
    /// No browser could be started, and nobody else would show the login.
    NoBrowser = 26,
    /// This object or platform cannot do that.
    Unsupported = 27,
    /// A bug in clef; the message says where. The process goes on, and so may you.
    Internal = 28,
}

impl Status {
    const ALL: [Status; 29] = [
        Status::Ok,
        Status::InvalidArgument,
        Status::MissingClientSecret,
        Status::MissingRedirectUri,
        Status::InvalidRedirectUri,
        Status::MissingParameter,
        Status::RepeatedParameter,
        Status::StateMismatch,
        Status::AccessDenied,
        Status::LoginRequired,
        Status::InvalidClient,
        Status::Oauth,
        Status::Http,
        Status::RateLimited,
        Status::Transport,
        Status::Tls,
        Status::Timeout,
        Status::Cancelled,
        Status::InvalidResponse,
        Status::AlreadyUsed,
        Status::Busy,
        Status::WouldBlock,
        Status::NotFound,
        Status::Store,
        Status::Io,
        Status::AddressInUse,
        Status::NoBrowser,
        Status::Unsupported,
        Status::Internal,
    ];

    /// The status with this number, if this version knows it.
    pub fn from_number(number: i32) -> Option<Status> {
        Status::ALL
            .into_iter()
            .find(|status| *status as i32 == number)
    }

    /// The name of the status in C, for logs.
    pub fn name(self) -> &'static str {
        self.name_with_nul().trim_end_matches('\0')
    }

    pub(crate) fn name_with_nul(self) -> &'static str {
        match self {
            Status::Ok => "CLEF_STATUS_OK\0",
            Status::InvalidArgument => "CLEF_STATUS_INVALID_ARGUMENT\0",
            Status::MissingClientSecret => "CLEF_STATUS_MISSING_CLIENT_SECRET\0",
            Status::MissingRedirectUri => "CLEF_STATUS_MISSING_REDIRECT_URI\0",
            Status::InvalidRedirectUri => "CLEF_STATUS_INVALID_REDIRECT_URI\0",
            Status::MissingParameter => "CLEF_STATUS_MISSING_PARAMETER\0",
            Status::RepeatedParameter => "CLEF_STATUS_REPEATED_PARAMETER\0",
            Status::StateMismatch => "CLEF_STATUS_STATE_MISMATCH\0",
            Status::AccessDenied => "CLEF_STATUS_ACCESS_DENIED\0",
            Status::LoginRequired => "CLEF_STATUS_LOGIN_REQUIRED\0",
            Status::InvalidClient => "CLEF_STATUS_INVALID_CLIENT\0",
            Status::Oauth => "CLEF_STATUS_OAUTH\0",
            Status::Http => "CLEF_STATUS_HTTP\0",
            Status::RateLimited => "CLEF_STATUS_RATE_LIMITED\0",
            Status::Transport => "CLEF_STATUS_TRANSPORT\0",
            Status::Tls => "CLEF_STATUS_TLS\0",
            Status::Timeout => "CLEF_STATUS_TIMEOUT\0",
            Status::Cancelled => "CLEF_STATUS_CANCELLED\0",
            Status::InvalidResponse => "CLEF_STATUS_INVALID_RESPONSE\0",
            Status::AlreadyUsed => "CLEF_STATUS_ALREADY_USED\0",
            Status::Busy => "CLEF_STATUS_BUSY\0",
            Status::WouldBlock => "CLEF_STATUS_WOULD_BLOCK\0",
            Status::NotFound => "CLEF_STATUS_NOT_FOUND\0",
            Status::Store => "CLEF_STATUS_STORE\0",
            Status::Io => "CLEF_STATUS_IO\0",
            Status::AddressInUse => "CLEF_STATUS_ADDRESS_IN_USE\0",
            Status::NoBrowser => "CLEF_STATUS_NO_BROWSER\0",
            Status::Unsupported => "CLEF_STATUS_UNSUPPORTED\0",
            Status::Internal => "CLEF_STATUS_INTERNAL\0",
        }
    }

    /// What to do about the status where an [`Error`] says nothing more exact.
    pub fn remedy(self) -> Remedy {
        match self {
            Status::Ok | Status::Cancelled | Status::NoBrowser | Status::Internal => Remedy::None,
            Status::InvalidArgument
            | Status::AlreadyUsed
            | Status::WouldBlock
            | Status::Unsupported => Remedy::FixCall,
            Status::MissingClientSecret
            | Status::MissingRedirectUri
            | Status::InvalidRedirectUri
            | Status::InvalidClient
            | Status::Oauth => Remedy::FixSettings,
            Status::MissingParameter
            | Status::RepeatedParameter
            | Status::StateMismatch
            | Status::AccessDenied
            | Status::LoginRequired
            | Status::NotFound => Remedy::LogIn,
            Status::Http
            | Status::RateLimited
            | Status::Transport
            | Status::Tls
            | Status::Timeout
            | Status::InvalidResponse
            | Status::Busy
            | Status::Store
            | Status::Io
            | Status::AddressInUse => Remedy::RetryLater,
        }
    }
}

/// Every `clef_remedy` that this version of clef gives: what a program can do about an error.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Remedy {
    /// Nothing: it worked, it was wanted, or it is a bug in clef.
    None = 0,
    /// Try again later, after `clef_error_retry_after` seconds where that is known.
    RetryLater = 1,
    /// Send the user through a login.
    LogIn = 2,
    /// Look at the client id, the client secret, the redirect URI, the scopes, or where tokens are
    /// stored: the message says which.
    FixSettings = 3,
    /// The program calls clef wrongly: see the comment of the function.
    FixCall = 4,
}

/// An error: a status, a remedy, one line of text, and what the service said. Never repeats a
/// secret.
#[derive(Clone)]
pub struct Error {
    details: Arc<Details>,
}

#[derive(Clone)]
struct Details {
    status: Status,
    remedy: Remedy,
    message: Text,
    oauth_error: Option<Text>,
    oauth_description: Option<Text>,
    http_status: u16,
    retry_after: Option<u32>,
}

impl Error {
    /// An error with the remedy of its status.
    pub fn new(status: Status, message: impl AsRef<str>) -> Error {
        Error {
            details: Arc::new(Details {
                status,
                remedy: status.remedy(),
                message: Text::one_line(message.as_ref()),
                oauth_error: None,
                oauth_description: None,
                http_status: 0,
                retry_after: None,
            }),
        }
    }

    pub(crate) fn invalid_argument(message: impl AsRef<str>) -> Error {
        Error::new(Status::InvalidArgument, message)
    }

    fn change(mut self, change: impl FnOnce(&mut Details)) -> Error {
        change(Arc::make_mut(&mut self.details));
        self
    }

    pub(crate) fn with_remedy(self, remedy: Remedy) -> Error {
        self.change(|details| details.remedy = remedy)
    }

    pub(crate) fn with_oauth(self, error: &str, description: Option<&str>) -> Error {
        self.change(|details| {
            details.oauth_error = Some(Text::one_line(shortened(error)));
            details.oauth_description = description.map(|text| Text::one_line(shortened(text)));
        })
    }

    pub(crate) fn with_http_status(self, http_status: u16) -> Error {
        self.change(|details| details.http_status = http_status)
    }

    pub(crate) fn with_retry_after(self, seconds: Option<u32>) -> Error {
        self.change(|details| details.retry_after = seconds)
    }

    /// What kind of error it is.
    pub fn status(&self) -> Status {
        self.details.status
    }

    /// What to do about it.
    pub fn remedy(&self) -> Remedy {
        self.details.remedy
    }

    /// One line, lower case, no secret.
    pub fn message(&self) -> &str {
        self.details.message.as_str()
    }

    /// The service's `error`, where it gave one (RFC 6749 section 5.2).
    pub fn oauth_error(&self) -> Option<&str> {
        self.details.oauth_error.as_ref().map(Text::as_str)
    }

    /// The service's `error_description`, where it gave one. For logs: never branch on it.
    pub fn oauth_description(&self) -> Option<&str> {
        self.details.oauth_description.as_ref().map(Text::as_str)
    }

    /// The HTTP status, where there was one.
    pub fn http_status(&self) -> Option<u16> {
        Some(self.details.http_status).filter(|status| *status != 0)
    }

    /// After how many seconds the service wants to be asked again, where it said so.
    pub fn retry_after(&self) -> Option<u32> {
        self.details.retry_after
    }

    pub(crate) fn texts(&self) -> ErrorTexts<'_> {
        ErrorTexts {
            message: &self.details.message,
            oauth_error: self.details.oauth_error.as_ref(),
            oauth_description: self.details.oauth_description.as_ref(),
        }
    }
}

/// What strangers say is kept to a length that fits a log.
pub(crate) fn shortened(text: &str) -> &str {
    const MAX_CHARACTERS: usize = 500;
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// The texts of an error as C borrows them.
pub(crate) struct ErrorTexts<'a> {
    pub(crate) message: &'a Text,
    pub(crate) oauth_error: Option<&'a Text>,
    pub(crate) oauth_description: Option<&'a Text>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status().name(), self.message())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_status() {
        for status in Status::ALL {
            assert_eq!(Status::from_number(status as i32), Some(status));
        }
        assert_eq!(Status::from_number(29), None);
        assert_eq!(Status::from_number(-1), None);
    }

    #[test]
    fn messages_are_one_line() {
        let error = Error::new(Status::Io, "two\nlines").with_oauth("a\rb", Some("c\nd"));
        assert_eq!(error.message(), "two lines");
        assert_eq!(error.oauth_error(), Some("a b"));
        assert_eq!(error.oauth_description(), Some("c d"));
    }
}
