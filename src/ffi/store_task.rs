//! Store tasks: what a custom store has to do.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::error::Status;
use crate::panics::contained;
use crate::store::{Key, StoreTask, StoreTaskKind};
use crate::text::Text;

use super::arguments::{nullable_text, required_mut, text};
use super::error::{clef_error, clef_status};
use super::guard::guard;
use super::text::borrowed;

/// What a `clef_store_task` asks for: one of the `CLEF_STORE_TASK_…` constants. A later version may
/// give numbers that this one does not know: fail those with `CLEF_STATUS_UNSUPPORTED`.
pub type clef_task_kind = i32;

/// One thing that a custom store has to do, which waits for that. Whoever has it ends it exactly
/// once, from any thread, now or later; one thread at a time may use it.
///
/// Methods: `clef_store_task_kind`, `_key`, `_accounts_url`, `_client_id`, `_account`, `_value`,
/// `_version`, `_fence`, `_time_to_live_ms`, `_is_cancelled`; `_set_value`, `_set_version`,
/// `_set_fence`, `_add_account`; `_done`, `_fail` and `_free`, which end it.
pub struct clef_store_task(pub(super) StoreTask);

/// What to do. NULL gives `CLEF_STORE_TASK_UNKNOWN`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_kind(task: Option<&clef_store_task>) -> clef_task_kind {
    task.map_or(StoreTaskKind::Unknown, |task| task.0.kind()) as clef_task_kind
}

/// What it is about: accounts URL, client id and account in one text of printable ASCII without
/// a space, which is unique. At `CLEF_STORE_TASK_LIST` it is how all keys of this client begin, and
/// ends in `/`. Borrowed: lives until the task ends. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_key(task: Option<&clef_store_task>) -> *const c_char {
    of_key(task, |[_, _, _, text]| text)
}

/// The accounts URL of the key. Borrowed: lives until the task ends. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_accounts_url(task: Option<&clef_store_task>) -> *const c_char {
    of_key(task, |[accounts_url, ..]| accounts_url)
}

/// The client id of the key. Borrowed: lives until the task ends. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_client_id(task: Option<&clef_store_task>) -> *const c_char {
    of_key(task, |[_, client_id, ..]| client_id)
}

/// The account of the key, as your program named it: any UTF-8; `""` without a name, and at
/// `CLEF_STORE_TASK_LIST`. Borrowed: lives until the task ends. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_account(task: Option<&clef_store_task>) -> *const c_char {
    of_key(task, |[_, _, account, _]| account)
}

fn of_key(task: Option<&clef_store_task>, pick: fn([&Text; 4]) -> &Text) -> *const c_char {
    borrowed(task.map(|task| pick(Key::texts(task.0.key())).with_nul()))
}

/// The text to store at `CLEF_STORE_TASK_SAVE`, NULL at others: JSON in UTF-8, some 2,000 bytes.
/// **Secret**: it has the tokens in it. Borrowed: lives until the task ends.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_value(task: Option<&clef_store_task>) -> *const c_char {
    borrowed(task.and_then(|task| Some(task.0.value()?.with_nul())))
}

/// The version that must still be stored for `CLEF_STORE_TASK_SAVE` to replace it: the one that
/// was set when it was loaded or saved last. NULL: nothing may be stored yet, or it had no
/// version. Borrowed: lives until the task ends.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_version(task: Option<&clef_store_task>) -> *const c_char {
    borrowed(task.and_then(|task| Some(task.0.version_text()?.with_nul())))
}

/// The fence of the lease under which to do `CLEF_STORE_TASK_SAVE`, `CLEF_STORE_TASK_REMOVE` or
/// `CLEF_STORE_TASK_UNLOCK`, as it was set with `clef_store_task_set_fence`; 0 without, at
/// others, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_fence(task: Option<&clef_store_task>) -> i64 {
    task.map_or(0, |task| task.0.fence())
}

/// How long the lock that is asked for at `CLEF_STORE_TASK_LOCK` holds, at least, if it is not
/// given back: 60,000 milliseconds, after which another may take it. 0 at others, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_time_to_live_ms(task: Option<&clef_store_task>) -> i64 {
    task.map_or(0, |task| {
        i64::try_from(task.0.time_to_live().as_millis()).unwrap_or(i64::MAX)
    })
}

