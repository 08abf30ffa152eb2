//! Runtimes: work in the background, callbacks where the host wants them.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::clock::in_time;
use crate::error::Result;
use crate::runtime::{Background, Runtime};
use crate::store::TokenStore;

use super::arguments::{required, timeout};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over, must_not_be_null};
use super::sender::{clef_send_callback, clef_sender, custom_sender, timeout_from_the_queue};
use super::token_store::{clef_store_callback, clef_token_store, task_handler};
use super::user_data::{UserData, clef_free_callback};

/// Does work in the background, and leaves every call of yours to the thread that calls
/// `clef_runtime_run_callbacks`: once a frame, or when `clef_runtime_fd` is readable. Shared:
/// any thread may use it at any time.
///
/// It has one thread that carries the work on (`clef-driver`), up to 32 that carry requests over
/// the network, which end after 10 idle seconds (`clef-carrier`), and one for each login that
/// waits for its redirect, which ends with that (`clef-waiter`). Each built-in sender looks a host
/// name up on one thread more, since that cannot be interrupted: it may outlive the runtime by as
/// long as the system's resolver takes. All are started when they are first needed, block all
/// signals, and never run code of yours.
///
/// Methods: `clef_runtime_new`, `_run_callbacks`, `_wait`, `_wake`, `_fd`, `_new_sender`,
/// `_new_store`, `_close`, `_free`; the `…_start` functions, and `clef_refreshing_token_keep_fresh`.
pub struct clef_runtime(pub(super) Runtime);

/// A new runtime. It starts no thread yet. Yours: free it with `clef_runtime_free`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_runtime_new(
    runtime: Option<&mut MaybeUninit<Option<Box<clef_runtime>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("runtime", runtime), error, || {
        Ok(hand_over(clef_runtime(Runtime::new())))
    })
}

/// The runtime may be freed by a callback that it runs, or while a thread waits for it: so these do not borrow it.
///
/// # Safety
/// `runtime` is NULL or a runtime that is not freed yet.
unsafe fn background(runtime: *const clef_runtime) -> Result<Arc<Background>> {
    // SAFETY: the caller's; the borrow ends here.
    let runtime = unsafe { runtime.as_ref() };
    Ok(required("runtime", runtime)?.0.background().clone())
}

/// Runs the callbacks that wait, on this thread, and says how many those were: completions,
/// senders, listeners and destructors. What comes while they run is left for the next time, so
/// this always returns. NULL gives 0.
///
/// Never blocks; costs some 20 ns when nothing waits. Several threads may call it, at the same
/// time too. From inside a callback it runs the others that wait.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_runtime_run_callbacks(runtime: *const clef_runtime) -> usize {
    // SAFETY: the header asks the caller for NULL or a runtime that is not freed yet.
    let background = unsafe { background(runtime) };
    background.map_or(0, |background| background.run_callbacks())
}

/// Blocks until a callback waits or `clef_runtime_wake` is called, for at most `timeout_ms`
/// milliseconds (-1 for ever, 0 to look): then it is `CLEF_STATUS_TIMEOUT`. Any thread.
///
/// `CLEF_STATUS_CANCELLED` once the runtime is closed. It runs nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_runtime_wait(
    runtime: *const clef_runtime,
    timeout_ms: i64,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        // SAFETY: the header asks the caller for NULL or a runtime that is not freed yet.
        let background = unsafe { background(runtime)? };
        let deadline = in_time(timeout("timeout_ms", timeout_ms)?);
        background.pump().wait(deadline)
    })
}

/// Ends one `clef_runtime_wait`, the one under way or the next, and makes `clef_runtime_fd`
/// readable until then or until the next `clef_runtime_run_callbacks`. Any thread; never blocks.
/// NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_runtime_wake(runtime: Option<&clef_runtime>) {
    if let Some(runtime) = runtime {
        runtime.0.wake();
    }
}

/// A file descriptor that is readable while a callback waits, and from `clef_runtime_wake` until
/// the next `clef_runtime_run_callbacks` or `clef_runtime_wait`, and for good once the runtime
/// is closed: for `poll`, `epoll` and event loops built on them. Borrowed: lives as long as the
/// runtime; stop watching it before that is freed. Do not read it or close it. -1 for NULL, on
/// platforms without such a thing (Windows), and where the process has no descriptor left.
#[unsafe(no_mangle)]
pub extern "C" fn clef_runtime_fd(runtime: Option<&clef_runtime>) -> i32 {
    runtime.and_then(|runtime| runtime.0.fd()).unwrap_or(-1)
}

