//! SHA-256, by whichever implementation the library has anyway.

/// The hash of `bytes`.
#[cfg(feature = "http")]
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest
        .as_ref()
        .try_into()
        .expect("a SHA-256 hash has 32 bytes")
}

/// The hash of `bytes`.
#[cfg(not(feature = "http"))]
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).into()
}
