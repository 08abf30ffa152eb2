//! A self-refreshing token in one call.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::shortcuts;

use super::arguments::text;
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::refreshing_token::clef_refreshing_token;
use super::sender::clef_sender;

/// Requests a self-refreshing client token. `sender` is nullable: the built-in one. Blocks until
/// the service has answered; any thread. Fails as `clef_credentials_request_client_token` does.
/// Reference: `request_client_token`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_request_client_token(
    client_id: *const c_char,
    client_secret: *const c_char,
    sender: Option<&clef_sender>,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = shortcuts::request_client_token(
            text("client_id", client_id)?,
            text("client_secret", client_secret)?,
            sender.map(|sender| sender.sender.clone()),
        )?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// Requests a self-refreshing user token by the refresh token of a login with a client secret.
/// `sender` is nullable: the built-in one. Blocks until the service has answered; any thread.
/// Fails as `clef_credentials_refresh_user_token` does. Reference: `refresh_user_token`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refresh_user_token(
    client_id: *const c_char,
    client_secret: *const c_char,
    refresh_token: *const c_char,
    sender: Option<&clef_sender>,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = shortcuts::refresh_user_token(
            text("client_id", client_id)?,
            text("client_secret", client_secret)?,
            text("refresh_token", refresh_token)?,
            sender.map(|sender| sender.sender.clone()),
        )?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// Requests a self-refreshing user token by the refresh token of a login with PKCE. `sender` is
/// nullable: the built-in one. Blocks until the service has answered; any thread. Fails as
/// `clef_credentials_refresh_pkce_token` does. Reference: `refresh_pkce_token`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refresh_pkce_token(
    client_id: *const c_char,
    refresh_token: *const c_char,
    sender: Option<&clef_sender>,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let token = shortcuts::refresh_pkce_token(
            text("client_id", client_id)?,
            text("refresh_token", refresh_token)?,
            sender.map(|sender| sender.sender.clone()),
        )?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}