/// `clef_sender_new_custom` for a `send` that only `clef_runtime_run_callbacks` of `runtime`
/// calls, whichever thread sends. That calls `free_user_data` (nullable) with `user_data` too,
/// unless the runtime is closed.
///
/// `timeout_ms` counts from when the request is sent: milliseconds above 0, -1 for ever. A
/// blocking call that needs this sender waits for the pump; on the thread that pumps, which is
/// the one that pumped last, it is `CLEF_STATUS_WOULD_BLOCK`. Two pumps that wait for each
/// other's senders wait for their timeouts. Once the runtime is closed, requests are
/// `CLEF_STATUS_CANCELLED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_runtime_new_sender(
    runtime: Option<&clef_runtime>,
    send: clef_send_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    timeout_ms: i64,
    sender: Option<&mut MaybeUninit<Option<Box<clef_sender>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    guard(Out::new("sender", sender), error, move || {
        let runtime = &required("runtime", runtime)?.0;
        let send = send.ok_or_else(|| must_not_be_null("send"))?;
        let timeout = timeout_from_the_queue(timeout_ms)?;
        let user_data = user_data.bound_to(runtime.background().pump());
        let sender = custom_sender(send, user_data, timeout).bound_to(runtime);
        Ok(hand_over(clef_sender::new(sender)))
    })
}

/// `clef_token_store_new_custom` for a `run` that only `clef_runtime_run_callbacks` of `runtime`
/// calls, whichever thread uses the store. That calls `free_user_data` (nullable) with
/// `user_data` too, unless the runtime is closed.
///
/// The 30 seconds of a task count from when it waits for the pump. A blocking call that needs this
/// store waits for the pump; on the thread that pumps, which is the one that pumped last, it is
/// `CLEF_STATUS_WOULD_BLOCK`. While the runtime closes, the answer to a refresh that it has sent is
/// still saved: that runs `run` inside `clef_runtime_close` or `clef_runtime_free`. Anything else
/// is `CLEF_STATUS_CANCELLED` from then on, also the saving of a refresh that another thread does
/// by a blocking call: have those end first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_runtime_new_store(
    runtime: Option<&clef_runtime>,
    run: clef_store_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    store: Option<&mut MaybeUninit<Option<Box<clef_token_store>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    guard(Out::new("store", store), error, move || {
        let runtime = &required("runtime", runtime)?.0;
        let run = run.ok_or_else(|| must_not_be_null("run"))?;
        let user_data = user_data.bound_to(runtime.background().pump());
        let store = TokenStore::custom_bound_to(runtime, task_handler(run, user_data));
        Ok(hand_over(clef_token_store(store)))
    })
}

/// Ends all work and all threads of the runtime, in at most `timeout_ms` milliseconds (-1: as
/// long as it takes). Nothing can be started any more; what is under way completes as
/// `CLEF_STATUS_CANCELLED`, and its callbacks run here, on this thread. Once this has returned
/// `CLEF_STATUS_OK`, no callback ever runs.
///
/// That takes some milliseconds, but for one thing: a refresh token that may have reached the
/// service is spent, and its answer has the next one. Such a refresh is finished and handed to
/// the listener, within the timeout of its sender; a sender without a timeout is not waited for.
/// Where that, or a callback that another thread runs, takes longer than `timeout_ms` it is
/// `CLEF_STATUS_TIMEOUT`: call this again, or have `clef_runtime_free` give it up.
///
/// Any thread, also while another one pumps. From inside a callback that this runtime runs, it
/// takes effect when that callback's pump returns, which blocks for it then, without a limit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_runtime_close(
    runtime: *const clef_runtime,
    timeout_ms: i64,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        // SAFETY: the header asks the caller for NULL or a runtime that is not freed yet.
        let background = unsafe { background(runtime)? };
        background.close(in_time(timeout("timeout_ms", timeout_ms)?))
    })
}

/// Closes the runtime as `clef_runtime_close` does, as long as it takes, and frees it. After a
/// close that timed out it waits for callbacks that other threads still run, but for no service:
/// what is on the wire is cut off, and a refresh token may be lost with it. NULL does nothing.
///
/// Its callbacks run here, so free it before what they use, and after every other thread has
/// stopped using it. A refresh that a custom sender of yours was handed is waited for: end its
/// exchange first if this thread is the one that would, or it waits for the sender's timeout. A
/// runtime does not outlive `fork`: make a new one in the child, and leave the parent's alone.
///
/// To be called before the library is unloaded. From inside a callback that this runtime runs,
/// it takes effect when that callback's pump returns; the handle is not to be used any more.
#[unsafe(no_mangle)]
pub extern "C" fn clef_runtime_free(runtime: Option<Box<clef_runtime>>) {
    drop(runtime);
}
