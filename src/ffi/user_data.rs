//! What a host hands in beside a callback.

use std::ffi::c_void;
use std::sync::Arc;

use crate::runtime::{Pump, by_its_pump, on_a_host_thread};

/// Frees a `user_data`. Called exactly once: inside the call of yours that ends its use, such as the
/// last `_free`; or where clef ends it in the background, by the pump of the runtime. Never while a
/// lock of clef's is held.
pub type clef_free_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// A `user_data` with its destructor, which runs when this is dropped.
pub(super) struct UserData {
    pointer: Pointer,
    free: clef_free_callback,
    /// Whose pump runs the destructor; none where any thread of the host's may.
    pump: Option<Arc<Pump>>,
}

#[derive(Clone, Copy)]
struct Pointer(*mut c_void);

// SAFETY: the header tells the caller on which threads callbacks run, so its data must be fit for these.
unsafe impl Send for Pointer {}
// SAFETY: as above; callbacks may run on several threads at a time, which the header says as well.
unsafe impl Sync for Pointer {}

impl UserData {
    pub(super) fn new(pointer: *mut c_void, free: clef_free_callback) -> UserData {
        UserData {
            pointer: Pointer(pointer),
            free,
            pump: None,
        }
    }

    /// The same for a callback that is bound to a pump.
    pub(super) fn bound_to(mut self, pump: &Arc<Pump>) -> UserData {
        self.pump = Some(pump.clone());
        self
    }

    pub(super) fn pointer(&self) -> *mut c_void {
        self.pointer.0
    }
}

impl Drop for UserData {
    fn drop(&mut self) {
        let Some(free) = self.free else { return };
        let pointer = self.pointer;
        let destroy = move || {
            let Pointer(pointer) = { pointer };
            // SAFETY: the header asks the caller for a function that may be called once with this pointer, and a
            // value is dropped once.
            unsafe { free(pointer) }
        };
        match self.pump.take() {
            Some(pump) => by_its_pump(&pump, destroy),
            None => on_a_host_thread(destroy),
        }
    }
}
