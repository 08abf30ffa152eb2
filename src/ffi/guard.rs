//! The boundary: clears the outputs, runs the work, maps the error, fills the outputs.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr;

use crate::error::{Error, Result, Status};
use crate::panics::contained;

use super::error::{clef_error, clef_status};

/// `clef_error **error`: nullable, written, never read.
pub(super) type ErrorSlot<'a> = Option<&'a mut MaybeUninit<Option<Box<clef_error>>>>;

/// An output argument with its name in the header. Written, never read.
pub(super) struct Out<'a, T> {
    name: &'static str,
    slot: Option<&'a mut MaybeUninit<T>>,
}

impl<'a, T> Out<'a, T> {
    pub(super) fn new(name: &'static str, slot: Option<&'a mut MaybeUninit<T>>) -> Out<'a, T> {
        Out { name, slot }
    }
}

/// What an output is on failure.
pub(super) trait Nothing {
    fn nothing() -> Self;
}

impl<T> Nothing for Option<Box<T>> {
    fn nothing() -> Self {
        None
    }
}

impl Nothing for *mut c_char {
    fn nothing() -> Self {
        ptr::null_mut()
    }
}

/// The outputs of a function: none, one or two.
pub(super) trait Outputs {
    type Values;
    fn clear(&mut self);
    fn missing(&self) -> Option<&'static str>;
    fn fill(self, values: Self::Values);
}

impl Outputs for () {
    type Values = ();
    fn clear(&mut self) {}
    fn missing(&self) -> Option<&'static str> {
        None
    }
    fn fill(self, (): ()) {}
}

impl<T: Nothing> Outputs for Out<'_, T> {
    type Values = T;
    fn clear(&mut self) {
        if let Some(slot) = &mut self.slot {
            slot.write(T::nothing());
        }
    }
    fn missing(&self) -> Option<&'static str> {
        self.slot.is_none().then_some(self.name)
    }
    fn fill(self, value: T) {
        if let Some(slot) = self.slot {
            slot.write(value);
        }
    }
}

impl<A: Outputs, B: Outputs> Outputs for (A, B) {
    type Values = (A::Values, B::Values);
    fn clear(&mut self) {
        self.0.clear();
        self.1.clear();
    }
    fn missing(&self) -> Option<&'static str> {
        self.0.missing().or_else(|| self.1.missing())
    }
    fn fill(self, (a, b): Self::Values) {
        self.0.fill(a);
        self.1.fill(b);
    }
}

/// Runs `work` behind the boundary. On failure every output is NULL, and `error` says why.
pub(super) fn guard<O: Outputs>(
    mut outputs: O,
    error: ErrorSlot,
    work: impl FnOnce() -> Result<O::Values>,
) -> clef_status {
    outputs.clear();
    let outcome = contained(|| {
        #[cfg(feature = "forced-panic")]
        crate::panics::panic_if_asked();
        match outputs.missing() {
            Some(name) => Err(must_not_be_null(name)),
            None => work(),
        }
    });
    match outcome {
        Ok(values) => {
            outputs.fill(values);
            if let Some(slot) = error {
                slot.write(None);
            }
            Status::Ok as clef_status
        }
        Err(failure) => report(failure, error),
    }
}

/// Apart from the guard, which is compiled anew for every function.
#[cold]
fn report(failure: Error, error: ErrorSlot) -> clef_status {
    let status = failure.status();
    if let Some(slot) = error {
        slot.write(hand_over(clef_error(failure)));
    }
    status as clef_status
}

/// What NULL is in a place that is not nullable.
#[cold]
pub(super) fn must_not_be_null(name: &str) -> Error {
    Error::invalid_argument(format!("{name} must not be NULL"))
}

/// A new handle for C.
pub(super) fn hand_over<T>(handle: T) -> Option<Box<T>> {
    Some(Box::new(handle))
}
