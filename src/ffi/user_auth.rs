//! One login of one user.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use crate::error::Error;
use crate::secret::Secret;
use crate::user_auth::UserAuth;

use super::arguments::{nullable_text, required, text};
use super::credentials::{auth_options, clef_credentials};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::http_request::clef_http_request;
use super::operation::{clef_operation, clef_operation_callback, start};
use super::refreshing_token::clef_refreshing_token;
use super::runtime::clef_runtime;
use super::scope::clef_scope_set;
use super::text::borrowed;
use super::token::clef_token;
use super::user_data::{UserData, clef_free_callback};

/// One login of one user: its URL, the check of its state and the exchange of its code. Shared:
/// any thread may use it, and it is spent once, when its state matched, whatever comes after.
/// Reference: `UserAuth`.
///
/// Methods: `clef_user_auth_new`, `_resume`, `_url`, `_state`, `_verifier`, `_request_token`,
/// `_request_token_from_url`, `_request_refreshing_token`, `_request_refreshing_token_from_url`,
/// each of these four with `_start` too, `_prepare_token`, `_prepare_token_from_url`, `_free`.
pub struct clef_user_auth(UserAuth);

/// Begins a login: makes its state, its verifier with PKCE, and its URL. No network. Reference:
/// `UserAuth(cred, scope, pkce)`.
///
/// `scopes` is nullable: none, so public data alone. `flags`: `CLEF_AUTH_PKCE`,
/// `CLEF_AUTH_SHOW_DIALOG` (without PKCE the dialog always shows).
/// `CLEF_STATUS_MISSING_REDIRECT_URI`, and `CLEF_STATUS_MISSING_CLIENT_SECRET` without PKCE,
/// where the credentials have none.
#[unsafe(no_mangle)]
pub extern "C" fn clef_user_auth_new(
    credentials: Option<&clef_credentials>,
    scopes: Option<&clef_scope_set>,
    flags: u32,
    auth: Option<&mut MaybeUninit<Option<Box<clef_user_auth>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("auth", auth), error, || {
        let credentials = required("credentials", credentials)?;
        let scopes = scopes.map(|scopes| &scopes.0);
        let auth = UserAuth::new(&credentials.0, scopes, auth_options(flags)?)?;
        Ok(hand_over(clef_user_auth(auth)))
    })
}

/// Takes up a login that was begun elsewhere: for a redirect that lands on another server or
/// process. No network.
///
/// `state` and `verifier` are what `clef_user_auth_state` and `clef_user_auth_verifier` gave
/// there. `verifier` is nullable, for a login without PKCE: it alone decides. `flags` are those
/// of `clef_user_auth_new`; with `CLEF_AUTH_PKCE` it is `CLEF_STATUS_INVALID_ARGUMENT` to leave
/// it out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_resume(
    credentials: Option<&clef_credentials>,
    state: *const c_char,
    verifier: *const c_char,
    flags: u32,
    auth: Option<&mut MaybeUninit<Option<Box<clef_user_auth>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("auth", auth), error, || {
        let credentials = required("credentials", credentials)?;
        let state = text("state", state)?;
        let verifier = nullable_text("verifier", verifier)?;
        if auth_options(flags)?.pkce && verifier.is_none() {
            return Err(Error::invalid_argument(
                "verifier must not be NULL with CLEF_AUTH_PKCE",
            ));
        }
        let auth = UserAuth::resume(&credentials.0, state, verifier)?;
        Ok(hand_over(clef_user_auth(auth)))
    })
}

/// Where to send the user; NULL for a login that was resumed. It is for the user and no log: the
/// state is in it. Borrowed: lives as long as the login. Reference: `UserAuth.url`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_user_auth_url(auth: Option<&clef_user_auth>) -> *const c_char {
    borrowed(auth.and_then(|auth| Some(auth.0.url()?.with_nul())))
}

/// The state, to be kept for `clef_user_auth_resume`. **Secret**. Borrowed: lives as long as the
/// login. Reference: `UserAuth.state`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_user_auth_state(auth: Option<&clef_user_auth>) -> *const c_char {
    borrowed(auth.map(|auth| auth.0.state().with_nul()))
}

/// The verifier, to be kept for `clef_user_auth_resume`; NULL without PKCE. **Secret**.
/// Borrowed: lives as long as the login. Reference: `UserAuth.verifier`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_user_auth_verifier(auth: Option<&clef_user_auth>) -> *const c_char {
    borrowed(auth.and_then(|auth: &clef_user_auth| auth.0.verifier().map(Secret::with_nul)))
}

/// Verifies `state` and trades `code` for a token. Reference: `UserAuth.request_token(code,
/// state)`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_STATE_MISMATCH` for another
/// state, which leaves the login as it is; `CLEF_STATUS_ALREADY_USED` after one that matched;
/// else as `clef_credentials_request_user_token` and `clef_credentials_request_pkce_token`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_request_token(
    auth: Option<&clef_user_auth>,
    code: *const c_char,
    state: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let auth = required("auth", auth)?;
        let token = auth
            .0
            .request_token(text("code", code)?, text("state", state)?)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Verifies the state in the URL that the user was redirected to, and trades its code for a
