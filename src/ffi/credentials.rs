//! A program's credentials.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::user_auth::AuthOptions;

use super::arguments::{flags, nullable_text, required, text};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::http_request::clef_http_request;
use super::scope::clef_scope_set;
use super::sender::clef_sender;
use super::strings;
use super::text::borrowed;
use super::token::clef_token;

/// A program's credentials, with the service that they are for and the sender that carries their
/// requests. Immutable; any thread may use them at any time. Reference: `Credentials`.
///
/// Methods: `clef_credentials_new`, `_with_accounts_url`, `_with_redirect_uri`, `_client_id`,
/// `_redirect_uri`, `_user_authorisation_url`, `_pkce_user_authorisation`,
/// `_request_client_token`, `_request_user_token`, `_refresh_user_token`, `_request_pkce_token`,
/// `_refresh_pkce_token`, `_refresh`, the same six as `_prepare_…`, `_clone`, `_free`.
pub struct clef_credentials(pub(super) Credentials);

/// Flags of all calls that ask for authorisation.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[repr(C)]
pub enum AuthFlag {
    /// Ask the user again even if they agreed before.
    ShowDialog = 1,
    /// Use proof key for code exchange (RFC 7636), which needs no client secret: for programs
    /// that their users have.
    Pkce = 2,
}

const AUTH_FLAGS: u32 = AuthFlag::ShowDialog as u32 | AuthFlag::Pkce as u32;

pub(super) fn auth_options(given: u32) -> Result<AuthOptions> {
    let given = flags(given, AUTH_FLAGS)?;
    Ok(AuthOptions {
        show_dialog: given & AuthFlag::ShowDialog as u32 != 0,
        pkce: given & AuthFlag::Pkce as u32 != 0,
    })
}

pub(super) fn user_authorisation_url(
    credentials: &Credentials,
    scopes: Option<&clef_scope_set>,
    state: *const c_char,
    flags: u32,
) -> Result<*mut c_char> {
    let options = auth_options(flags)?;
    if options.pkce {
        return Err(Error::invalid_argument(
            "CLEF_AUTH_PKCE needs a verifier: call ..._pkce_user_authorisation",
        ));
    }
    let url = credentials.user_authorisation_url(
        scopes.map(|scopes| &scopes.0),
        nullable_text("state", state)?,
        options.show_dialog,
    )?;
    Ok(strings::hand_over(url.expose()))
}

pub(super) fn pkce_user_authorisation(
    credentials: &Credentials,
    scopes: Option<&clef_scope_set>,
    state: *const c_char,
    verifier_bytes: usize,
    flags: u32,
) -> Result<(*mut c_char, *mut c_char)> {
    let authorisation = credentials.pkce_user_authorisation(
        scopes.map(|scopes| &scopes.0),
        nullable_text("state", state)?,
        verifier_bytes,
        auth_options(flags)?.show_dialog,
    )?;
    Ok((
        strings::hand_over(authorisation.url.expose()),
        strings::hand_over(authorisation.verifier.expose()),
    ))
}

/// New credentials for Spotify's accounts service. Reference: `Credentials(client_id,
/// client_secret, redirect_uri, sender)`.
///
/// `client_secret` is nullable: PKCE needs none. `redirect_uri` is nullable: only logins need
/// one. It is sent byte for byte as given; `CLEF_STATUS_INVALID_REDIRECT_URI`, with what to
/// write instead, unless it is https, http to `127.0.0.1` or `[::1]`, or a scheme of your own,
/// without fragment and user name. `sender` is nullable: the built-in one with the usual
/// settings; it is kept alive, free your handle when you like. No network.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_new(
    client_id: *const c_char,
    client_secret: *const c_char,
    redirect_uri: *const c_char,
    sender: Option<&clef_sender>,
    credentials: Option<&mut MaybeUninit<Option<Box<clef_credentials>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("credentials", credentials), error, || {
        let credentials = Credentials::new(
            text("client_id", client_id)?,
            nullable_text("client_secret", client_secret)?,
            nullable_text("redirect_uri", redirect_uri)?,
        )?;
        Ok(hand_over(clef_credentials(match sender {
            Some(sender) => credentials.with_sender(sender.sender.clone()),
            None => credentials,
        })))
    })
}

/// New credentials, the same but for another accounts service: the sandbox, or a proxy of your
/// own.
///
/// `url` is `https://accounts.spotify.com` unless changed, so without `/authorize` and
/// `/api/token`. It must be https, or http to `127.0.0.1` or `[::1]`; a query or fragment is
/// refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_with_accounts_url(
    credentials: Option<&clef_credentials>,
    url: *const c_char,
    changed: Option<&mut MaybeUninit<Option<Box<clef_credentials>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("changed", changed), error, || {
        let credentials = required("credentials", credentials)?;
        let changed = credentials.0.with_accounts_url(text("url", url)?)?;
        Ok(hand_over(clef_credentials(changed)))
    })
}

