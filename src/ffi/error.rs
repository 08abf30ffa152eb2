//! Errors: a status, what to do about it, and what the service said.

use std::ffi::c_char;

use crate::error::{Error, Remedy, Status};

use super::text::borrowed;

/// How a call ended: one of the `CLEF_STATUS_…` constants. A later version may give numbers that
/// this one does not know: branch on `clef_status_remedy` where you have no case for a status.
pub type clef_status = i32;

/// What a program can do about an error: one of the `CLEF_REMEDY_…` constants. Treat one that
/// you do not know as `CLEF_REMEDY_NONE`.
pub type clef_remedy = i32;

/// Why a call failed. Immutable; any thread may read it at any time. It never repeats a secret,
/// so it may be logged.
///
/// Methods: `clef_error_status`, `_remedy`, `_message`, `_oauth_error`, `_oauth_description`,
/// `_http_status`, `_retry_after`, `_free`.
///
/// Functions that can fail take a nullable `clef_error **error` last. It is overwritten without
/// being read: with NULL on success, with an error that is yours to free on failure.
pub struct clef_error(pub(super) Error);

/// The name of a status, `"CLEF_STATUS_TIMEOUT"`, for logs. Static: never free it.
///
/// A status that this version does not know gives `"CLEF_STATUS_UNKNOWN"`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_status_name(status: clef_status) -> *const c_char {
    match Status::from_number(status) {
        Some(status) => status.name_with_nul().as_ptr().cast(),
        None => c"CLEF_STATUS_UNKNOWN".as_ptr(),
    }
}

/// What to do about a status where there is no `clef_error` to ask: its remedy can be more
/// exact.
///
/// A status that this version does not know gives `CLEF_REMEDY_NONE`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_status_remedy(status: clef_status) -> clef_remedy {
    Status::from_number(status).map_or(Remedy::None, Status::remedy) as clef_remedy
}

/// The status of an error, the same that the call returned. NULL gives `CLEF_STATUS_OK`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_error_status(error: Option<&clef_error>) -> clef_status {
    error.map_or(Status::Ok, |error| error.0.status()) as clef_status
}

/// What to do about an error. NULL gives `CLEF_REMEDY_NONE`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_error_remedy(error: Option<&clef_error>) -> clef_remedy {
    error.map_or(Remedy::None, |error| error.0.remedy()) as clef_remedy
}

/// One line of English, without a secret. Borrowed: lives as long as the error. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_error_message(error: Option<&clef_error>) -> *const c_char {
    borrowed(error.map(|error| error.0.texts().message.with_nul()))
}

/// The service's `error`, such as `"invalid_scope"` (RFC 6749 section 5.2); NULL where it gave
/// none. Borrowed: lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn clef_error_oauth_error(error: Option<&clef_error>) -> *const c_char {
    borrowed(error.and_then(|error| Some(error.0.texts().oauth_error?.with_nul())))
}

/// The service's `error_description`; NULL where it gave none. For logs: never branch on it, its
/// words change. Borrowed: lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn clef_error_oauth_description(error: Option<&clef_error>) -> *const c_char {
    borrowed(error.and_then(|error| Some(error.0.texts().oauth_description?.with_nul())))
}

/// The HTTP status that the service answered with, 0 where there was no answer.
#[unsafe(no_mangle)]
pub extern "C" fn clef_error_http_status(error: Option<&clef_error>) -> i32 {
    error
        .and_then(|error| error.0.http_status())
        .map_or(0, i32::from)
}

/// After how many seconds the service wants to be asked again (`Retry-After`); -1 where it did
/// not say, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_error_retry_after(error: Option<&clef_error>) -> i64 {
    error
        .and_then(|error| error.0.retry_after())
        .map_or(-1, i64::from)
}

/// Frees an error and the strings that were borrowed from it. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_error_free(error: Option<Box<clef_error>>) {
    drop(error);
}
