//! Strings that C owns: their length stands before them, so that they are wiped whole whatever the caller wrote.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ffi::c_char;
use std::ptr;

use zeroize::Zeroize;

const LENGTH_BYTES: usize = size_of::<usize>();

fn layout(len: usize) -> Layout {
    LENGTH_BYTES
        .checked_add(len)
        .and_then(|size| size.checked_add(1))
        .and_then(|size| Layout::from_size_align(size, align_of::<usize>()).ok())
        .expect("a string that exists fits into memory")
}

/// A copy of `text` for C, to be freed with [`free`].
#[inline(always)]
pub(super) fn hand_over(text: &str) -> *mut c_char {
    let layout = layout(text.len());
    // SAFETY: the layout has at least the bytes of the length. The block is written within its bounds: the length at
    // its aligned start, then the text, then the NUL, which `layout` made room for.
    unsafe {
        let block = alloc(layout);
        if block.is_null() {
            handle_alloc_error(layout);
        }
        block.cast::<usize>().write(text.len());
        let string = block.add(LENGTH_BYTES);
        ptr::copy_nonoverlapping(text.as_ptr(), string, text.len());
        string.add(text.len()).write(0);
        string.cast()
    }
}

/// Wipes and frees what [`hand_over`] gave.
pub(super) fn free(string: *mut c_char) {
    if string.is_null() {
        return;
    }
    // SAFETY: the header asks the caller for a string that clef handed over and that is not freed yet; so its block
    // begins before it with the length, and was allocated with this very layout.
    unsafe {
        let block = string.cast::<u8>().sub(LENGTH_BYTES);
        let len = block.cast::<usize>().read();
        std::slice::from_raw_parts_mut(string.cast::<u8>(), len).zeroize();
        dealloc(block, layout(len));
    }
}
