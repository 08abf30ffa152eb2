//! Self-refreshing tokens that are kept in a store.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use crate::refreshing::RefreshingToken;

use super::arguments::{nullable_text, required};
use super::credentials::clef_credentials;
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::operation::{clef_operation, clef_operation_callback, start};
use super::refreshing_token::clef_refreshing_token;
use super::runtime::clef_runtime;
use super::token_store::clef_token_store;
use super::user_data::{UserData, clef_free_callback};

/// Opens the token that `store` keeps for an account. Refreshed first when it is about to expire,
/// and again whenever that is so later: each new token is stored before anybody sees it. Free it
/// with `clef_refreshing_token_free`.
///
/// Blocks while it refreshes, and up to 75 seconds for another process that has the lock of the
/// account. `account` is nullable: the one without a name. Store and credentials are kept alive.
///
/// Any number of processes may open the same account: they take turns to refresh it, under a lock
/// of the store, and what one has got the others use. A process that dies is in nobody's way. The
/// token is that of the account: once another user has logged in under the same name, it becomes
/// theirs with the next refresh. So give each of your users a name.
///
/// `CLEF_STATUS_NOT_FOUND` where nothing is stored and `CLEF_STATUS_LOGIN_REQUIRED` where the
/// grant has ended and the access token has expired: both have the remedy `CLEF_REMEDY_LOG_IN`,
/// see `clef_login`. `CLEF_STATUS_STORE` where what is stored cannot be read; another error of a
/// store of your own as it is. An error with the remedy `CLEF_REMEDY_RETRY_LATER` that comes of the
/// refresh alone, such as no network, is none here: `clef_refreshing_token_last_error` says it, and
/// `clef_refreshing_token_access_token` tries again. `CLEF_STATUS_WOULD_BLOCK` as there.
///
/// A grant that the service refused is kept in the store, aside: it is not asked for again by
/// itself, for services have refused live grants by mistake. To try once more, load it with
/// `clef_token_store_load`, and `clef_refreshing_token_new`, `_attach` and `_refresh` it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_token_open(
    store: Option<&clef_token_store>,
    credentials: Option<&clef_credentials>,
    account: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let store = &required("store", store)?.0;
        let credentials = &required("credentials", credentials)?.0;
        let account = nullable_text("account", account)?;
        let token = RefreshingToken::open(store, credentials, account)?;
        Ok(hand_over(clef_refreshing_token(token)))
    })
}

/// `clef_refreshing_token_open` in the background of `runtime`. The operation gives a
/// `clef_refreshing_token`. Never blocks; any thread.
///
/// A store or a sender of your own runs by the pump of `runtime`, or on a thread that waits for
/// this. `callback`, `user_data`, `free_user_data` and `operation` as with
/// `clef_http_request_start`; nullable are `account`, `callback`, `free_user_data` and
/// `operation`. `CLEF_STATUS_CANCELLED` where the runtime is closed,
/// `CLEF_STATUS_IO` where no thread can be started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_token_open_start(
    store: Option<&clef_token_store>,
    credentials: Option<&clef_credentials>,
    account: *const c_char,
    runtime: Option<&clef_runtime>,
    callback: clef_operation_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    start(callback, user_data, operation, error, |completion| {
        let store = &required("store", store)?.0;
        let credentials = &required("credentials", credentials)?.0;
        let account = nullable_text("account", account)?;
        let runtime = &required("runtime", runtime)?.0;
        RefreshingToken::start_open(store, credentials, account, runtime, completion)
    })
}

/// Stores `token` for an account, in place of what is there, and from now on each new token
/// before anybody sees it: for a token that was not opened from `store`, such as one of
/// `clef_user_auth_request_refreshing_token`. Blocks for as long as the store takes, and while a
/// refresh is under way.
///
/// A token that is kept there already is stored again only where that does not replace a newer one.
///
/// `account` is nullable: the one without a name. `CLEF_STATUS_STORE` where it could not be
/// stored, or where what is there cannot be read: then nothing has changed here, nor in the store
/// unless that says so. `CLEF_STATUS_WOULD_BLOCK` from inside a listener, sender or store of this token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_refreshing_token_attach(
    token: Option<&clef_refreshing_token>,
    store: Option<&clef_token_store>,
    account: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let token = &required("token", token)?.0;
        let store = &required("store", store)?.0;
        token.attach(store, nullable_text("account", account)?)
    })
}