/// New credentials, the same but for another redirect URI, with the rules of
/// `clef_credentials_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_with_redirect_uri(
    credentials: Option<&clef_credentials>,
    redirect_uri: *const c_char,
    changed: Option<&mut MaybeUninit<Option<Box<clef_credentials>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("changed", changed), error, || {
        let credentials = required("credentials", credentials)?;
        let changed = credentials
            .0
            .with_redirect_uri(text("redirect_uri", redirect_uri)?)?;
        Ok(hand_over(clef_credentials(changed)))
    })
}

/// The client id. Borrowed: lives as long as the credentials.
#[unsafe(no_mangle)]
pub extern "C" fn clef_credentials_client_id(
    credentials: Option<&clef_credentials>,
) -> *const c_char {
    borrowed(credentials.map(|credentials| credentials.0.texts().0.with_nul()))
}

/// The redirect URI, as it was given; NULL for none. Borrowed: lives as long as the credentials.
#[unsafe(no_mangle)]
pub extern "C" fn clef_credentials_redirect_uri(
    credentials: Option<&clef_credentials>,
) -> *const c_char {
    borrowed(credentials.and_then(|credentials| Some(credentials.0.texts().1?.with_nul())))
}

/// The URL to send the user to: step 1 of 2 of the authorisation code flow with a client secret.
/// Reference: `Credentials.user_authorisation_url`.
///
/// `scopes` is nullable: none, so public data alone. `state` is nullable: then nothing tells a
/// forged redirect from a true one; take one from `clef_gen_state`. `flags`:
/// `CLEF_AUTH_SHOW_DIALOG` has the user asked again even if they agreed before. `CLEF_AUTH_PKCE`
/// is `CLEF_STATUS_INVALID_ARGUMENT` here: the verifier would be lost.
/// `CLEF_STATUS_MISSING_REDIRECT_URI` without a redirect URI. The URL is for the user and no
/// log: the state is in it. Free it with `clef_string_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_user_authorisation_url(
    credentials: Option<&clef_credentials>,
    scopes: Option<&clef_scope_set>,
    state: *const c_char,
    flags: u32,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("url", url), error, || {
        let credentials = &required("credentials", credentials)?.0;
        user_authorisation_url(credentials, scopes, state, flags)
    })
}

/// The URL to send the user to, with the verifier to keep for step 2: the authorisation code
/// flow with PKCE (RFC 7636). Reference: `Credentials.pkce_user_authorisation`.
///
/// `scopes` and `state` are nullable, as with `clef_credentials_user_authorisation_url`.
/// `verifier_bytes` random bytes make the verifier, from 32 (the usual) to 96. `flags`:
/// `CLEF_AUTH_SHOW_DIALOG`; `CLEF_AUTH_PKCE` changes nothing. `CLEF_STATUS_MISSING_REDIRECT_URI`
/// without a redirect URI. The verifier is **Secret**; the URL is for the user and no log: the
/// state is in it. Free both with `clef_string_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_pkce_user_authorisation(
    credentials: Option<&clef_credentials>,
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
        let credentials = &required("credentials", credentials)?.0;
        pkce_user_authorisation(credentials, scopes, state, verifier_bytes, flags)
    })
}

/// Requests a client token, for what needs no user. Reference:
/// `Credentials.request_client_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` without a
/// client secret.
#[unsafe(no_mangle)]
pub extern "C" fn clef_credentials_request_client_token(
    credentials: Option<&clef_credentials>,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .request_client_token()?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Requests a user's token for the `code` of a redirect: step 2 of 2 with a client secret.
/// Reference: `Credentials.request_user_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` and
/// `CLEF_STATUS_MISSING_REDIRECT_URI` without one. A code is good once, for a short time: then
/// it is `CLEF_STATUS_OAUTH` with `CLEF_REMEDY_LOG_IN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_request_user_token(
    credentials: Option<&clef_credentials>,
    code: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .request_user_token(text("code", code)?)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Requests a refreshed token of a login with a client secret. Reference:
/// `Credentials.refresh_user_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET`
/// without a client secret; `CLEF_STATUS_LOGIN_REQUIRED` where the grant is dead. From a bare
/// refresh token clef learns only the scopes that the service names in its answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_refresh_user_token(
    credentials: Option<&clef_credentials>,
    refresh_token: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .refresh_user_token(text("refresh_token", refresh_token)?)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Requests a user's token for the `code` of a redirect and its `verifier`: step 2 of 2 with
/// PKCE. Reference: `Credentials.request_pkce_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_REDIRECT_URI` without a
/// redirect URI. A code is good once, for a short time: then it is `CLEF_STATUS_OAUTH` with
/// `CLEF_REMEDY_LOG_IN`. The verifier is not judged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_request_pkce_token(
    credentials: Option<&clef_credentials>,
    code: *const c_char,
    verifier: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .request_pkce_token(text("code", code)?, text("verifier", verifier)?)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Requests a refreshed token of a login with PKCE. Reference: `Credentials.refresh_pkce_token`.
///
/// Blocks until the service has answered; any thread. `CLEF_STATUS_LOGIN_REQUIRED` where the grant
/// is dead. The service gives a new refresh token and spends the old one: save the new token
/// before you use it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_refresh_pkce_token(
    credentials: Option<&clef_credentials>,
    refresh_token: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = required("credentials", credentials)?
            .0
            .refresh_pkce_token(text("refresh_token", refresh_token)?)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Refreshes a token of any kind: a client token by a new one, a user's with PKCE or without.
/// Reference: `Credentials.refresh`.
///
/// Blocks until the service has answered; any thread. `token` stays as it is. What the answer leaves
/// out (scopes, refresh token) is taken over from it. `CLEF_STATUS_LOGIN_REQUIRED` where the
/// grant is dead; `CLEF_STATUS_INVALID_ARGUMENT` for a token of another client id.
#[unsafe(no_mangle)]
pub extern "C" fn clef_credentials_refresh(
    credentials: Option<&clef_credentials>,
    token: Option<&clef_token>,
    refreshed: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("refreshed", refreshed), error, || {
        let credentials = required("credentials", credentials)?;
        let token = required("token", token)?;
        let refreshed = credentials.0.refresh(&token.token)?;
        Ok(hand_over(clef_token::new(refreshed)))
    })
}

