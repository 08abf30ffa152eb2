//! Keeping tokens.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::path::Path;

use crate::store::{StoreTask, TokenStore};
use crate::text::Text;

use super::arguments::{nullable_text, required};
use super::credentials::clef_credentials;
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over, must_not_be_null};
use super::store_task::clef_store_task;
use super::text::borrowed;
use super::token::clef_token;
use super::user_data::{UserData, clef_free_callback};

/// Keeps tokens where the next run of the program, or another process, finds them: one for each
/// accounts service, client id and account. Shared: any thread and any process may use it at any
/// time.
///
/// An account is a name of your own for one of your users, at most 256 bytes; a program with one
/// user has no need of it. What cannot be read, be it damaged or from a later version of clef, is
/// an error and stays as it is, until `clef_token_store_remove`.
///
/// Methods: `clef_token_store_new_file`, `_new_keyring`, `_new_custom`, `clef_runtime_new_store`,
/// `clef_token_store_load`, `_save`, `_remove`, `_accounts`, `_clone`, `_free`.
pub struct clef_token_store(pub(super) TokenStore);

/// The accounts of a store, as they were at one time. Immutable; any thread may read it at any
/// time.
///
/// Methods: `clef_accounts_len`, `_get`, `_free`.
pub struct clef_accounts(Vec<Text>);

/// Keeps tokens in the directory `path`, each in a file that only this user may read (mode 0600).
/// A file is replaced as a whole, so neither a crash nor a full disk loses the token that was
/// there; the lock of an account is one of the operating system, which ends with its process.
///
/// `path` is nullable: then it is `$XDG_STATE_HOME/clef` or `$HOME/.local/state/clef`, on macOS
/// `$HOME/Library/Application Support/clef`, on Windows `%LOCALAPPDATA%\clef`. The environment is
/// read for that, during this call: no other thread may change it meanwhile. Nothing else is
/// opened or made here: the directory is made, with mode 0700, when there is something to lock.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` where `path` is empty or longer than 4096 bytes,
/// `CLEF_STATUS_STORE` where it is NULL and the environment has no such directory. The store's
/// calls give `CLEF_STATUS_STORE`, with the path and the way out in the message, for a directory
/// that others may write or that is another user's (but for root's, and for root), and for a file
/// that others may read, that is a symbolic link or that has more than 1 MiB.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_token_store_new_file(
    path: *const c_char,
    store: Option<&mut MaybeUninit<Option<Box<clef_token_store>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("store", store), error, || {
        let path = nullable_text("path", path)?.map(Path::new);
        Ok(hand_over(clef_token_store(TokenStore::file(path)?)))
    })
}

/// Keeps tokens in the keyring of the desktop, which the user's login unlocks: by the Secret
/// Service API on Linux and its like (GNOME Keyring, KWallet, KeePassXC), in the login keychain on
/// macOS, in the Credential Manager on Windows, which takes at most 2560 bytes for a token with
/// all that is stored of it. `service` is the name of your program, by which the user finds them
/// there, 1 to 256 bytes; it is nullable: then it is `clef`. Processes keep out of each other's
/// way by lock files in the directory that `clef_token_store_new_file` has for NULL.
///
/// The environment is read for that directory during this call, and by every call of the store
/// for the address of the session bus (`DBUS_SESSION_BUS_ADDRESS`, `XDG_RUNTIME_DIR`): no other
/// thread may change it meanwhile. No thread is started, and no dialog is opened but what macOS
/// itself shows: a Secret Service that is locked or absent is `CLEF_STATUS_STORE` in the store's
/// calls, and so is one that does not answer within 30 seconds.
///
/// `CLEF_STATUS_UNSUPPORTED` where clef was built without the feature `keyring`,
/// `CLEF_STATUS_STORE` where the environment names no home directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_token_store_new_keyring(
    service: *const c_char,
    store: Option<&mut MaybeUninit<Option<Box<clef_token_store>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("store", store), error, || {
        let service = nullable_text("service", service)?;
        Ok(hand_over(clef_token_store(TokenStore::keyring(service)?)))
    })
}

/// Does one thing for a custom store: `task` says what. It answers now, or keeps the task and
/// answers it later from any thread.
///
/// `task` is yours: end it exactly once, with `clef_store_task_done`, `clef_store_task_fail` or
/// `clef_store_task_free`. Called on the thread that makes the call, by several threads at a time
/// if several do; for work in the background of a runtime by its pump, or on a thread that waits
/// for that work; never on a thread of clef's own. No lock of clef's is held. It must neither
/// unwind nor `longjmp`, and must not use the store that it is for.
pub type clef_store_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, task: Box<clef_store_task>)>;

/// A store that hands each thing to do to `run`, to keep tokens wherever you like: Redis or a
/// database behind a fleet of servers, a vault, the settings of your program. What to do for
/// each kind of task stands at `CLEF_STORE_TASK_LOAD` and its kin.
///
/// Whoever uses the store waits until the task ends, up to 30 seconds after `run` was called: then
/// it is `CLEF_STATUS_TIMEOUT`, and a later answer is dropped. In the background no thread is held
/// while the answer is awaited. A task that fails is the error of the call; but where another process
/// has the lock, or was quicker, clef tries again first: see `clef_store_task_fail`.
///
/// `user_data` is handed to `run` as it is. `free_user_data`, where not NULL, is called once with
/// it: when the store and everything that uses it are freed, or when this call fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_token_store_new_custom(
    run: clef_store_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    store: Option<&mut MaybeUninit<Option<Box<clef_token_store>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    guard(Out::new("store", store), error, move || {
        let run = run.ok_or_else(|| must_not_be_null("run"))?;
        let store = TokenStore::custom(task_handler(run, user_data));
        Ok(hand_over(clef_token_store(store)))
    })
}