/// token. Reference: `UserAuth.request_token(url=…)`.
///
/// `url` is a whole URL, a request target (`/callback?code=…`) or a bare query. The state is
/// verified first; then an `error=` in it is `CLEF_STATUS_ACCESS_DENIED` where the user said no,
/// else `CLEF_STATUS_OAUTH`. Blocks as `clef_user_auth_request_token` does. While no state
/// matched, the login stays as it is and you may ask again; once one did it is spent, whatever
/// else the URL lacks. `CLEF_STATUS_MISSING_PARAMETER` and `CLEF_STATUS_REPEATED_PARAMETER` for
/// a URL without the one code and state; else as `clef_user_auth_request_token`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_request_token_from_url(
    auth: Option<&clef_user_auth>,
    url: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let auth = required("auth", auth)?;
        let token = auth.0.request_token_from_url(text("url", url)?)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// `clef_user_auth_request_token` for a token that refreshes itself. Blocks and fails as that
/// does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_request_refreshing_token(
    auth: Option<&clef_user_auth>,
    code: *const c_char,
    state: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let auth = required("auth", auth)?;
        let token = auth
            .0
            .request_refreshing_token(text("code", code)?, text("state", state)?)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// `clef_user_auth_request_token_from_url` for a token that refreshes itself. Blocks and fails
/// as that does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_request_refreshing_token_from_url(
    auth: Option<&clef_user_auth>,
    url: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let auth = required("auth", auth)?;
        let token = auth
            .0
            .request_refreshing_token_from_url(text("url", url)?)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// `clef_user_auth_request_token` in the background of `runtime`.
/// The operation gives a `clef_token`. Never blocks; any thread. The state is verified here, so
/// its errors come at once.
///
/// `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
/// `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
/// runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_request_token_start(
    auth: Option<&clef_user_auth>,
    code: *const c_char,
    state: *const c_char,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let auth = &required("auth", auth)?.0;
        let (code, state) = (text("code", code)?, text("state", state)?);
        let runtime = &required("runtime", runtime)?.0;
        auth.start_token(code, state, runtime, completion)
    })
}

/// `clef_user_auth_request_token_from_url` in the background of `runtime`.
/// The operation gives a `clef_token`. Never blocks; any thread. The state is verified here, so
/// its errors come at once.
///
/// `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
/// `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
/// runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_request_token_from_url_start(
    auth: Option<&clef_user_auth>,
    url: *const c_char,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let auth = &required("auth", auth)?.0;
        let url = text("url", url)?;
        let runtime = &required("runtime", runtime)?.0;
        auth.start_token_from_url(url, runtime, completion)
    })
}

/// `clef_user_auth_request_refreshing_token` in the background of `runtime`. The operation gives
/// a `clef_refreshing_token`. Never blocks; any thread. The state is verified here, so its
/// errors come at once.
///
/// `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
/// `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
/// runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_request_refreshing_token_start(
    auth: Option<&clef_user_auth>,
    code: *const c_char,
    state: *const c_char,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let auth = &required("auth", auth)?.0;
        let (code, state) = (text("code", code)?, text("state", state)?);
        let runtime = &required("runtime", runtime)?.0;
        auth.start_refreshing_token(code, state, runtime, completion)
    })
}

/// `clef_user_auth_request_refreshing_token_from_url` in the background of `runtime`. The
/// operation gives a `clef_refreshing_token`. Never blocks; any thread. The state is verified
/// here, so its errors come at once.
///
/// `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
/// `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
/// runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_request_refreshing_token_from_url_start(
    auth: Option<&clef_user_auth>,
    url: *const c_char,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let auth = &required("auth", auth)?.0;
        let url = text("url", url)?;
        let runtime = &required("runtime", runtime)?.0;
        auth.start_refreshing_token_from_url(url, runtime, completion)
    })
}

/// The request of `clef_user_auth_request_token` as a value, not sent yet. No network. It
/// verifies the state, so it spends the login. Free it with `clef_http_request_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_prepare_token(
    auth: Option<&clef_user_auth>,
    code: *const c_char,
    state: *const c_char,
    request: Option<&mut MaybeUninit<Option<Box<clef_http_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("request", request), error, || {
        let auth = required("auth", auth)?;
        let request = auth
            .0
            .prepare_token(text("code", code)?, text("state", state)?)?;
        Ok(hand_over(clef_http_request(request)))
    })
}

/// The request of `clef_user_auth_request_token_from_url` as a value, not sent yet. No network.
/// It verifies the state, so it spends the login. Free it with `clef_http_request_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_user_auth_prepare_token_from_url(
    auth: Option<&clef_user_auth>,
    url: *const c_char,
    request: Option<&mut MaybeUninit<Option<Box<clef_http_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("request", request), error, || {
        let auth = required("auth", auth)?;
        let request = auth.0.prepare_token_from_url(text("url", url)?)?;
        Ok(hand_over(clef_http_request(request)))
    })
}

/// Wipes and frees a login and the strings that were borrowed from it. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_user_auth_free(auth: Option<Box<clef_user_auth>>) {
    drop(auth);
}
