//! Checks of what C hands in.

use std::ffi::{CStr, c_char};
use std::time::Duration;

use crate::error::{Error, Result};

use super::guard::must_not_be_null;

/// A handle that must not be NULL.
pub(super) fn required<'a, T>(name: &str, handle: Option<&'a T>) -> Result<&'a T> {
    handle.ok_or_else(|| must_not_be_null(name))
}

/// [`required`] for an object with setters.
pub(super) fn required_mut<'a, T>(name: &str, handle: Option<&'a mut T>) -> Result<&'a mut T> {
    handle.ok_or_else(|| must_not_be_null(name))
}

/// A string that must not be NULL.
pub(super) fn text<'a>(name: &str, text: *const c_char) -> Result<&'a str> {
    nullable_text(name, text)?.ok_or_else(|| must_not_be_null(name))
}

/// A string, NULL for none.
pub(super) fn nullable_text<'a>(name: &str, text: *const c_char) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the header asks the caller for a string that ends in NUL and is not written during the call.
    let text = unsafe { CStr::from_ptr(text) };
    match text.to_str() {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(Error::invalid_argument(format!(
            "{name} is not valid UTF-8"
        ))),
    }
}

/// `len` bytes; NULL where there are none.
pub(super) fn bytes<'a>(name: &str, bytes: *const u8, len: usize) -> Result<&'a [u8]> {
    if len == 0 {
        return Ok(&[]);
    }
    if bytes.is_null() {
        return Err(must_not_be_null(name));
    }
    if isize::try_from(len).is_err() {
        return Err(Error::invalid_argument(format!("{name} is too long")));
    }
    // SAFETY: the header asks the caller for `len` readable bytes that are not written during the call; the length is
    // one that memory can have.
    Ok(unsafe { std::slice::from_raw_parts(bytes, len) })
}

/// Flags of which this function knows `known`.
pub(super) fn flags(flags: u32, known: u32) -> Result<u32> {
    match flags & !known {
        0 => Ok(flags),
        unknown => Err(Error::invalid_argument(format!(
            "flags has bits that are unknown here: {unknown:#x}"
        ))),
    }
}

/// Milliseconds, -1 for ever.
pub(super) fn timeout(name: &str, milliseconds: i64) -> Result<Option<Duration>> {
    match u64::try_from(milliseconds) {
        Ok(milliseconds) => Ok(Some(Duration::from_millis(milliseconds))),
        Err(_) if milliseconds == -1 => Ok(None),
        Err(_) => Err(Error::invalid_argument(format!(
            "{name} must be -1 or more, not {milliseconds}"
        ))),
    }
}
