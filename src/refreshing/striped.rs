//! A value that many threads read without getting into each other's way.

use std::sync::{Mutex, PoisonError};

const STRIPES_LOG2: u32 = 4;
const STRIPES: usize = 1 << STRIPES_LOG2;

/// One copy of the value per stripe, each behind a lock of its own. Threads spread over the stripes, so a read mostly
/// takes a lock that no other thread is near; a change takes them all, one after the other.
pub(super) struct Striped<T> {
    stripes: [Stripe<T>; STRIPES],
}

/// Two cache lines, since processors fetch them in pairs.
#[repr(align(128))]
struct Stripe<T>(Mutex<T>);

impl<T: Clone> Striped<T> {
    pub(super) fn new(value: T) -> Striped<T> {
        Striped {
            stripes: std::array::from_fn(|_| Stripe(Mutex::new(value.clone()))),
        }
    }

    pub(super) fn read<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        let Stripe(stripe) = &self.stripes[stripe_of_this_thread()];
        read(&stripe.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Readers may see some stripes changed and others not yet; who must not see that takes a lock of their own.
    pub(super) fn change(&self, change: impl Fn(&mut T)) {
        for Stripe(stripe) in &self.stripes {
            change(&mut stripe.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// Each thread has a stack of its own, so an address on it tells threads apart without any thread-local state.
fn stripe_of_this_thread() -> usize {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let on_the_stack = 0u8;
    let region = (std::ptr::from_ref(&on_the_stack).addr() as u64) >> 16;
    (region.wrapping_mul(GOLDEN) >> (u64::BITS - STRIPES_LOG2)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reaches_every_stripe() {
        let striped = Striped::new(1);
        striped.change(|value| *value += 1);
        for Stripe(stripe) in &striped.stripes {
            assert_eq!(*stripe.lock().unwrap(), 2);
        }
    }

    #[test]
    fn threads_spread_over_the_stripes() {
        let barrier = std::sync::Barrier::new(64);
        let seen: std::collections::HashSet<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..64)
                .map(|_| {
                    scope.spawn(|| {
                        // All stacks are alive at once, so none is used twice.
                        barrier.wait();
                        stripe_of_this_thread()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(seen.len() > STRIPES / 2, "{seen:?}");
    }
}
