//! Keeps a panic inside the library: nothing unwinds into C or ends a thread, and nothing is printed.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Once, OnceLock};

use crate::error::{Error, Result, Status};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>;

/// The hook prints, and the host's standard error is not ours. It belongs to the standard
/// library, which a Rust program that links clef statically shares with it: so only panics below
/// a guard are kept quiet, and others go on to the hook before.
static HOOK: Once = Once::new();
static HOOK_BEFORE: OnceLock<Hook> = OnceLock::new();

thread_local! {
    static GUARDS: Cell<u32> = const { Cell::new(0) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `work`; a panic becomes an error that says where it was, but not what it said: that
/// could be a secret.
pub(crate) fn contained<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    HOOK.call_once(|| {
        // Neither box allocates, so nothing leaks when the library is unloaded.
        let _ = HOOK_BEFORE.set(panic::take_hook());
        panic::set_hook(Box::new(note_place));
    });
    GUARDS.with(|guards| guards.set(guards.get() + 1));
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDS.with(|guards| guards.set(guards.get() - 1));
    outcome.unwrap_or_else(|_| Err(panicked()))
}

#[cold]
fn panicked() -> Error {
    let place = PLACE.take();
    Error::new(
        Status::Internal,
        format!("clef panicked at {place}: this is a bug, please report it"),
    )
}

fn note_place(info: &PanicHookInfo<'_>) {
    if GUARDS.get() > 0 {
        let place = info.location().map(ToString::to_string);
        PLACE.replace(place.unwrap_or_default());
    } else if let Some(before) = HOOK_BEFORE.get() {
        before(info);
    }
}

/// Panics where the tests ask for it: there is no other way to show that a bug in clef does not
/// harm its host.
#[cfg(feature = "forced-panic")]
pub(crate) fn panic_if_asked() {
    assert!(
        std::env::var_os("CLEF_FORCE_PANIC").is_none(),
        "a panic that was asked for"
    );
}
