//! Tokens that refresh themselves.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::clock::{TIME_NEVER, TIME_UNKNOWN};
use crate::error::{Error, Result, Status};
use crate::refreshing::{Event, Listener, RefreshingToken};
use crate::token::Token;

use super::arguments::{required, text};
use super::credentials::clef_credentials;
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::operation::{clef_operation, clef_operation_callback, start};
use super::runtime::clef_runtime;
use super::scope::clef_scope_set;
use super::strings;
use super::token::clef_token;
use super::user_data::{UserData, clef_free_callback};

/// An access token that is refreshed when it is about to expire. Shared: any number of threads
/// may use it at any time. Reference: `RefreshingToken`.
///
/// Methods: `clef_refreshing_token_new`, `_open`, `_open_start`, `_attach`, `_credentials`,
/// `_access_token`, `_access_token_start`, `_try_access_token`, `_refresh_token`, `_scopes`,
/// `_token_type`, `_uses_pkce`, `_expires_at`, `_expires_in`, `_is_expiring`, `_token`, `_refresh`,
/// `_refresh_start`, `_invalidate`, `_keep_fresh`, `_last_error`, `_set_grant_warning`,
/// `_set_listener`, `_clone`, `_free`.
pub struct clef_refreshing_token(pub(super) RefreshingToken);

/// What happened to a self-refreshing token: one of the `CLEF_EVENT_…` constants. A later
/// version may give more: answer those with `CLEF_STATUS_OK`.
pub type clef_event = i32;

/// Hears of what happens to a self-refreshing token. `token` is the new one for
/// `CLEF_EVENT_CHANGED`, else the one at hand; `error` is NULL unless something failed. Both are
/// borrowed for the call.
///
/// On `CLEF_EVENT_CHANGED` save `token`, as `clef_token_to_json`: nobody else has seen it yet. (A
/// token in a store is saved already, and may be one that another process has got.)
/// Answer `CLEF_STATUS_OK`; anything else says that you could not, and the token is offered
/// again before the next refresh. It is used all the same.
///
/// Called one call at a time: on the thread that refreshes, or for a refresh in the background
/// by the pump of its runtime, or on a thread that waits for it. No lock of clef's is held, but
/// the refresh waits for you: asking this same token for its access token, or to refresh, is
/// `CLEF_STATUS_WOULD_BLOCK`. It must neither unwind nor `longjmp`.
pub type clef_token_listener = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        event: clef_event,
        token: Option<&clef_token>,
        error: Option<&clef_error>,
    ) -> clef_status,
>;

/// A new self-refreshing token that begins as `token`, which stays yours. No network. Reference:
/// `RefreshingToken(token, credentials)`.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` where `token` says that it belongs to another client id than
/// `credentials`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_new(
    token: Option<&clef_token>,
    credentials: Option<&clef_credentials>,
    refreshing_token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(
        Out::new("refreshing_token", refreshing_token),
        error,
        || {
            let token = required("token", token)?.token.clone();
            let credentials = required("credentials", credentials)?;
            let refreshing = RefreshingToken::new(token, &credentials.0)?;
            Ok(hand_over(clef_refreshing_token(refreshing)))
        },
    )
}

/// A new handle to the credentials that refresh it. Yours: free it with `clef_credentials_free`.
/// NULL gives NULL. Reference: `RefreshingToken.credentials`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_credentials(
    token: Option<&clef_refreshing_token>,
) -> Option<Box<clef_credentials>> {
    hand_over(clef_credentials(token?.0.credentials().clone()))
}

/// The access token, refreshed first when it has less than 60 seconds left. **Secret**. Free it
/// with `clef_string_free`. Reference: `RefreshingToken.access_token`.
///
/// Costs some 50 ns unless it refreshes, so ask before every request and keep no copy. A refresh
/// blocks this thread until the service has answered, and threads that have nothing valid to use
/// until then; one request goes out for all of them.
///
/// Where a refresh fails while the old token is still valid, it is the old token; the next try
/// comes after 5 seconds, then twice as long each time up to 5 minutes, and not before the
/// service allows. Once the token has expired: whatever the service and the network can do.
/// After `CLEF_STATUS_LOGIN_REQUIRED` no more requests go out until
/// `clef_refreshing_token_refresh`.
///
/// A thread that waits for a refresh in the background of a runtime calls that refresh's
/// listener and sender itself, where these are yours. `CLEF_STATUS_WOULD_BLOCK` where it would
/// wait for itself: from this token's own listener and custom sender, and on the thread that
/// pumps the runtime that the sender is bound to, or that polls the sender.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_access_token(
    token: Option<&clef_refreshing_token>,
    access_token: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("access_token", access_token), error, || {
        required("token", token)?
            .0
            .with_fresh_token(|token| strings::hand_over(token.access_token().expose()))
    })
}

