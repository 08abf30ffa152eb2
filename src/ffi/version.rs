//! The version of the library; the header's macros come from the same `Cargo.toml`.

use std::ffi::{CStr, c_char};

/// A part of a version, which `Cargo.toml` writes in decimal.
const fn number(text: &str) -> u32 {
    let digits = text.as_bytes();
    let mut number = 0;
    let mut index = 0;
    while index < digits.len() {
        number = number * 10 + (digits[index] - b'0') as u32;
        index += 1;
    }
    number
}

/// The version of the library that is loaded, as one number that grows: major × 1,000,000 +
/// minor × 1,000 + patch.
///
/// Compare it with `CLEF_VERSION_NUMBER`, the version of the header that the program was
/// compiled with.
#[unsafe(no_mangle)]
pub extern "C" fn clef_version_number() -> u32 {
    const {
        number(env!("CARGO_PKG_VERSION_MAJOR")) * 1_000_000
            + number(env!("CARGO_PKG_VERSION_MINOR")) * 1_000
            + number(env!("CARGO_PKG_VERSION_PATCH"))
    }
}

/// The version of the library that is loaded, as text: `"0.1.0"`. Static: never free it.
#[unsafe(no_mangle)]
pub extern "C" fn clef_version_string() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => panic!("a version has no NUL inside"),
        };
    VERSION.as_ptr()
}