/// Whether nobody waits for the task any more: the time is up, or it was cancelled. Such a task
/// still has to be ended. Ask before you take a lock, and after: nobody would give that one back,
/// so it is in the way until its time to live is up. NULL gives false.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_is_cancelled(task: Option<&clef_store_task>) -> bool {
    task.is_some_and(|task| task.0.is_cancelled())
}

/// Answers `CLEF_STORE_TASK_LOAD` with what is stored: the `value` that was saved, as it was. Copied,
/// and wiped later.
///
/// `version` (nullable) names this state of it: any text that changes with each save, such as a
/// number or a hash. A store that has versions sets one here and with
/// `clef_store_task_set_version` each time, or clef takes what is there for nothing.
/// `CLEF_STATUS_INVALID_ARGUMENT` for a task of another kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_store_task_set_value(
    task: Option<&mut clef_store_task>,
    value: *const c_char,
    version: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let task = required_mut("task", task)?;
        let value = text("value", value)?;
        task.0.set_value(value, nullable_text("version", version)?)
    })
}

/// Answers `CLEF_STORE_TASK_SAVE` with the version of what was saved now. Copied.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for a task of another kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_store_task_set_version(
    task: Option<&mut clef_store_task>,
    version: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let task = required_mut("task", task)?;
        task.0.set_version(text("version", version)?)
    })
}

/// Answers `CLEF_STORE_TASK_LOCK` with the fence of the lease: a number above 0 that grows with each
/// lease of the key. A store that was changed under a fence turns away every `CLEF_STORE_TASK_SAVE` and
/// `CLEF_STORE_TASK_REMOVE` with a lower one: it comes from a process that was asleep for longer
/// than its lease. A store that sets none is told 0.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for a `fence` of 0 or less, and for a task of another kind.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_set_fence(
    task: Option<&mut clef_store_task>,
    fence: i64,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || required_mut("task", task)?.0.set_fence(fence))
}

/// Answers `CLEF_STORE_TASK_LIST` with one more `account` that something is stored for, as
/// `clef_store_task_account` gave it. In any order, and twice is no harm. Copied.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for a task of another kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_store_task_add_account(
    task: Option<&mut clef_store_task>,
    account: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let task = required_mut("task", task)?;
        task.0.add_account(text("account", account)?)
    })
}

/// Ends a task that is done, with what was set: it is saved, removed, given back; the lock is
/// taken; nothing is stored where no value was set, for no account where none was added. Consumes
/// `task`. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_done(task: Option<Box<clef_store_task>>) {
    if let Some(task) = task {
        task.0.done();
    }
}

/// Ends a task that is not done. Consumes `task`. `message` (nullable) says why, in one line of at
/// most 500 characters; the value of the task and the tokens in it are taken out of it.
///
/// `status` is `CLEF_STATUS_BUSY` where another has the lock (`CLEF_STORE_TASK_LOCK`), or where the
/// version or the fence is not the current one any more (`CLEF_STORE_TASK_SAVE`,
/// `CLEF_STORE_TASK_REMOVE`): clef then tries again, for up to 75 seconds, and up to 4 times with
/// another look. `CLEF_STATUS_UNSUPPORTED` where this store has no locks
/// (`CLEF_STORE_TASK_LOCK`) or cannot list (`CLEF_STORE_TASK_LIST`). Else the call that waits
/// returns it: `CLEF_STATUS_STORE`, `_IO`, `_TIMEOUT`, `_TRANSPORT`, `_TLS`, `_CANCELLED`,
/// `_WOULD_BLOCK` or `_INTERNAL`. Any other counts as `CLEF_STATUS_STORE`. An invalid `message` is a
/// failure with `CLEF_STATUS_INVALID_ARGUMENT`. A NULL `task` does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_store_task_fail(
    task: Option<Box<clef_store_task>>,
    status: clef_status,
    message: *const c_char,
) {
    let Some(task) = task else { return };
    let status = Status::from_number(status).unwrap_or(Status::Store);
    // A panic ends it too: it drops the task.
    let _ = contained(|| {
        match nullable_text("message", message) {
            Ok(message) => task
                .0
                .fail(status, message.unwrap_or("the custom store failed")),
            Err(error) => task.0.fail_with(error),
        }
        Ok(())
    });
}

/// Ends a task as a `CLEF_STATUS_STORE` failure. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_store_task_free(task: Option<Box<clef_store_task>>) {
    drop(task);
}
