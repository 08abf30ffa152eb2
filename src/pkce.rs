//! Proof key for code exchange (RFC 7636).

use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};
use crate::random;
use crate::secret::Secret;
use crate::sha256::sha256;

/// How many random bytes a verifier may be made of: they give the 43 to 128 characters of RFC 7636.
pub const VERIFIER_BYTES: RangeInclusive<usize> = 32..=96;

/// How many random bytes a verifier is made of where nothing is said.
pub const DEFAULT_VERIFIER_BYTES: usize = 32;

/// A new verifier of `bytes` random bytes.
pub fn generate_verifier(bytes: usize) -> Result<Secret> {
    if !VERIFIER_BYTES.contains(&bytes) {
        return Err(Error::invalid_argument(format!(
            "verifier_bytes must be from {} to {}, not {bytes}",
            VERIFIER_BYTES.start(),
            VERIFIER_BYTES.end()
        )));
    }
    random::url_safe(bytes)
}

/// The `S256` challenge of a verifier.
pub struct Challenge {
    characters: [u8; 43],
}

impl Challenge {
    /// The challenge of `verifier`.
    pub fn of(verifier: &Secret) -> Challenge {
        let mut characters = [0; 43];
        URL_SAFE_NO_PAD
            .encode_slice(sha256(verifier.expose().as_bytes()), &mut characters)
            .expect("a hash of 32 bytes is 43 characters of base64");
        Challenge { characters }
    }

    /// The challenge as it stands in a URL.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.characters).expect("base64 is ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_of_the_example_in_rfc_7636() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert_eq!(
            Challenge::of(&verifier).as_str(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn verifiers_have_the_length_of_rfc_7636() {
        assert_eq!(generate_verifier(32).unwrap().expose().len(), 43);
        assert_eq!(generate_verifier(96).unwrap().expose().len(), 128);
        assert!(generate_verifier(31).is_err());
        assert!(generate_verifier(97).is_err());
    }
}
