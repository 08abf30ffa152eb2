//! Token requests as values: to send, or to carry oneself.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::request::{Header, HttpRequest};

use super::arguments::required;
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::http_response::clef_http_response;
use super::text::borrowed;
use super::token::clef_token;

/// A token request that is not sent yet, from one of the `clef_credentials_prepare_…` or
/// `clef_user_auth_prepare_…` calls. Its contents are immutable; any thread may read them at any
/// time.
///
/// Methods: `clef_http_request_send`; or, to carry it yourself, `_method`, `_url`,
/// `_header_count`, `_header_name`, `_header_value`, `_body`, `_may_repeat` and `_finish`;
/// `_free`.
pub struct clef_http_request(pub(super) HttpRequest);

/// Sends the request through the sender of its credentials. Blocks until the service has
/// answered. Once: then it is `CLEF_STATUS_ALREADY_USED`. Any thread; what the sender calls of
/// yours is called on this one.
///
/// Fails with whatever the service or the network can do: see the table in the README.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_send(
    request: Option<&clef_http_request>,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("request", request)?.0.send()?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// The HTTP method: `"POST"`. Borrowed: lives as long as the request.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_method(request: Option<&clef_http_request>) -> *const c_char {
    match request {
        Some(_) => c"POST".as_ptr(),
        None => std::ptr::null(),
    }
}

/// The URL: https, or http to a loopback address. Borrowed: lives as long as the request.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_url(request: Option<&clef_http_request>) -> *const c_char {
    borrowed(request.map(|request| request.0.parts().url.with_nul()))
}

/// How many headers the request has. NULL gives 0.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_header_count(request: Option<&clef_http_request>) -> usize {
    request.map_or(0, |request| request.0.parts().headers.len())
}

fn header(request: Option<&clef_http_request>, index: usize) -> Option<&Header> {
    request?.0.parts().headers.get(index)
}

/// The name of the header at `index`, from 0; NULL past the end. Borrowed: lives as long as the
/// request.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_header_name(
    request: Option<&clef_http_request>,
    index: usize,
) -> *const c_char {
    borrowed(header(request, index).map(|header| header.name.with_nul()))
}

/// The value of the header at `index`, from 0; NULL past the end. That of `Authorization` is
/// **secret**. Borrowed: lives as long as the request.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_header_value(
    request: Option<&clef_http_request>,
    index: usize,
) -> *const c_char {
    borrowed(header(request, index).map(|header| header.value.with_nul()))
}

/// The form-encoded body, which ends in NUL; its length without the NUL goes to `len`
/// (nullable). **Secret**. Borrowed: lives as long as the request.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_body(
    request: Option<&clef_http_request>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    if let Some(len) = len {
        len.write(request.map_or(0, |request| request.0.body().len()));
    }
    borrowed(request.map(|request| request.0.parts().body.with_nul()))
}

/// Whether the request may be sent again after it may have reached the service: false with a
/// code or a refresh token, which the first try may have spent. NULL gives false.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_may_repeat(request: Option<&clef_http_request>) -> bool {
    request.is_some_and(|request| request.0.may_repeat())
}

/// Reads the answer to a request that you carried yourself.
///
/// `sent_at` is the time just before it was sent, in Unix seconds, from which the token's
/// lifetime counts; 0 (`CLEF_TIME_UNKNOWN`) means now. May be called again, for the answer to
/// another try. Fails as `clef_http_request_send` does.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_finish(
    request: Option<&clef_http_request>,
    sent_at: i64,
    response: Option<&clef_http_response>,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let request = required("request", request)?;
        let response = required("response", response)?;
        let token = request.0.finish(sent_at, &response.0)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Wipes and frees a request and the strings that were borrowed from it. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_request_free(request: Option<Box<clef_http_request>>) {
    drop(request);
}
