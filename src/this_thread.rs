//! Which thread this is.

use std::cell::Cell;

thread_local! {
    static MARK: Cell<u8> = const { Cell::new(0) };
}

/// A thread, as long as it lives. `std::thread::ThreadId` costs an allocation on each thread that asks for it, which a
/// thread of the host's may never free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ThreadMark(usize);

impl ThreadMark {
    /// The thread that runs this.
    pub(crate) fn of_this_thread() -> ThreadMark {
        ThreadMark(MARK.with(|mark| std::ptr::from_ref(mark).addr()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_live_at_once_differ() {
        let here = ThreadMark::of_this_thread();
        let there = std::thread::spawn(ThreadMark::of_this_thread);
        assert_ne!(there.join().unwrap(), here);
        assert_eq!(ThreadMark::of_this_thread(), here);
    }
}
