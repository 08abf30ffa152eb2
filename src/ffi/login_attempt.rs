//! One attempt of a user to log in.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use crate::login::LoginAttempt;

use super::arguments::{required, text};
use super::error::{clef_error, clef_status};
use super::guard::{guard, hand_over};
use super::text::borrowed;

/// An attempt of a user to log in, by `clef_login` or `clef_login_start`: what to show, and how to
/// end the waiting from elsewhere. Shared: any thread may use it at any time, also when the login
/// is over; it holds no port then.
///
/// Methods: `clef_login_attempt_url`, `_redirect_uri`, `_open_browser`, `_paste`, `_cancel`,
/// `_clone`, `_free`.
pub struct clef_login_attempt(LoginAttempt);

/// Shows a login to the user, in your way: show `clef_login_attempt_url`, or call
/// `clef_login_attempt_open_browser`. Called once a login, by the thread in `clef_login`; for
/// `clef_login_start` by the pump of its runtime, or by a thread in `clef_operation_wait`.
///
/// `attempt` is borrowed for the call: clone it to keep it, for a *Cancel* button or a field to
/// paste into. No redirect is received before this returns, so do not wait for the login here;
/// asking for a URL and pasting it is fine. No lock of clef's is held; any function of clef may
/// be called. It must neither unwind nor `longjmp`.
pub type clef_login_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, attempt: Option<&clef_login_attempt>)>;

impl clef_login_attempt {
    pub(super) fn new(attempt: &LoginAttempt) -> clef_login_attempt {
        clef_login_attempt(attempt.clone())
    }
}

/// Where to send the user. It is for the user and no log: the state is in it, so it is **secret**.
/// Borrowed: lives as long as this handle. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_attempt_url(attempt: Option<&clef_login_attempt>) -> *const c_char {
    borrowed(attempt.map(|attempt| attempt.0.url().with_nul()))
}

/// Where the user is sent back to: the redirect URI of the credentials, with the port that is
/// listened on. Borrowed: lives as long as this handle. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_attempt_redirect_uri(
    attempt: Option<&clef_login_attempt>,
) -> *const c_char {
    borrowed(attempt.map(|attempt| attempt.0.redirect_uri_text().with_nul()))
}

/// Opens the URL in the browser of the desktop, as a login without a callback does. Blocks for a
/// second at most, to see whether that fails. Any thread.
///
/// `CLEF_STATUS_NO_BROWSER` where there is none: the login goes on, and you may show the URL.
/// `CLEF_STATUS_ALREADY_USED` where the login does not wait for its user any more.
///
/// Starts a process through `/bin/sh`: `xdg-open` and its like on Linux, `open` on macOS. It has
/// your environment and those descriptors that you have not marked close-on-exec, but not your
/// standard streams; it is no child of yours, and keys at your terminal do not reach it. Who may
/// list the processes of this computer sees the URL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_attempt_open_browser(
    attempt: Option<&clef_login_attempt>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || required("attempt", attempt)?.0.open_browser())
}

/// Ends the waiting with the URL that the user was sent back to: pasted, or got from the system by
/// an app that has registered the scheme of the redirect URI. A whole URL, a request target or a
/// bare query. Never blocks; any thread. The redirect is waited for at the same time: whichever
/// comes first counts.
///
/// Spaces, quotes and angle brackets around it do no harm. The state is verified here. These leave
/// the login waiting: `CLEF_STATUS_STATE_MISMATCH` for another login's URL,
/// `CLEF_STATUS_MISSING_PARAMETER` and `CLEF_STATUS_REPEATED_PARAMETER` for one that is no
/// redirect. A URL that says `error=` is `CLEF_STATUS_OK` here, and the login ends as
/// `CLEF_STATUS_ACCESS_DENIED` or `CLEF_STATUS_OAUTH`. `CLEF_STATUS_ALREADY_USED` where the login
/// does not wait any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_login_attempt_paste(
    attempt: Option<&clef_login_attempt>,
    url: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        required("attempt", attempt)?.0.paste(text("url", url)?)
    })
}

/// Ends the login as `CLEF_STATUS_CANCELLED`, within milliseconds, unless it is done or a sender
/// of yours holds it up. Any thread; never blocks. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_attempt_cancel(attempt: Option<&clef_login_attempt>) {
    if let Some(attempt) = attempt {
        attempt.0.cancel();
    }
}

/// A new handle to the same attempt. Yours: free it with `clef_login_attempt_free`. NULL gives
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_attempt_clone(
    attempt: Option<&clef_login_attempt>,
) -> Option<Box<clef_login_attempt>> {
    hand_over(clef_login_attempt(attempt?.0.clone()))
}

/// Frees a handle that is yours, and what was borrowed from it; the login goes on. NULL does
/// nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_attempt_free(attempt: Option<Box<clef_login_attempt>>) {
    drop(attempt);
}
