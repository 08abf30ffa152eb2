//! Another static library from Rust, with a standard library of its own in it.

use std::cell::Cell;
use std::collections::HashMap;
use std::panic;

thread_local! {
    static CALLS: Cell<i32> = const { Cell::new(0) };
}

/// How often this thread has panicked here and lived.
#[unsafe(no_mangle)]
pub extern "C" fn other_panics() -> i32 {
    panic::set_hook(Box::new(|_| {}));
    let caught = panic::catch_unwind(|| {
        let words: HashMap<_, _> = [("seven", 7)].into_iter().collect();
        assert_eq!(words["seven"], 8);
    });
    CALLS.set(CALLS.get() + i32::from(caught.is_err()));
    CALLS.get()
}
