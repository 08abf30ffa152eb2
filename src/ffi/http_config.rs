//! Settings of the built-in HTTP sender.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::error::Result;
use crate::sender::http::{self, HttpConfig};

use super::arguments::{nullable_text, required_mut, text, timeout};
use super::error::{clef_error, clef_status};
use super::guard::{guard, hand_over};

/// Settings of the built-in HTTP sender. A setter object: one thread at a time, copied when it
/// is used. In a minimal build, which has no such sender, each of its setters is
/// `CLEF_STATUS_UNSUPPORTED`.
///
/// Methods: `clef_http_config_new`, `_set_connect_timeout`, `_set_timeout`, `_set_proxy`,
/// `_set_proxy_from_environment`, `_add_ca_certificates`, `_add_platform_certificates`,
/// `_set_user_agent`, `_free`.
pub struct clef_http_config(pub(super) HttpConfig);

/// New settings: 10 seconds to connect, 30 in all, no proxy, Mozilla's root certificates. Yours:
/// free them with `clef_http_config_free`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_config_new() -> Option<Box<clef_http_config>> {
    hand_over(clef_http_config(HttpConfig::default()))
}

/// The settings behind the handle, where there is a sender that they are for.
fn settable(config: Option<&mut clef_http_config>) -> Result<&mut HttpConfig> {
    let config = required_mut("config", config)?;
    http::available()?;
    Ok(&mut config.0)
}

/// How many milliseconds connecting may take, TLS included; -1 for ever. 10,000 unless set.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for 0 and below -1.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_config_set_connect_timeout(
    config: Option<&mut clef_http_config>,
    timeout_ms: i64,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let config = settable(config)?;
        let timeout = timeout("timeout_ms", timeout_ms)?;
        config.set_connect_timeout(timeout)
    })
}

/// How many milliseconds a request may take from its start to the last byte of its answer; -1
/// for ever. 30,000 unless set. Looking up the name of the host counts; in a blocking call it is
/// not interrupted, since it lies with the system's resolver.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for 0 and below -1.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_config_set_timeout(
    config: Option<&mut clef_http_config>,
    timeout_ms: i64,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let config = settable(config)?;
        let timeout = timeout("timeout_ms", timeout_ms)?;
        config.set_timeout(timeout)
    })
}

/// The HTTP proxy to go through, `http://[user:password@]host:port`; `url` NULL for none. None
/// unless set.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` for anything else; the message does not repeat the URL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_http_config_set_proxy(
    config: Option<&mut clef_http_config>,
    url: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let config = settable(config)?;
        config.set_proxy(nullable_text("url", url)?)
    })
}

/// Takes the proxy from the environment, during this call: from `ALL_PROXY`, `HTTPS_PROXY`,
/// `HTTP_PROXY` and `NO_PROXY`, in upper or lower case. No other thread may change the
/// environment meanwhile.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_config_set_proxy_from_environment(
    config: Option<&mut clef_http_config>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        settable(config)?.set_proxy_from_environment();
        Ok(())
    })
}

/// Trusts the certificates in `pem` too, beside Mozilla's roots: those of a company's proxy, or
/// of the sandbox. `pem` is the text of a PEM file, not its path. May be called several times.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` where there is no certificate in it, or one that cannot be
/// read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_http_config_add_ca_certificates(
    config: Option<&mut clef_http_config>,
    pem: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let config = settable(config)?;
        config.add_ca_certificates(text("pem", pem)?)
    })
}

/// Trusts what the system trusts too, beside Mozilla's roots: for machines behind an authority of
/// their company's.
///
/// The certificates are read during this call. On Linux and the like they are the files that
/// OpenSSL reads: the file that the environment variable `SSL_CERT_FILE` names and the directories
/// of `SSL_CERT_DIR` where one of them is set, else the system's bundle, such as
/// `/etc/ssl/certs/ca-certificates.crt`. On macOS and Windows they are the trusted roots of the
/// system's store. This takes some milliseconds and keeps some 200 KB, so make one sender and share
/// it. No other thread may change the environment meanwhile. A certificate that cannot be read is
/// left out; what is installed later is not seen.
///
/// `CLEF_STATUS_IO` with `CLEF_REMEDY_FIX_SETTINGS` where there is none at all.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_config_add_platform_certificates(
    config: Option<&mut clef_http_config>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || settable(config)?.add_platform_certificates())
}

/// What the `User-Agent` header says; `clef/` and the version unless set.
///
/// `CLEF_STATUS_INVALID_ARGUMENT` where it is not printable ASCII.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_http_config_set_user_agent(
    config: Option<&mut clef_http_config>,
    user_agent: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard((), error, || {
        let config = settable(config)?;
        config.set_user_agent(text("user_agent", user_agent)?)
    })
}

/// Frees settings; senders made with them keep their copy. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_http_config_free(config: Option<Box<clef_http_config>>) {
    drop(config);
}
