//! Settings of a login.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::login::{LoginAttempt, LoginBrowser, LoginOptions};

use super::arguments::{nullable_text, required_mut, timeout};
use super::credentials::auth_options;
use super::error::{clef_error, clef_status};
use super::guard::{guard, hand_over};
use super::login_attempt::{clef_login_attempt, clef_login_callback};
use super::token_store::clef_token_store;
use super::user_data::{UserData, clef_free_callback};

/// Settings of a login. A setter object: one thread at a time, copied when it is used.
///
/// Methods: `clef_login_options_new`, `_set_flags`, `_set_timeout`, `_set_browser`, `_set_page`,
/// `_set_store`, `_free`.
pub struct clef_login_options {
    options: LoginOptions,
    /// The flag and the callback are set one by one.
    opens_no_browser: bool,
    callback: Option<Arc<Callback>>,
}

struct Callback {
    function: unsafe extern "C" fn(*mut c_void, Option<&clef_login_attempt>),
    user_data: UserData,
}

/// Flags of logins, beside those of `CLEF_AUTH_…`.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[repr(C)]
pub enum LoginFlag {
    /// Open no browser: you show the URL, by `clef_login_options_set_browser` or
    /// `clef_operation_url`.
    NoBrowser = 0x200,
}

impl clef_login_options {
    /// What the core is told, from what was set.
    pub(super) fn to_core(&self) -> LoginOptions {
        let mut options = self.options.clone();
        options.browser = match &self.callback {
            Some(callback) => {
                let callback = callback.clone();
                LoginBrowser::Callback(Arc::new(move |attempt| callback.call(attempt)))
            }
            None if self.opens_no_browser => LoginBrowser::Host,
            None => LoginBrowser::Desktop,
        };
        options
    }
}

impl Callback {
    fn call(&self, attempt: &LoginAttempt) {
        let attempt = clef_login_attempt::new(attempt);
        // SAFETY: the header asks the caller for a function that takes this `user_data`, which is freed after its last
        // use, and borrows the attempt for the call alone.
        unsafe { (self.function)(self.user_data.pointer(), Some(&attempt)) }
    }
}

/// New settings: the browser of the desktop, 5 minutes, the pages of clef. Yours: free them with
/// `clef_login_options_free`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_options_new() -> Option<Box<clef_login_options>> {
    hand_over(clef_login_options {
        options: LoginOptions::default(),
        opens_no_browser: false,
        callback: None,
    })
}

/// `flags`: `CLEF_AUTH_PKCE` (used in any case where the credentials have no client secret),
/// `CLEF_AUTH_SHOW_DIALOG` (always so without PKCE), `CLEF_LOGIN_NO_BROWSER`. They replace those
/// before; none unless set.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for unknown bits.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_options_set_flags(
    options: Option<&mut clef_login_options>,
    flags: u32,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let options = required_mut("options", options)?;
        let no_browser = LoginFlag::NoBrowser as u32;
        options.options.auth = auth_options(flags & !no_browser)?;
        options.opens_no_browser = flags & no_browser != 0;
        Ok(())
    })
}

/// How many milliseconds the user may take, from the call that begins the login; -1 for ever.
/// 300,000 unless set. The request for the token afterwards has the timeout of its sender.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for 0 and below -1.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_options_set_timeout(
    options: Option<&mut clef_login_options>,
    timeout_ms: i64,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let options = required_mut("options", options)?;
        options
            .options
            .set_timeout(timeout("timeout_ms", timeout_ms)?)
    })
}

/// Has `callback` show the login, with `user_data`, in place of the desktop's browser: for
/// consoles, containers, SSH, and to cancel or paste from another thread. `callback` NULL for
/// none.
///
/// `free_user_data` (nullable) is called once with `user_data`: when neither these settings nor a
/// login under way need it any more, when another callback takes its place, or when this call
/// fails; at once where `callback` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_login_options_set_browser(
    options: Option<&mut clef_login_options>,
    callback: clef_login_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    guard((), error, move || {
        let options = required_mut("options", options)?;
        options.callback = callback.map(|function| {
            Arc::new(Callback {
                function,
                user_data,
            })
        });
        Ok(())
    })
}

/// What the browser shows in the end: `success` after a login, `failure` after one that was
/// refused. Both nullable, text or HTML: as with `clef_redirect_listener_set_page`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_login_options_set_page(
    options: Option<&mut clef_login_options>,
    success: *const c_char,
    failure: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let options = required_mut("options", options)?;
        let success = nullable_text("success", success)?;
        let failure = nullable_text("failure", failure)?;
        options.options.set_page(success, failure);
        Ok(())
    })
}

/// Has `store` keep the token of the login for an account, from before anybody sees it: as
/// `clef_refreshing_token_attach`. `store` is nullable: for none, then without an account.
/// `account` is nullable: the one without a name. `store` is kept alive.
///
/// The store is looked at before anything is shown: where it fails, so does the login. The user is
/// asked for the scopes that are stored for the account beside those of the login, so that a login
/// for more takes nothing away; to ask for less, `clef_token_store_remove` the account first. A
/// token that could not be saved is not lost: the login works, and
/// `clef_refreshing_token_last_error` says why.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for an account without a store, or of over 256 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_login_options_set_store(
    options: Option<&mut clef_login_options>,
    store: Option<&clef_token_store>,
    account: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let options = required_mut("options", options)?;
        let account = nullable_text("account", account)?;
        let store = store.map(|store| &store.0);
        options.options.set_store(store, account)
    })
}

/// Frees settings; logins under way keep their copy. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_login_options_free(options: Option<Box<clef_login_options>>) {
    drop(options);
}
