//! Secrets: text that is wiped when it is dropped and that no `Debug` output repeats.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::text::{NulInside, Text, wipe};

/// A token, code, verifier, state or client secret. Compares in constant time.
#[derive(Clone)]
pub struct Secret {
    text: Text,
}

impl Secret {
    /// A copy of `text`, to be wiped.
    pub fn new(text: &str) -> Result<Secret, NulInside> {
        Text::new(text).map(|text| Secret { text })
    }

    /// The secret itself: mind where it goes.
    pub fn expose(&self) -> &str {
        self.text.as_str()
    }

    /// The secret with a NUL behind it.
    pub(crate) fn with_nul(&self) -> &str {
        self.text.with_nul()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.text.wipe();
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        self.expose()
            .as_bytes()
            .ct_eq(other.expose().as_bytes())
            .into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Shorter text is no secret, and is in other text by chance.
const MIN_HIDDEN_BYTES: usize = 4;

/// `text` with each of `secrets` in it as `***`.
pub(crate) fn hide(text: &str, mut secrets: Vec<Secret>) -> String {
    secrets.retain(|secret| secret.expose().len() >= MIN_HIDDEN_BYTES);
    let mut text = Zeroizing::new(text.to_owned());
    // The longest first: one may begin with another, and its end would be left.
    while let Some(longest) = (0..secrets.len()).max_by_key(|&i| secrets[i].expose().len()) {
        let secret = secrets.swap_remove(longest);
        text = Zeroizing::new(text.replace(secret.expose(), "***"));
    }
    std::mem::take(&mut *text)
}

/// Bytes on the stack, wiped at once when they are dropped: `Zeroizing` takes an array byte by byte.
pub(crate) struct WipedArray<const N: usize>(pub(crate) [u8; N]);

impl<const N: usize> Drop for WipedArray<N> {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

/// Builds text that holds secrets; growing leaves no copy behind.
#[derive(Default)]
pub(crate) struct SecretBuffer {
    text: String,
}

impl SecretBuffer {
    pub(crate) fn with_capacity(capacity: usize) -> SecretBuffer {
        SecretBuffer {
            text: String::with_capacity(capacity),
        }
    }

    pub(crate) fn push_str(&mut self, more: &str) {
        self.make_room(more.len());
        self.text.push_str(more);
    }

    fn make_room(&mut self, more: usize) {
        let needed = self.text.len() + more;
        if needed > self.text.capacity() {
            let mut larger = String::with_capacity(needed * 2);
            larger.push_str(&self.text);
            wipe(&mut self.text);
            self.text = larger;
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_secret(mut self) -> Result<Secret, NulInside> {
        self.make_room("\0".len());
        let text = std::mem::take(&mut self.text);
        Text::from_string(text).map(|text| Secret { text })
    }
}

impl Drop for SecretBuffer {
    fn drop(&mut self) {
        wipe(&mut self.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_repeat_the_secret() {
        assert_eq!(format!("{:?}", Secret::new("hunter2").unwrap()), "***");
    }

    #[test]
    fn what_is_hidden_leaves_no_piece() {
        let secrets = ["", "a", "the-key-", "the-key-long"].map(|text| Secret::new(text).unwrap());
        let hidden = hide("a the-key-long, a the-key-", secrets.to_vec());
        assert_eq!(hidden, "a ***, a ***");
    }

    #[test]
    fn secrets_compare_by_their_text() {
        let secret = Secret::new("one").unwrap();
        assert!(secret == Secret::new("one").unwrap());
        assert!(secret != Secret::new("two").unwrap());
        assert!(secret != Secret::new("ones").unwrap());
    }

    #[test]
    fn a_buffer_grows_past_its_capacity() {
        let mut buffer = SecretBuffer::with_capacity(2);
        for _ in 0..100 {
            buffer.push_str("abc");
        }
        assert_eq!(buffer.as_str(), "abc".repeat(100));
    }
}
