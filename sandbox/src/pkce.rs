//! Proof key for code exchange (RFC 7636), method S256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Whether this can be an S256 challenge: 32 bytes in unpadded, URL-safe base64.
pub fn is_challenge(challenge: &str) -> bool {
    challenge.len() == 43
        && challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether the verifier is the one that the challenge was made of.
pub fn verifies(challenge: &str, verifier: &str) -> bool {
    is_verifier(verifier) && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

fn is_verifier(verifier: &str) -> bool {
    (43..=128).contains(&verifier.len())
        && verifier
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_standard_verifies() {
        assert!(is_challenge(CHALLENGE));
        assert!(verifies(CHALLENGE, VERIFIER));
        assert!(!verifies(CHALLENGE, &VERIFIER.replace('d', "e")));
    }

    #[test]
    fn a_verifier_of_the_wrong_form_never_verifies() {
        for verifier in ["short", &"a".repeat(129), &"é".repeat(30)] {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
            assert!(!verifies(&challenge, verifier), "{verifier}");
        }
    }
}
