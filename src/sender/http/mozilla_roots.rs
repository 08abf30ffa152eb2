//! The authorities that Mozilla's root programme trusts, packed by `build.rs`: as a table of structures they would be
//! half as large again, and have to be relocated each time the library is loaded.

use rustls::pki_types::{Der, TrustAnchor};

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/mozilla_roots"));

/// All of them. Nothing is copied.
pub(super) fn anchors() -> impl Iterator<Item = TrustAnchor<'static>> {
    let mut rest = PACKED;
    std::iter::from_fn(move || {
        let subject = Der::from_slice(field(&mut rest)?);
        let subject_public_key_info = Der::from_slice(field(&mut rest)?);
        let name_constraints = Some(field(&mut rest)?).filter(|field| !field.is_empty());
        Some(TrustAnchor {
            subject,
            subject_public_key_info,
            name_constraints: name_constraints.map(Der::from_slice),
        })
    })
}

/// A field behind its length.
fn field(rest: &mut &'static [u8]) -> Option<&'static [u8]> {
    let (length, behind) = rest.split_first_chunk()?;
    let (field, behind) = behind.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    *rest = behind;
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_again() {
        let unpacked: Vec<_> = anchors().collect();
        assert_eq!(unpacked, webpki_roots::TLS_SERVER_ROOTS);
    }
}
