//! Operations: what a `…_start` function has begun.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result, Status};
use crate::runtime::{Completion, Operation, Outcome};
use crate::token::Token;

use super::arguments::{required, timeout};
use super::error::{clef_error, clef_status};
use super::guard::{ErrorSlot, Out, Outputs, guard, hand_over};
use super::refreshing_token::clef_refreshing_token;
use super::strings;
use super::token::clef_token;
use super::user_data::UserData;

/// One piece of work under way in a runtime. Shared: any thread may use it at any time.
///
/// It completes exactly once: with a result, with an error, or as `CLEF_STATUS_CANCELLED`. Then
/// it is done, its results can be had any number of times, and its callback, if it has one, is
/// run by `clef_runtime_run_callbacks`, never before the `…_start` function has written its
/// outputs. Without a callback nothing is run, and neither `clef_runtime_wait` nor
/// `clef_runtime_fd` is woken: ask `clef_operation_is_done`, or block in `clef_operation_wait`.
///
/// Methods: `clef_operation_is_done`, `_wait`, `_cancel`, `_status`, `_access_token`, `_token`,
/// `_refreshing_token`, `_url`, `_clone`, `_free`; `clef_login_paste`.
pub struct clef_operation(pub(super) Operation);

/// Hears once that an operation is done. `operation` is borrowed for the call: clone it to keep
/// it. The handle that the program got at the start is another one, and may be freed here. No
/// lock of clef's is held; any function of clef may be called. It must neither unwind nor
/// `longjmp`.
pub type clef_operation_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, operation: Option<&clef_operation>)>;

/// What every `…_start` function does: `begin` checks its arguments and begins the work.
pub(super) fn start(
    callback: clef_operation_callback,
    user_data: UserData,
    operation: Option<&mut MaybeUninit<Option<Box<clef_operation>>>>,
    error: ErrorSlot,
    begin: impl FnOnce(Option<Completion>) -> Result<Operation>,
) -> clef_status {
    let written = Arc::<Written>::default();
    let output = OperationOut {
        slot: operation,
        written: written.clone(),
    };
    guard(output, error, move || {
        begin(completion(callback, user_data, written))
    })
}

/// The nullable output of a `…_start` function. Another thread may pump meanwhile, so the callback waits until this is
/// written: it may want to free what the program finds there.
struct OperationOut<'a> {
    slot: Option<&'a mut MaybeUninit<Option<Box<clef_operation>>>>,
    written: Arc<Written>,
}

impl Outputs for OperationOut<'_> {
    type Values = Operation;
    fn clear(&mut self) {
        if let Some(slot) = &mut self.slot {
            slot.write(None);
        }
    }
    fn missing(&self) -> Option<&'static str> {
        None
    }
    fn fill(mut self, operation: Operation) {
        if let Some(slot) = &mut self.slot {
            slot.write(hand_over(clef_operation(operation)));
        }
    }
}

impl Drop for OperationOut<'_> {
    fn drop(&mut self) {
        *self.written.lock() = true;
        self.written.changed.notify_all();
    }
}

/// Whether a `…_start` function has handed over what it has to.
#[derive(Default)]
struct Written {
    is_so: Mutex<bool>,
    changed: Condvar,
}

impl Written {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.is_so.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self) {
        let is_so = self.lock();
        drop(self.changed.wait_while(is_so, |is_so| !*is_so));
    }
}

/// The callback of an operation; without one `user_data` is freed at once.
fn completion(
    callback: clef_operation_callback,
    user_data: UserData,
    written: Arc<Written>,
) -> Option<Completion> {
    let callback = callback?;
    Some(Box::new(move |operation: &Operation| {
        written.wait();
        let operation = clef_operation(operation.clone());
        // SAFETY: the header asks the caller for a function that takes this `user_data`, which is freed after the call,
        // and borrows the operation for the call alone.
        unsafe { callback(user_data.pointer(), Some(&operation)) }
    }))
}

/// Whether it is done: its results can be had. Its callback may still wait for
/// `clef_runtime_run_callbacks`. Never blocks. NULL gives false.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_is_done(operation: Option<&clef_operation>) -> bool {
    operation.is_some_and(|operation| operation.0.is_done())
}

/// Blocks until the operation is done, whether it worked or not, for at most `timeout_ms`
/// milliseconds (-1 for ever): then it is `CLEF_STATUS_TIMEOUT`. 0 is a look, which neither
/// blocks nor calls anything of yours. Any thread.
///
/// What the operation needs your code for, an unbound sender or a listener, this thread may call
/// while it waits; the operation's own callback waits for the pump. `CLEF_STATUS_WOULD_BLOCK`
/// where only this very thread could make it go on: it pumps the runtime that the sender is
/// bound to, polls the sender, or is called back by the same work.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_wait(
    operation: Option<&clef_operation>,
    timeout_ms: i64,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let operation = required("operation", operation)?;
        operation.0.wait(timeout("timeout_ms", timeout_ms)?)
    })
}

