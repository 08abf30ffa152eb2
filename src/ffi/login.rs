//! A whole login in one call.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use crate::login::{self, LoginOptions};

use super::arguments::{required, text};
use super::credentials::clef_credentials;
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::login_options::clef_login_options;
use super::operation::{clef_operation, clef_operation_callback, start};
use super::refreshing_token::clef_refreshing_token;
use super::runtime::clef_runtime;
use super::scope::clef_scope_set;
use super::user_data::{UserData, clef_free_callback};

fn core_options(options: Option<&clef_login_options>) -> LoginOptions {
    options.map_or_else(LoginOptions::default, clef_login_options::to_core)
}

/// Logs a user in: opens the browser, receives the redirect, verifies its state, and trades its
/// code for a token that refreshes itself (RFC 8252). Blocks for as long as the user takes. Free
/// the token with `clef_refreshing_token_free`.
///
/// `scopes` is nullable: none. `options` is nullable: the usual ones. The redirect URI of the
/// credentials says how the user comes back. `http://127.0.0.1[:port][/path]` and
/// `http://[::1]…` are listened at, as by `clef_redirect_listener_new`: without a port, or with
/// port 0, a free one is picked. Any other is nobody's to listen at: the login ends when its URL
/// is handed to `clef_login_attempt_paste`, which ends any login. PKCE is used with
/// `CLEF_AUTH_PKCE`, and where the credentials have no client secret.
///
/// To end it from another thread, keep a clone of the attempt that the callback of
/// `clef_login_options_set_browser` is given.
///
/// `CLEF_STATUS_MISSING_REDIRECT_URI`, `CLEF_STATUS_INVALID_REDIRECT_URI` and
/// `CLEF_STATUS_ADDRESS_IN_USE` come before a browser opens, and so does `CLEF_STATUS_STORE` where
/// a store was set. `CLEF_STATUS_NO_BROWSER` where none could be started within a second, and with
/// `CLEF_LOGIN_NO_BROWSER`, where there is no callback either. `CLEF_STATUS_ACCESS_DENIED` or
/// `CLEF_STATUS_OAUTH` where the user or the service refuses, `CLEF_STATUS_TIMEOUT` where nobody
/// comes in time (or your sender or store does not answer), `CLEF_STATUS_CANCELLED` after
/// `clef_login_attempt_cancel`; else as `clef_user_auth_request_refreshing_token_from_url`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login(
    credentials: Option<&clef_credentials>,
    scopes: Option<&clef_scope_set>,
    options: Option<&clef_login_options>,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let credentials = required("credentials", credentials)?;
        let scopes = scopes.map(|scopes| &scopes.0);
        let token = login::login(&credentials.0, scopes, &core_options(options))?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// `clef_login` in the background of `runtime`. The operation gives a `clef_refreshing_token`.
/// Never blocks; any thread.
///
/// `scopes` and `options` are nullable, as there. The port is taken here, so its errors come at
/// once, and `clef_operation_url` has the URL. `clef_operation_cancel` ends it within
/// milliseconds: once the operation is done, its port is free.
///
/// `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
/// `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
/// runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_login_start(
    credentials: Option<&clef_credentials>,
    scopes: Option<&clef_scope_set>,
    options: Option<&clef_login_options>,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let credentials = &required("credentials", credentials)?.0;
        let scopes = scopes.map(|scopes| &scopes.0);
        let runtime = &required("runtime", runtime)?.0;
        let options = core_options(options);
        login::start_login(credentials, scopes, &options, runtime, completion)
    })
}

/// Ends the waiting of a login in the background with the URL that the user was sent back to: as
/// `clef_login_attempt_paste`, and fails as that. Never blocks; any thread.
///
/// `CLEF_STATUS_UNSUPPORTED` where the operation is no login, `CLEF_STATUS_BUSY` where its store is
/// not looked at yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_login_paste(
    operation: Option<&clef_operation>,
    url: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let operation = &required("operation", operation)?.0;
        let url = text("url", url)?;
        operation.login()?.paste(url)
    })
}
