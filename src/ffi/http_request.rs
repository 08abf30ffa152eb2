//! Token requests as values: to send, or to carry oneself.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use crate::request::{Header, HttpRequest};

use super::arguments::required;
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::http_response::clef_http_response;
use super::operation::{clef_operation, clef_operation_callback, start};
use super::runtime::clef_runtime;
use super::text::borrowed;
use super::token::clef_token;
use super::user_data::{UserData, clef_free_callback};

/// A token request that is not sent yet, from one of the `clef_credentials_prepare_…` or
/// `clef_user_auth_prepare_…` calls. Its contents are immutable; any thread may read them at any
/// time.
///
/// Methods: `clef_http_request_send`, `_start`; or, to carry it yourself, `_method`, `_url`,
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

/// `clef_http_request_send` in the background of `runtime`. The operation gives a `clef_token`.
/// Never blocks; any thread.
///
/// `callback` (nullable) hears, by the pump of `runtime`, that it is done, with `user_data`;
/// `free_user_data`, where not NULL, is called once with that: after the callback, at once where
/// there is none, or when this call fails. `operation` (nullable) gets a handle that is yours: free
/// it with `clef_operation_free`.
///
/// `CLEF_STATUS_ALREADY_USED` where it was sent before, `CLEF_STATUS_CANCELLED` where the runtime
/// is closed, `CLEF_STATUS_IO` where no thread can be started: then nothing was begun.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_http_request_start(
    request: Option<&clef_http_request>,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let request = &required("request", request)?.0;
        let runtime = &required("runtime", runtime)?.0;
        request.start(runtime, completion)
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
