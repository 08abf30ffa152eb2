//! What a host hands in beside a callback.

use std::ffi::c_void;

/// Frees a `user_data`. Called exactly once, on the thread that ends its use; never while a lock
/// of clef's is held.
pub type clef_free_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// A `user_data` with its destructor, which runs when this is dropped.
pub(super) struct UserData {
    pointer: *mut c_void,
    free: clef_free_callback,
}

// SAFETY: the header tells the caller that callbacks run on whichever thread makes the call, so its data must be
// fit for that.
unsafe impl Send for UserData {}
// SAFETY: as above; callbacks may run on several threads at a time, which the header says as well.
unsafe impl Sync for UserData {}

impl UserData {
    pub(super) fn new(pointer: *mut c_void, free: clef_free_callback) -> UserData {
        UserData { pointer, free }
    }

    pub(super) fn pointer(&self) -> *mut c_void {
        self.pointer
    }
}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            // SAFETY: the header asks the caller for a function that may be called once with this pointer, and a
            // value is dropped once.
            unsafe { free(self.pointer) }
        }
    }
}
