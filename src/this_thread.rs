//! Which thread this is.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static MARK: Cell<u64> = const { Cell::new(0) };
}

/// A thread, and never another one. `std::thread::ThreadId` costs an allocation on each thread that asks for it, which a
/// thread of the host's may never free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ThreadMark(u64);

impl ThreadMark {
    /// The thread that runs this.
    pub(crate) fn of_this_thread() -> ThreadMark {
        ThreadMark(MARK.with(|mark| {
            if mark.get() == 0 {
                mark.set(NEXT.fetch_add(1, Ordering::Relaxed));
            }
            mark.get()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_differ_though_one_comes_after_the_other() {
        let here = ThreadMark::of_this_thread();
        let another = || {
            std::thread::spawn(ThreadMark::of_this_thread)
                .join()
                .unwrap()
        };
        let (first, second) = (another(), another());
        assert!(first != here && second != here && first != second);
        assert_eq!(ThreadMark::of_this_thread(), here);
    }
}
