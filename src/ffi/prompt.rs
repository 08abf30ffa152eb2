//! Logins at the terminal.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::credentials::Credentials;
use crate::error::Result;
use crate::prompt;
use crate::refreshing::RefreshingToken;

use super::arguments::{required, text};
use super::credentials::{AuthFlag, auth_options, clef_credentials};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::refreshing_token::clef_refreshing_token;
use super::scope::clef_scope_set;
use super::sender::clef_sender;

/// Flags of the prompts, beside those of `CLEF_AUTH_…`.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[repr(C)]
pub enum PromptFlag {
    /// Open the login in the desktop's browser. It is shown as text in any case.
    OpenBrowser = 0x100,
}

fn prompt(
    credentials: &Credentials,
    scopes: Option<&clef_scope_set>,
    flags: u32,
) -> Result<RefreshingToken> {
    let open_browser = PromptFlag::OpenBrowser as u32;
    prompt::prompt_for_token(
        credentials,
        scopes.map(|scopes| &scopes.0),
        auth_options(flags & !open_browser)?,
        flags & open_browser != 0,
    )
}

fn credentials(
    client_id: *const c_char,
    client_secret: Option<*const c_char>,
    redirect_uri: *const c_char,
    sender: Option<&clef_sender>,
) -> Result<Credentials> {
    let client_id = text("client_id", client_id)?;
    let client_secret = match client_secret {
        Some(secret) => Some(text("client_secret", secret)?),
        None => None,
    };
    let redirect_uri = text("redirect_uri", redirect_uri)?;
    let credentials = Credentials::new(client_id, client_secret, Some(redirect_uri))?;
    Ok(match sender {
        Some(sender) => credentials.with_sender(sender.sender.clone()),
        None => credentials,
    })
}

/// Prompts at the terminal for a login with a client secret. Reference: `prompt_for_user_token`.
///
/// Writes to standard output and reads standard input, a line at a time and not a byte beyond:
/// shows the URL of the login, and has the user paste the one that they are redirected to, again
/// after a line that is no such URL, three times at most. Call `fflush(stdout)` before, so that
/// what you printed comes first. `scopes` and `sender` are nullable. `flags`: `CLEF_AUTH_…`,
/// `CLEF_PROMPT_OPEN_BROWSER`. Blocks for as long as the user takes. `CLEF_STATUS_IO` where the
/// input ends; else as `clef_user_auth_new` and
/// `clef_user_auth_request_refreshing_token_from_url`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_prompt_for_user_token(
    client_id: *const c_char,
    client_secret: *const c_char,
    redirect_uri: *const c_char,
    scopes: Option<&clef_scope_set>,
    flags: u32,
    sender: Option<&clef_sender>,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let credentials = credentials(client_id, Some(client_secret), redirect_uri, sender)?;
        let token = prompt(&credentials, scopes, flags)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// Prompts at the terminal for a login with PKCE, as `clef_prompt_for_user_token` does.
/// Reference: `prompt_for_pkce_token`.
///
/// `scopes` and `sender` are nullable. `flags`: `CLEF_AUTH_…`, `CLEF_PROMPT_OPEN_BROWSER`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_prompt_for_pkce_token(
    client_id: *const c_char,
    redirect_uri: *const c_char,
    scopes: Option<&clef_scope_set>,
    flags: u32,
    sender: Option<&clef_sender>,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let credentials = credentials(client_id, None, redirect_uri, sender)?;
        let token = prompt(&credentials, scopes, flags | AuthFlag::Pkce as u32)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// Prompts at the terminal for a login with these credentials, which may be for another accounts
/// service; with PKCE where `flags` has `CLEF_AUTH_PKCE`. `scopes` is nullable. The other two
/// prompts rest on this one.
#[unsafe(no_mangle)]
pub extern "C" fn clef_prompt_for_token(
    credentials: Option<&clef_credentials>,
    scopes: Option<&clef_scope_set>,
    flags: u32,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let credentials = required("credentials", credentials)?;
        let token = prompt(&credentials.0, scopes, flags)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}
