//! HTTP responses that a program hands to clef.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::error::Error;
use crate::response::HttpResponse;

use super::arguments::{bytes, required_mut, text};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};

/// An HTTP response. A setter object: one thread at a time, copied when it is used.
///
/// Methods: `clef_http_response_new`, `_add_header`, `_free`.
pub struct clef_http_response(pub(super) HttpResponse);

/// A new response with an HTTP status, 100 to 599, and the `body_len` bytes at `body`, which are
/// copied. `body` may be NULL where `body_len` is 0. Free it with `clef_http_response_free`.
///
/// Of a body over 1 MiB no more is kept than shows that it is too long.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_http_response_new(
    status: i32,
    body: *const u8,
    body_len: usize,
    response: Option<&mut MaybeUninit<Option<Box<clef_http_response>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("response", response), error, || {
        let status = u16::try_from(status)
            .ok()
            .filter(|status| (100..600).contains(status))
            .ok_or_else(|| {
                Error::invalid_argument(format!("status must be from 100 to 599, not {status}"))
            })?;
        let body = bytes("body", body, body_len)?;
        Ok(hand_over(clef_http_response(HttpResponse::new(
            status, body,
        ))))
    })
}

/// Adds a header. clef reads `Retry-After` and `Date`; you may add all that came, but for values
/// that are not UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_http_response_add_header(
    response: Option<&mut clef_http_response>,
    name: *const c_char,
    value: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let response = required_mut("response", response)?;
        response
            .0
            .add_header(text("name", name)?, text("value", value)?);
        Ok(())
    })
}

/// Wipes and frees a response. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_response_free(response: Option<Box<clef_http_response>>) {
    drop(response);
}
