//! Random text from the operating system, for states and verifiers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result, Status};
use crate::secret::{Secret, WipedArray};

/// The largest number of bytes that is asked for at once.
pub(crate) const MAX_BYTES: usize = 96;

const MAX_CHARACTERS: usize = MAX_BYTES / 3 * 4;

/// `bytes` random bytes in URL-safe base64 without padding: 4 characters for 3 bytes. At most [`MAX_BYTES`].
pub(crate) fn url_safe(bytes: usize) -> Result<Secret> {
    let mut random = WipedArray([0; MAX_BYTES]);
    let random = &mut random.0[..bytes];
    getrandom::getrandom(random).map_err(|error| {
        Error::new(
            Status::Io,
            format!("the operating system gave no random bytes: {error}"),
        )
    })?;
    let mut characters = WipedArray([0; MAX_CHARACTERS]);
    let written = URL_SAFE_NO_PAD
        .encode_slice(random, characters.0.as_mut_slice())
        .expect("there is room for 4 characters for 3 bytes");
    let text = std::str::from_utf8(&characters.0[..written]).expect("base64 is ASCII");
    Ok(Secret::new(text).expect("base64 has no NUL"))
}

/// A random number from 0 to 255 for what need not be secret; the middle where the operating system gives none.
pub(crate) fn byte() -> u8 {
    let mut byte = [0];
    match getrandom::getrandom(&mut byte) {
        Ok(()) => byte[0],
        Err(_) => 128,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_follows_from_the_bytes() {
        for (bytes, characters) in [(1, 2), (32, 43), (64, 86), (MAX_BYTES, MAX_CHARACTERS)] {
            assert_eq!(url_safe(bytes).unwrap().expose().len(), characters);
        }
    }

    #[test]
    fn two_are_never_the_same() {
        assert_ne!(url_safe(32).unwrap(), url_safe(32).unwrap());
    }
}