/// The access token if it is at hand, as `clef_refreshing_token_access_token` would give it
/// without a refresh. **Secret**. Free it with `clef_string_free`. Never blocks, and begins nothing;
/// any thread. For loops and coroutines: ask this first, and begin
/// `clef_refreshing_token_access_token_start` only where it says `CLEF_STATUS_WOULD_BLOCK`.
///
/// `CLEF_STATUS_WOULD_BLOCK` where the token has to be refreshed first, or is being refreshed and
/// is no longer valid; then `CLEF_STATUS_LOGIN_REQUIRED` and `CLEF_STATUS_RATE_LIMITED` where a
/// refresh would be refused without a request.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_try_access_token(
    token: Option<&clef_refreshing_token>,
    access_token: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("access_token", access_token), error, || {
        required("token", token)?
            .0
            .try_with_fresh_token(|token| strings::hand_over(token.access_token().expose()))
    })
}

/// `clef_refreshing_token_access_token` in the background of `runtime`, for threads that must
/// not block. The operation gives a `clef_token`. Never blocks; any thread.
///
/// The listener and the sender of the token, where they are yours, run by the pump of `runtime`,
/// or on a thread that waits for the same refresh. While a refresh is under way, an old token
/// that is still valid is given at once.
///
/// `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
/// `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
/// runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_token_access_token_start(
    token: Option<&clef_refreshing_token>,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let token = &required("token", token)?.0;
        let runtime = &required("runtime", runtime)?.0;
        token.start_access_token(runtime, completion)
    })
}

/// The refresh token as it is now; NULL for a client token. No network. **Secret**. Free it with
/// `clef_string_free`. Reference: `RefreshingToken.refresh_token`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_refresh_token(
    token: Option<&clef_refreshing_token>,
    refresh_token: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("refresh_token", refresh_token), error, || {
        let refresh_token = required("token", token)?.0.refresh_token();
        Ok(refresh_token.map_or(std::ptr::null_mut(), |secret| {
            strings::hand_over(secret.expose())
        }))
    })
}

/// What the user allowed; empty for a client token. No network. Free it with
/// `clef_scope_set_free`. Reference: `RefreshingToken.scope`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_scopes(
    token: Option<&clef_refreshing_token>,
    scopes: Option<&mut MaybeUninit<Option<Box<clef_scope_set>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("scopes", scopes), error, || {
        let scopes = required("token", token)?.0.scopes();
        Ok(hand_over(clef_scope_set(scopes)))
    })
}

/// How the token is used, as the service said it: `"Bearer"`. No network. Free it with
/// `clef_string_free`. Reference: `RefreshingToken.token_type`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_token_type(
    token: Option<&clef_refreshing_token>,
    token_type: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token_type", token_type), error, || {
        let token = required("token", token)?.0.token();
        Ok(strings::hand_over(token.token_type()))
    })
}

/// Whether the token comes from a login with PKCE. NULL gives false. Reference:
/// `RefreshingToken.uses_pkce`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_uses_pkce(token: Option<&clef_refreshing_token>) -> bool {
    token.is_some_and(|token| token.0.uses_pkce())
}

/// `CLEF_TIME_NEVER`: it refreshes itself. `clef_refreshing_token_token` has the times of the
/// current token. NULL gives 0. Reference: `RefreshingToken.expires_at`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_expires_at(token: Option<&clef_refreshing_token>) -> i64 {
    token.map_or(TIME_UNKNOWN, |_| TIME_NEVER)
}

/// `CLEF_TIME_NEVER`: it refreshes itself. NULL gives 0. Reference:
/// `RefreshingToken.expires_in`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_expires_in(token: Option<&clef_refreshing_token>) -> i64 {
    token.map_or(TIME_UNKNOWN, |_| TIME_NEVER)
}

/// False, always: it refreshes itself. Reference: `RefreshingToken.is_expiring`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_is_expiring(token: Option<&clef_refreshing_token>) -> bool {
    let _ = token;
    false
}

/// The token as it is now, for `clef_token_to_json` and its times. No network, never blocks.
/// Free it with `clef_token_free`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_token(
    token: Option<&clef_refreshing_token>,
    current: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("current", current), error, || {
        let current = required("token", token)?.0.token();
        Ok(hand_over(clef_token::new(current)))
    })
}

/// Refreshes now, however fresh the token is and whatever went wrong before. Joins a refresh
/// that is under way. Of a token in a store, one that another process has got meanwhile will do.
///
/// Blocks until the service has answered; any thread. On failure the old token stays in place.
/// `CLEF_STATUS_WOULD_BLOCK` as with `clef_refreshing_token_access_token`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_refresh(
    token: Option<&clef_refreshing_token>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || required("token", token)?.0.refresh())
}

/// `clef_refreshing_token_refresh` in the background of `runtime`. The operation gives the new
/// `clef_token`. Never blocks; any thread.
///
/// `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
/// `callback`, `free_user_data` and `operation` are nullable. Fails as
/// `clef_refreshing_token_access_token_start` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_token_refresh_start(
    token: Option<&clef_refreshing_token>,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let token = &required("token", token)?.0;
        let runtime = &required("runtime", runtime)?.0;
        token.start_refresh(runtime, completion)
    })
}

