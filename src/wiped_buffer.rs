//! A buffer of bytes that may be secret: it is wiped when it is dropped, and growing leaves no copy behind.

use zeroize::Zeroize;

pub(crate) struct WipedBuffer {
    bytes: Vec<u8>,
    used: usize,
}

impl WipedBuffer {
    pub(crate) fn with_capacity(capacity: usize) -> WipedBuffer {
        WipedBuffer {
            bytes: vec![0; capacity],
            used: 0,
        }
    }

    /// What was written and not taken off yet.
    pub(crate) fn filled(&self) -> &[u8] {
        &self.bytes[..self.used]
    }

    /// Room behind it, of one byte or more.
    pub(crate) fn spare(&mut self) -> &mut [u8] {
        if self.used == self.bytes.len() {
            let mut larger = vec![0; (self.used * 2).max(64)];
            larger[..self.used].copy_from_slice(&self.bytes);
            wipe(&mut self.bytes);
            self.bytes = larger;
        }
        &mut self.bytes[self.used..]
    }

    /// How much it can hold without growing.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.len()
    }

    /// So many bytes of the spare room were written.
    pub(crate) fn advance(&mut self, written: usize) {
        self.used += written;
    }

    /// Takes so many bytes off the front.
    #[cfg(any(feature = "http", test))]
    pub(crate) fn consume(&mut self, taken: usize) {
        self.bytes.copy_within(taken..self.used, 0);
        self.used -= taken;
    }

    #[cfg(any(feature = "http", test))]
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let spare = self.spare();
            let (now, later) = bytes.split_at(bytes.len().min(spare.len()));
            spare[..now.len()].copy_from_slice(now);
            self.advance(now.len());
            bytes = later;
        }
    }
}

impl Drop for WipedBuffer {
    fn drop(&mut self) {
        wipe(&mut self.bytes);
    }
}

/// `zeroize` takes what is in use byte by byte, and the rest at once.
fn wipe(bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_goes_out_in_order() {
        let mut buffer = WipedBuffer::with_capacity(2);
        let text = b"abc".repeat(100);
        buffer.push(&text);
        assert_eq!(buffer.filled(), text);
        buffer.consume(299);
        assert_eq!(buffer.filled(), b"c");
        assert!(!buffer.spare().is_empty());
    }
}
