//! Strings that the caller owns.

use std::ffi::c_char;

use super::strings;

/// Wipes and frees a string that clef handed over through a `char **`. NULL does nothing.
///
/// The whole string is overwritten with zeros first, whatever was written into it since.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_string_free(string: *mut c_char) {
    strings::free(string);
}

/// Text that is borrowed from a handle, NULL for none.
pub(super) fn borrowed(text: Option<&str>) -> *const c_char {
    text.map_or(std::ptr::null(), |with_nul| with_nul.as_ptr().cast())
}