/// To be called after the Web API answered 401 to `access_token`: refreshes if that is still the
/// current one, and does nothing if the token has changed since, or never was this one.
///
/// Blocks like `clef_refreshing_token_refresh`. On failure the token stays in place, but is not
/// served any more: the next call tries again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_token_invalidate(
    token: Option<&clef_refreshing_token>,
    access_token: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let token = required("token", token)?;
        token.0.invalidate(text("access_token", access_token)?)
    })
}

/// Has `runtime` refresh the token ahead of time, so that `clef_refreshing_token_access_token`
/// need not wait for the network. NULL (nullable) ends that. Never blocks; any thread.
///
/// A token is refreshed one and a half to two minutes before its end, or at about half its life
/// where it is short; the exact time is random. Readers are then served what is still valid, and
/// refresh by themselves only what has expired. Failures are told to the listener, and the next
/// try comes after 5 seconds, then twice as long each time up to 5 minutes. The clock is looked
/// at every 15 seconds, so an expiry during a laptop's sleep is noticed soon.
///
/// It keeps neither the token alive nor the runtime open: it ends with the last handle of the
/// token, with the runtime, and when the user has to log in again; call this again for the token
/// of the next login. A listener of yours runs by the pump, and until it has, the new token is
/// not published. `CLEF_STATUS_CANCELLED` where the runtime is closed, `CLEF_STATUS_IO` where no
/// thread can be started: then what was before stays.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_keep_fresh(
    token: Option<&clef_refreshing_token>,
    runtime: Option<&clef_runtime>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let token = required("token", token)?;
        token.0.keep_fresh(runtime.map(|runtime| &runtime.0))
    })
}

/// Why the last refresh failed, or why its token could not be stored; NULL after one that worked,
/// and before the first. For hosts that take no callbacks. Never blocks. Free it with
/// `clef_error_free`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_last_error(
    token: Option<&clef_refreshing_token>,
    last_error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("last_error", last_error), error, || {
        let last_error = required("token", token)?.0.last_error();
        Ok(last_error.map(|error| Box::new(clef_error(error))))
    })
}

/// How many seconds before the end of the grant the listener hears `CLEF_EVENT_GRANT_EXPIRING`;
/// two weeks where nothing is set, 0 for never. Any thread; holds from the next refresh on.
///
/// It is told once, with a refresh. A program that runs for minutes only looks at
/// `clef_token_grant_expires_at` when it starts. `CLEF_STATUS_INVALID_ARGUMENT` where it is
/// negative.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_set_grant_warning(
    token: Option<&clef_refreshing_token>,
    seconds: i64,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        required("token", token)?.0.set_grant_warning(seconds)
    })
}

/// Has `listener` hear of what happens to the token; NULL for nobody.
///
/// Replaces the listener before. Blocks while that one runs on another thread: when this
/// returns, it is not running and never will again, and its `user_data` is freed. Called from
/// inside that listener, this holds once the listener has returned. So do not hold a lock here
/// that the listener takes.
///
/// `free_user_data`, where not NULL, is called once with `user_data`: when the listener is
/// replaced, when the last handle of the token is freed, or when this call fails. `user_data`
/// must not own a handle of this same token: then neither would ever be freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_token_set_listener(
    token: Option<&clef_refreshing_token>,
    listener: clef_token_listener,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    guard((), error, move || {
        let listener = listener.map(|call| Arc::new(HostListener { call, user_data }) as _);
        required("token", token)?.0.set_listener(listener);
        Ok(())
    })
}

struct HostListener {
    call: unsafe extern "C" fn(
        *mut c_void,
        clef_event,
        Option<&clef_token>,
        Option<&clef_error>,
    ) -> clef_status,
    user_data: UserData,
}

impl Listener for HostListener {
    fn hear(&self, event: Event, token: &Token, error: Option<&Error>) -> Result<()> {
        let token = clef_token::new(token.clone());
        let error = error.map(|error| clef_error(error.clone()));
        // SAFETY: the header asks the caller for a function that takes this `user_data`, which is freed with `self`, and
        // borrows the token and the error for the call alone.
        let status = unsafe {
            (self.call)(
                self.user_data.pointer(),
                event as clef_event,
                Some(&token),
                error.as_ref(),
            )
        };
        if status == Status::Ok as clef_status {
            return Ok(());
        }
        Err(Error::new(
            Status::from_number(status).unwrap_or(Status::Store),
            "the listener did not take the token",
        ))
    }
}

/// A new handle to the same token. Yours: free it with `clef_refreshing_token_free`. NULL gives
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_clone(
    token: Option<&clef_refreshing_token>,
) -> Option<Box<clef_refreshing_token>> {
    hand_over(clef_refreshing_token(token?.0.clone()))
}

/// Frees a handle, and wipes the token with its last handle. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_refreshing_token_free(token: Option<Box<clef_refreshing_token>>) {
    drop(token);
}