/// Ends the operation now, as `CLEF_STATUS_CANCELLED`, unless it is done. Never blocks; any
/// thread. NULL does nothing. A login that waits for its user ends within milliseconds: once it
/// is done, its port is free.
///
/// No refresh token is lost by it: a shared refresh goes on for others who wait, and one that
/// may have reached the service is carried through and kept by its token. A
/// `clef_http_request_start` with a refresh token that may have reached the service is not
/// ended, since its answer has the next one. The code of a login is spent once it has reached
/// the service: then the user has to log in again.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_cancel(operation: Option<&clef_operation>) {
    if let Some(operation) = operation {
        operation.0.cancel();
    }
}

/// How the operation ended: `CLEF_STATUS_OK`, or what went wrong, as the blocking call would
/// have said it; `CLEF_STATUS_BUSY` until it is done. Never blocks; any thread.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_status(
    operation: Option<&clef_operation>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        required("operation", operation)?.0.result().map(drop)
    })
}

/// The token of an operation that gives one; what went wrong, where something did.
fn token(operation: Option<&clef_operation>) -> Result<Token> {
    match required("operation", operation)?.0.result()? {
        Outcome::Token(token) => Ok(token),
        Outcome::RefreshingToken(_) => Err(no_such_result("clef_operation_refreshing_token")),
    }
}

fn no_such_result(instead: &str) -> Error {
    Error::new(
        Status::Unsupported,
        format!("the operation has no such result; ask it for {instead}"),
    )
}

/// The access token that the operation has got. **Secret**. Free it with `clef_string_free`.
/// Never blocks.
///
/// `CLEF_STATUS_BUSY` until it is done; then what the blocking call would have given. A token
/// that refreshes itself is `clef_operation_refreshing_token`: then this is
/// `CLEF_STATUS_UNSUPPORTED`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_access_token(
    operation: Option<&clef_operation>,
    access_token: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("access_token", access_token), error, || {
        Ok(strings::hand_over(
            token(operation)?.access_token().expose(),
        ))
    })
}

/// The token that the operation has got. Free it with `clef_token_free`. Never blocks. Fails as
/// `clef_operation_access_token` does.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_token(
    operation: Option<&clef_operation>,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        Ok(hand_over(clef_token::new(self::token(operation)?)))
    })
}

/// The self-refreshing token that the operation has got. Free it with
/// `clef_refreshing_token_free`. Never blocks.
///
/// `CLEF_STATUS_BUSY` until it is done; then what the blocking call would have given;
/// `CLEF_STATUS_UNSUPPORTED` where the operation gives a plain token.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_refreshing_token(
    operation: Option<&clef_operation>,
    refreshing_token: Option<&mut MaybeUninit<Option<Box<clef_refreshing_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(
        Out::new("refreshing_token", refreshing_token),
        error,
        || match required("operation", operation)?.0.result()? {
            Outcome::RefreshingToken(token) => Ok(hand_over(clef_refreshing_token(token))),
            Outcome::Token(_) => Err(no_such_result("clef_operation_token")),
        },
    )
}

/// Where to send the user of a login, for programs that take no callbacks. It is for the user and
/// no log: the state is in it, so it is **secret**. Free it with `clef_string_free`. Never blocks;
/// any thread.
///
/// Known once `clef_login_start` has returned; with a store of `clef_login_options_set_store`
/// `CLEF_STATUS_BUSY` until that was looked at, and `CLEF_STATUS_ALREADY_USED` where the login
/// ended before. `CLEF_STATUS_UNSUPPORTED` where the operation is no login.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_url(
    operation: Option<&clef_operation>,
    url: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("url", url), error, || {
        let login = required("operation", operation)?.0.login()?;
        Ok(strings::hand_over(login.url().expose()))
    })
}

/// A new handle to the same operation. Yours: free it with `clef_operation_free`. NULL gives
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_clone(
    operation: Option<&clef_operation>,
) -> Option<Box<clef_operation>> {
    hand_over(clef_operation(operation?.0.clone()))
}

/// Frees a handle to an operation. The operation goes on without it, and its callback runs: call
/// `clef_operation_cancel` first to end it. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_operation_free(operation: Option<Box<clef_operation>>) {
    drop(operation);
}