/// Has `run` do the tasks of a store.
pub(super) fn task_handler(
    run: unsafe extern "C" fn(*mut c_void, Box<clef_store_task>),
    user_data: UserData,
) -> impl Fn(StoreTask) + Send + Sync + 'static {
    move |task| {
        let task = Box::new(clef_store_task(task));
        // SAFETY: the header asks the caller for a function that takes this `user_data` and the task, on the threads
        // that it names; `user_data` is freed after the store, which runs this.
        unsafe { run(user_data.pointer(), task) }
    }
}

/// The token of an account, as it was stored: expired or not, its grant dead or not. Yours: free it
/// with `clef_token_free`. Blocks for as long as the store takes. It is for a look: to use it, and to
/// have each new token stored, `clef_refreshing_token_open` the account.
///
/// `account` is nullable: the one without a name, like `""`. `CLEF_STATUS_NOT_FOUND` where none
/// is stored, `CLEF_STATUS_STORE` where it cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_token_store_load(
    store: Option<&clef_token_store>,
    credentials: Option<&clef_credentials>,
    account: *const c_char,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let store = required("store", store)?;
        let credentials = required("credentials", credentials)?;
        let account = nullable_text("account", account)?;
        let token = store.0.load(&credentials.0, account)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Stores the token of an account in place of the one that is there. When it returns, the token
/// is on the disk. Blocks for as long as the store takes, and up to 75 seconds for another process
/// that has the lock of the account: then it is `CLEF_STATUS_STORE`.
///
/// It replaces whatever is there, a newer token too. A token that refreshes itself is better
/// attached, `clef_refreshing_token_attach`: of one that is only saved here, the next refresh may
/// spend the refresh token.
///
/// `account` is nullable: the one without a name, like `""`. `CLEF_STATUS_INVALID_ARGUMENT` for
/// a token of another client, `CLEF_STATUS_STORE` where it cannot be stored, or what is there
/// cannot be read: that stays. `CLEF_STATUS_WOULD_BLOCK` where this thread would wait for itself:
/// inside a callback of who has the lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_token_store_save(
    store: Option<&clef_token_store>,
    credentials: Option<&clef_credentials>,
    account: *const c_char,
    token: Option<&clef_token>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let store = required("store", store)?;
        let credentials = required("credentials", credentials)?;
        let account = nullable_text("account", account)?;
        let token = required("token", token)?;
        store.0.save(&credentials.0, account, &token.token)
    })
}

/// Forgets the token of an account, also one that cannot be read; that none is stored is no error.
/// It does not end the grant: users do that on the pages of the service. Blocks like
/// `clef_token_store_save`.
///
/// This logs the user out. Tokens that are open go on until their access token expires, and are
/// `CLEF_STATUS_LOGIN_REQUIRED` then; `clef_refreshing_token_refresh` says so at once.
///
/// `account` is nullable: the one without a name, like `""`. `CLEF_STATUS_STORE` where it cannot
/// be removed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_token_store_remove(
    store: Option<&clef_token_store>,
    credentials: Option<&clef_credentials>,
    account: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let store = required("store", store)?;
        let credentials = required("credentials", credentials)?;
        let account = nullable_text("account", account)?;
        store.0.remove(&credentials.0, account)
    })
}

/// The accounts that a token is stored for, with the accounts URL and the client id of the
/// credentials, also dead ones and those of a later version of clef. Files that are damaged or
/// refused are left out. Yours: free it with `clef_accounts_free`. Blocks for as long as the store
/// takes.
///
/// `CLEF_STATUS_STORE` where the store cannot be read, `CLEF_STATUS_UNSUPPORTED` where a store of
/// your own cannot list.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_store_accounts(
    store: Option<&clef_token_store>,
    credentials: Option<&clef_credentials>,
    accounts: Option<&mut MaybeUninit<Option<Box<clef_accounts>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("accounts", accounts), error, || {
        let store = required("store", store)?;
        let credentials = required("credentials", credentials)?;
        let accounts = store.0.accounts(&credentials.0)?;
        Ok(hand_over(clef_accounts(accounts)))
    })
}

/// A new handle to the same store. Yours: free it with `clef_token_store_free`. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_store_clone(
    store: Option<&clef_token_store>,
) -> Option<Box<clef_token_store>> {
    hand_over(clef_token_store(store?.0.clone()))
}

/// Frees a handle; what is stored stays. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_store_free(store: Option<Box<clef_token_store>>) {
    drop(store);
}

/// How many accounts there are. NULL gives 0.
#[unsafe(no_mangle)]
pub extern "C" fn clef_accounts_len(accounts: Option<&clef_accounts>) -> usize {
    accounts.map_or(0, |accounts| accounts.0.len())
}

/// The account at `index`, from 0, in sorted order; `""` is the one without a name, NULL past the
/// end. Borrowed: lives as long as the accounts.
#[unsafe(no_mangle)]
pub extern "C" fn clef_accounts_get(
    accounts: Option<&clef_accounts>,
    index: usize,
) -> *const c_char {
    borrowed(accounts.and_then(|accounts| Some(accounts.0.get(index)?.with_nul())))
}

/// Frees the accounts and the strings that were borrowed from them. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_accounts_free(accounts: Option<Box<clef_accounts>>) {
    drop(accounts);
}
