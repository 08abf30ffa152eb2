//! Senders: who carries a request to the service.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::sender::custom::CustomSender;
use crate::sender::http::{self, HttpSender};
use crate::sender::polled::PolledSender;
use crate::sender::retrying::RetryingSender;
use crate::sender::{Exchange, Sender};

use super::arguments::{required, timeout};
use super::error::{clef_error, clef_status};
use super::exchange::clef_exchange;
use super::guard::{Out, guard, hand_over, must_not_be_null};
use super::user_data::{UserData, clef_free_callback};

/// Carries requests to the service and brings the answers back. Shared: any thread may use it at
/// any time.
///
/// Methods: `clef_sender_new_http`, `_new_retrying`, `_new_custom`, `_new_polled`,
/// `clef_runtime_new_sender`, `clef_sender_next_exchange`, `_clone`, `_free`.
pub struct clef_sender {
    pub(super) sender: Arc<dyn Sender>,
    /// The same, where it is a polled one.
    polled: Option<Arc<PolledSender>>,
}

impl clef_sender {
    pub(super) fn new(sender: impl Sender + 'static) -> clef_sender {
        clef_sender {
            sender: Arc::new(sender),
            polled: None,
        }
    }
}

/// Carries one request: answers `exchange` now, or keeps it and answers it later from any
/// thread.
///
/// `exchange` is yours: end it exactly once, with `clef_exchange_respond`,
/// `clef_exchange_forward`, `clef_exchange_fail` or `clef_exchange_free`. Called on the thread
/// that sends, by several threads at a time if several send; for work in the background of a
/// runtime by its pump, or on a thread that waits for that work; never on a thread of clef's
/// own. No lock of clef's is held. It must not follow redirects, and must neither unwind nor
/// `longjmp`.
pub type clef_send_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, exchange: Box<clef_exchange>)>;

/// A new sender that speaks HTTP and TLS itself, with `config`, or the usual settings where that
/// is NULL (nullable).
///
/// It sends on the calling thread and starts no other, or on the threads of the runtime that the
/// work belongs to. It reads no file and follows no redirect. Connections are kept alive and
/// shared by everything that uses this sender.
///
/// `CLEF_STATUS_UNSUPPORTED` in a minimal build, which has no HTTP. There credentials need a
/// sender of yours too: a request without one is `CLEF_STATUS_UNSUPPORTED`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_sender_new_http(
    config: Option<&super::http_config::clef_http_config>,
    sender: Option<&mut MaybeUninit<Option<Box<clef_sender>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("sender", sender), error, || {
        http::available()?;
        let config = config.map(|config| config.0.clone()).unwrap_or_default();
        Ok(hand_over(clef_sender::new(HttpSender::new(config))))
    })
}

/// A new sender that sends through `inner`, and up to `retries` times more after a passing
/// failure.
///
/// It waits as long as the service asks (`Retry-After`), else half a second, then twice as long
/// each time; but never longer than `max_wait_ms` in all, for one request (milliseconds, -1 for
/// ever). A `Retry-After` beyond what is left of that is `CLEF_STATUS_RATE_LIMITED` at once. It
/// waits on the thread that sends.
///
/// A request with a code or a refresh token is repeated only when nothing was sent, or after
/// HTTP 429 or 503: it may be spent by the first try. One for a client token is also repeated
/// after a lost connection and other 5xx answers.
///
/// `inner` is kept alive by the new sender: free your handle when you like.
#[unsafe(no_mangle)]
pub extern "C" fn clef_sender_new_retrying(
    inner: Option<&clef_sender>,
    retries: u32,
    max_wait_ms: i64,
    sender: Option<&mut MaybeUninit<Option<Box<clef_sender>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("sender", sender), error, || {
        let inner = required("inner", inner)?.sender.clone();
        let max_wait = timeout("max_wait_ms", max_wait_ms)?.unwrap_or(Duration::MAX);
        let retrying = RetryingSender::new(inner, retries, max_wait);
        Ok(hand_over(clef_sender::new(retrying)))
    })
}

