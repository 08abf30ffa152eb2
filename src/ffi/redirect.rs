//! The parts of a login by themselves: its state, and what its redirect brings.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::redirect::{parse_code_from_url, parse_state_from_url};
use crate::user_auth::gen_state;

use super::arguments::text;
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard};
use super::strings;

/// A new random state, URL-safe: `n_bytes` bytes of it, from 16 to 96; 32 is usual.
/// **Secret**. Free it with `clef_string_free`. Reference: `gen_state`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_gen_state(
    n_bytes: usize,
    state: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("state", state), error, || {
        Ok(strings::hand_over(gen_state(n_bytes)?.expose()))
    })
}

/// The `code` in the URL that a user was redirected to. **Secret**. Free it with
/// `clef_string_free`. Reference: `parse_code_from_url`.
///
/// `url` is a whole URL, a request target (`/callback?code=…`) or a bare query.
/// `CLEF_STATUS_MISSING_PARAMETER` where there is none or an empty one,
/// `CLEF_STATUS_REPEATED_PARAMETER` where there are two. A URL with `error=` is
/// `CLEF_STATUS_ACCESS_DENIED` where the user said no, else `CLEF_STATUS_OAUTH`: verify its
/// state before you believe that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_parse_code_from_url(
    url: *const c_char,
    code: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("code", code), error, || {
        let code = parse_code_from_url(text("url", url)?)?;
        Ok(strings::hand_over(code.expose()))
    })
}

/// The `state` in the URL that a user was redirected to, in any of the forms of
/// `clef_parse_code_from_url` and with the same errors, but for `error=`. **Secret**. Free it
/// with `clef_string_free`. Reference: `parse_state_from_url`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_parse_state_from_url(
    url: *const c_char,
    state: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("state", state), error, || {
        let state = parse_state_from_url(text("url", url)?)?;
        Ok(strings::hand_over(state.expose()))
    })
}