/// The request of `clef_credentials_request_client_token` as a value, not sent yet. No network.
///
/// Fails as that call does before it sends. Free it with `clef_http_request_free`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_credentials_prepare_client_token(
    credentials: Option<&clef_credentials>,
    request: Option<&mut MaybeUninit<Option<Box<clef_http_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("request", request), error, || {
        let request = required("credentials", credentials)?
            .0
            .prepare_client_token()?;
        Ok(hand_over(clef_http_request(request)))
    })
}

/// The request of `clef_credentials_request_user_token` as a value, not sent yet. No network.
///
/// Fails as that call does before it sends. Free it with `clef_http_request_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_prepare_user_token(
    credentials: Option<&clef_credentials>,
    code: *const c_char,
    request: Option<&mut MaybeUninit<Option<Box<clef_http_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("request", request), error, || {
        let request = required("credentials", credentials)?
            .0
            .prepare_user_token(text("code", code)?)?;
        Ok(hand_over(clef_http_request(request)))
    })
}

/// The request of `clef_credentials_refresh_user_token` as a value, not sent yet. No network.
///
/// Fails as that call does before it sends. Free it with `clef_http_request_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_prepare_refresh_user_token(
    credentials: Option<&clef_credentials>,
    refresh_token: *const c_char,
    request: Option<&mut MaybeUninit<Option<Box<clef_http_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("request", request), error, || {
        let request = required("credentials", credentials)?
            .0
            .prepare_refresh_user_token(text("refresh_token", refresh_token)?)?;
        Ok(hand_over(clef_http_request(request)))
    })
}

/// The request of `clef_credentials_request_pkce_token` as a value, not sent yet. No network.
///
/// Fails as that call does before it sends. Free it with `clef_http_request_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_prepare_pkce_token(
    credentials: Option<&clef_credentials>,
    code: *const c_char,
    verifier: *const c_char,
    request: Option<&mut MaybeUninit<Option<Box<clef_http_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("request", request), error, || {
        let request = required("credentials", credentials)?
            .0
            .prepare_pkce_token(text("code", code)?, text("verifier", verifier)?)?;
        Ok(hand_over(clef_http_request(request)))
    })
}

/// The request of `clef_credentials_refresh_pkce_token` as a value, not sent yet. No network.
///
/// Fails as that call does before it sends. Free it with `clef_http_request_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_credentials_prepare_refresh_pkce_token(
    credentials: Option<&clef_credentials>,
    refresh_token: *const c_char,
    request: Option<&mut MaybeUninit<Option<Box<clef_http_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("request", request), error, || {
        let request = required("credentials", credentials)?
            .0
            .prepare_refresh_pkce_token(text("refresh_token", refresh_token)?)?;
        Ok(hand_over(clef_http_request(request)))
    })
}

/// The request of `clef_credentials_refresh` as a value, not sent yet. No network.
///
/// Fails as that call does before it sends. Free it with `clef_http_request_free`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_credentials_prepare_refresh(
    credentials: Option<&clef_credentials>,
    token: Option<&clef_token>,
    request: Option<&mut MaybeUninit<Option<Box<clef_http_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("request", request), error, || {
        let credentials = required("credentials", credentials)?;
        let token = required("token", token)?;
        let request = credentials.0.prepare_refresh(&token.token)?;
        Ok(hand_over(clef_http_request(request)))
    })
}

/// A new handle to the same credentials. Yours: free it with `clef_credentials_free`. NULL gives
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_credentials_clone(
    credentials: Option<&clef_credentials>,
) -> Option<Box<clef_credentials>> {
    hand_over(clef_credentials(credentials?.0.clone()))
}

/// Frees a handle, and wipes the client secret with the last of what uses it. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_credentials_free(credentials: Option<Box<clef_credentials>>) {
    drop(credentials);
}
