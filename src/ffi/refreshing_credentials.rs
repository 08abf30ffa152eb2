//! Credentials whose tokens refresh themselves.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::refreshing::RefreshingCredentials;

use super::arguments::{required, text};
use super::credentials::{clef_credentials, pkce_user_authorisation, user_authorisation_url};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::refreshing_token::clef_refreshing_token;
use super::scope::clef_scope_set;

/// Credentials that give self-refreshing tokens. Immutable; any thread may use them at any time.
/// Reference: `RefreshingCredentials`.
///
/// Methods: `clef_refreshing_credentials_new`, `_credentials`, `_user_authorisation_url`,
/// `_pkce_user_authorisation`, `_request_client_token`, `_request_user_token`,
/// `_refresh_user_token`, `_request_pkce_token`, `_refresh_pkce_token`, `_clone`, `_free`.
pub struct clef_refreshing_credentials(RefreshingCredentials);

/// New credentials that give self-refreshing tokens. `credentials` are kept alive: free your
/// handle when you like. Reference: `RefreshingCredentials(…)`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_credentials_new(
    credentials: Option<&clef_credentials>,
    refreshing_credentials: Option<&mut MaybeUninit<Option<Box<clef_refreshing_credentials>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(
        Out::new("refreshing_credentials", refreshing_credentials),
        error,
        || {
            let credentials = required("credentials", credentials)?;
            let refreshing = RefreshingCredentials::new(&credentials.0);
            Ok(hand_over(clef_refreshing_credentials(refreshing)))
        },
    )
}

/// A new handle to the credentials underneath. Yours: free it with `clef_credentials_free`. NULL
/// gives NULL. Reference: `RefreshingCredentials.credentials`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_credentials_credentials(
    credentials: Option<&clef_refreshing_credentials>,
) -> Option<Box<clef_credentials>> {
    let credentials = credentials?.0.credentials().clone();
    hand_over(clef_credentials(credentials))
}

/// The URL to send the user to: step 1 of 2 of the authorisation code flow with a client secret.
/// Reference: `RefreshingCredentials.user_authorisation_url`.
///
/// `scopes` is nullable: none, so public data alone. `state` is nullable: then nothing tells a
/// forged redirect from a true one; take one from `clef_gen_state`. `flags`:
/// `CLEF_AUTH_SHOW_DIALOG` has the user asked again even if they agreed before. `CLEF_AUTH_PKCE`
/// is `CLEF_STATUS_INVALID_ARGUMENT` here: the verifier would be lost.
/// `CLEF_STATUS_MISSING_REDIRECT_URI` without a redirect URI. The URL is for the user and no
/// log: the state is in it. Free it with `clef_string_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_credentials_user_authorisation_url(
    credentials: Option<&clef_refreshing_credentials>,
    scopes: Option<&clef_scope_set>,
    state: *const c_char,
    flags: u32,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("url", url), error, || {
        let credentials = required("credentials", credentials)?.0.credentials();
        user_authorisation_url(credentials, scopes, state, flags)
    })
}

/// The URL to send the user to, with the verifier to keep for step 2: the authorisation code
/// flow with PKCE (RFC 7636). Reference: `RefreshingCredentials.pkce_user_authorisation`.
///
/// `scopes` and `state` are nullable, as with
/// `clef_refreshing_credentials_user_authorisation_url`. `verifier_bytes` random bytes make the
/// verifier, from 32 (the usual) to 96. `flags`: `CLEF_AUTH_SHOW_DIALOG`; `CLEF_AUTH_PKCE`
/// changes nothing. `CLEF_STATUS_MISSING_REDIRECT_URI` without a redirect URI. The verifier is
/// **Secret**; the URL is for the user and no log: the state is in it. Free both with
/// `clef_string_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_credentials_pkce_user_authorisation(
    credentials: Option<&clef_refreshing_credentials>,
    scopes: Option<&clef_scope_set>,
    state: *const c_char,
    verifier_bytes: usize,
    flags: u32,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    verifier: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let outputs = (Out::new("url", url), Out::new("verifier", verifier));
    guard(outputs, error, || {
        let credentials = required("credentials", credentials)?.0.credentials();
        pkce_user_authorisation(credentials, scopes, state, verifier_bytes, flags)
    })
}

/// Requests a client token, for what needs no user. Reference:
/// `RefreshingCredentials.request_client_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` without a
/// client secret.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_credentials_request_client_token(
    credentials: Option<&clef_refreshing_credentials>,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .request_client_token()?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// Requests a user's token for the `code` of a redirect: step 2 of 2 with a client secret.
/// Reference: `RefreshingCredentials.request_user_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` and
/// `CLEF_STATUS_MISSING_REDIRECT_URI` without one. A code is good once, for a short time: then
/// it is `CLEF_STATUS_OAUTH` with `CLEF_REMEDY_LOG_IN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_credentials_request_user_token(
    credentials: Option<&clef_refreshing_credentials>,
    code: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .request_user_token(text("code", code)?)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// Requests a refreshed token of a login with a client secret. Reference:
/// `RefreshingCredentials.refresh_user_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` without a
/// client secret; `CLEF_STATUS_LOGIN_REQUIRED` where the grant is dead. Of a bare refresh token
/// clef knows no scopes but those that the service answers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_credentials_refresh_user_token(
    credentials: Option<&clef_refreshing_credentials>,
    refresh_token: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .refresh_user_token(text("refresh_token", refresh_token)?)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// Requests a user's token for the `code` of a redirect and its `verifier`: step 2 of 2 with
/// PKCE. Reference: `RefreshingCredentials.request_pkce_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_REDIRECT_URI` without a
/// redirect URI. A code is good once, for a short time: then it is `CLEF_STATUS_OAUTH` with
/// `CLEF_REMEDY_LOG_IN`. The verifier is not judged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_credentials_request_pkce_token(
    credentials: Option<&clef_refreshing_credentials>,
    code: *const c_char,
    verifier: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .request_pkce_token(text("code", code)?, text("verifier", verifier)?)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// Requests a refreshed token of a login with PKCE. Reference:
/// `RefreshingCredentials.refresh_pkce_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_LOGIN_REQUIRED` where the
/// grant is dead. The service gives a new refresh token and spends the old one: save
/// `clef_refreshing_token_token` at once, and set a listener for the next ones.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_credentials_refresh_pkce_token(
    credentials: Option<&clef_refreshing_credentials>,
    refresh_token: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .refresh_pkce_token(text("refresh_token", refresh_token)?)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// A new handle to the same credentials. Yours: free it with `clef_refreshing_credentials_free`.
/// NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_credentials_clone(
    credentials: Option<&clef_refreshing_credentials>,
) -> Option<Box<clef_refreshing_credentials>> {
    hand_over(clef_refreshing_credentials(credentials?.0.clone()))
}

/// Frees a handle. Tokens that came from it live on. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_credentials_free(
    credentials: Option<Box<clef_refreshing_credentials>>,
) {
    drop(credentials);
}
