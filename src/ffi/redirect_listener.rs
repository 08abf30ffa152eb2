//! Receiving the redirect of a login on this computer.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::login::RedirectListener;

use super::arguments::{nullable_text, required, text, timeout};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::strings;
use super::text::borrowed;

/// Listens on a port of this computer for the redirect that ends a login, so that nobody has to
/// paste an address (RFC 8252). Shared: any thread may use it at any time; one waits at a time.
///
/// Nobody but this computer can connect to it. While a thread is in `clef_redirect_listener_wait`,
/// it answers browsers with a small page; in between, they wait. It starts no thread.
///
/// Methods: `clef_redirect_listener_new`, `_uri`, `_set_page`, `_wait`, `_cancel`, `_free`.
pub struct clef_redirect_listener(RedirectListener);

/// Listens at `redirect_uri`, from now until it is freed: `http://127.0.0.1[:port][/path]` or
/// `http://[::1][:port][/path]`. Without a port, or with port 0, a free one is picked: register
/// the URI without a port then, which the service takes for any port, and log in with
/// `clef_redirect_listener_uri`. No network beyond this computer.
///
/// `CLEF_STATUS_INVALID_REDIRECT_URI` for anything else; the message says what to write instead.
/// `CLEF_STATUS_ADDRESS_IN_USE` where another program listens on that port.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_redirect_listener_new(
    redirect_uri: *const c_char,
    listener: Option<&mut MaybeUninit<Option<Box<clef_redirect_listener>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("listener", listener), error, || {
        let listener = RedirectListener::new(text("redirect_uri", redirect_uri)?)?;
        Ok(hand_over(clef_redirect_listener(listener)))
    })
}

/// The redirect URI to log in with, for `clef_credentials_with_redirect_uri`: as it was given, but
/// with the port that is listened on. Borrowed: lives as long as the listener. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_redirect_listener_uri(
    listener: Option<&clef_redirect_listener>,
) -> *const c_char {
    borrowed(listener.map(|listener| listener.0.uri_with_nul()))
}

/// What the browser shows in the end: `success` after a login, `failure` after one that the user
/// or the service refused. Both nullable: the page of clef, which is in English.
///
/// Text that begins with `<` is a whole page of HTML and shown as it is, but scripts do not run
/// and nothing is loaded: put styles and images (`data:`) into it. Anything else is plain text for
/// the page of clef: its first line is the heading.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_redirect_listener_set_page(
    listener: Option<&clef_redirect_listener>,
    success: *const c_char,
    failure: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let listener = required("listener", listener)?;
        let success = nullable_text("success", success)?;
        listener
            .0
            .set_page(success, nullable_text("failure", failure)?);
        Ok(())
    })
}

/// Blocks until the redirect has come, and gives its whole URL, for
/// `clef_user_auth_request_token_from_url` and its kin. **Secret**: it has the code in it. Free it
/// with `clef_string_free`.
///
/// `expected_state` is that of the login, `clef_user_auth_state`: a redirect with another one is
/// turned away, and the waiting goes on. It is nullable: then any redirect ends the waiting, also
/// one that another program or web page has sent here, and its state is yours to verify. A
/// redirect that says `error=` is given too: who reads it gets `CLEF_STATUS_ACCESS_DENIED` or
/// `CLEF_STATUS_OAUTH`.
///
/// For at most `timeout_ms` milliseconds (-1 for ever, 0 to look): then it is
/// `CLEF_STATUS_TIMEOUT`, and you may wait again. A browser that has begun to be answered gets its
/// whole page first, which takes milliseconds, at most a second. `CLEF_STATUS_CANCELLED` after
/// `clef_redirect_listener_cancel`, `CLEF_STATUS_BUSY` while another thread waits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_redirect_listener_wait(
    listener: Option<&clef_redirect_listener>,
    expected_state: *const c_char,
    timeout_ms: i64,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("url", url), error, || {
        let listener = required("listener", listener)?;
        let expected_state = nullable_text("expected_state", expected_state)?;
        let timeout = timeout("timeout_ms", timeout_ms)?;
        let url = listener.0.wait(expected_state, timeout)?;
        Ok(strings::hand_over(url.expose()))
    })
}

/// Ends the `clef_redirect_listener_wait` under way, within milliseconds, and all later ones, as
/// `CLEF_STATUS_CANCELLED`. Any thread; never blocks. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_redirect_listener_cancel(listener: Option<&clef_redirect_listener>) {
    if let Some(listener) = listener {
        listener.0.cancel();
    }
}

/// Gives the port back and frees the listener. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_redirect_listener_free(listener: Option<Box<clef_redirect_listener>>) {
    drop(listener);
}