/// A new sender that hands each request to `send`, for programs that have HTTP of their own.
///
/// Whoever sends waits until the exchange ends, up to `timeout_ms` milliseconds after `send` was
/// called (-1 for ever; 0 where `send` answers before it returns): then it is
/// `CLEF_STATUS_TIMEOUT`, and a later answer is dropped. In the background no thread is held
/// while the answer is awaited. `user_data` is handed to `send` as it is. `free_user_data`,
/// where not NULL, is called once with it: when the sender and everything that uses it are
/// freed, or when this call fails. So it must not own credentials or tokens that use this
/// sender.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_sender_new_custom(
    send: clef_send_callback,
    user_data: *mut c_void,
    free_user_data: clef_free_callback,
    timeout_ms: i64,
    sender: Option<&mut MaybeUninit<Option<Box<clef_sender>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    let user_data = UserData::new(user_data, free_user_data);
    guard(Out::new("sender", sender), error, move || {
        let send = send.ok_or_else(|| must_not_be_null("send"))?;
        let timeout = timeout("timeout_ms", timeout_ms)?;
        let sender = custom_sender(send, user_data, timeout);
        Ok(hand_over(clef_sender::new(sender)))
    })
}

/// A sender that calls `send`.
pub(super) fn custom_sender(
    send: unsafe extern "C" fn(*mut c_void, Box<clef_exchange>),
    user_data: UserData,
    timeout: Option<Duration>,
) -> CustomSender {
    let carry = move |exchange: Exchange| {
        let exchange = Box::new(clef_exchange::new(exchange));
        // SAFETY: the header asks the caller for a function that takes this `user_data` and the exchange, on the
        // threads that it names; `user_data` is freed after the sender, which runs this.
        unsafe { send(user_data.pointer(), exchange) }
    };
    CustomSender::new(carry, timeout)
}

/// A new sender whose requests wait until you ask for them with `clef_sender_next_exchange`, for
/// programs that take no callbacks.
///
/// `timeout_ms` counts from when the request is sent: milliseconds above 0, -1 for ever. What is
/// unanswered then is `CLEF_STATUS_TIMEOUT`. A blocking call that needs this sender waits until
/// another thread has answered; on the thread that polled last it is `CLEF_STATUS_WOULD_BLOCK`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_sender_new_polled(
    timeout_ms: i64,
    sender: Option<&mut MaybeUninit<Option<Box<clef_sender>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("sender", sender), error, || {
        let polled = Arc::new(PolledSender::new(timeout_from_the_queue(timeout_ms)?));
        Ok(hand_over(clef_sender {
            sender: polled.clone(),
            polled: Some(polled),
        }))
    })
}

/// A timeout that runs while a request waits for the host to take it.
pub(super) fn timeout_from_the_queue(milliseconds: i64) -> Result<Option<Duration>> {
    match timeout("timeout_ms", milliseconds)? {
        Some(Duration::ZERO) => Err(Error::invalid_argument(
            "timeout_ms must not be 0: no request would ever be taken in time",
        )),
        timeout => Ok(timeout),
    }
}

/// The next request of a polled sender; NULL when there is none at the moment, and for any other
/// sender. Yours: end it as a `clef_send_callback` would, or free it with `clef_exchange_free`.
/// Never blocks; any thread.
#[unsafe(no_mangle)]
pub extern "C" fn clef_sender_next_exchange(
    sender: Option<&clef_sender>,
) -> Option<Box<clef_exchange>> {
    let exchange = sender?.polled.as_ref()?.next_exchange()?;
    hand_over(clef_exchange::new(exchange))
}

/// A new handle to the same sender. Yours: free it with `clef_sender_free`. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_sender_clone(sender: Option<&clef_sender>) -> Option<Box<clef_sender>> {
    let clef_sender { sender, polled } = sender?;
    hand_over(clef_sender {
        sender: sender.clone(),
        polled: polled.clone(),
    })
}

/// Frees a handle to a sender. The sender lives on while credentials, requests or other senders
/// use it. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_sender_free(sender: Option<Box<clef_sender>>) {
    drop(sender);
}
