//! Who in this process has the locks of a store.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::work::Desk;

use super::Key;

/// The work that has the lock of a key may need the host's code for its end, and so a thread that waits for that lock.
#[derive(Default)]
pub(super) struct Holders {
    desks: Mutex<Vec<(Key, Arc<Desk>)>>,
}

impl Holders {
    fn lock(&self) -> MutexGuard<'_, Vec<(Key, Arc<Desk>)>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be kept for as long as the lock.
    pub(super) fn hold(self: &Arc<Holders>, key: &Key, desk: &Arc<Desk>) -> Holding {
        self.lock().push((key.clone(), desk.clone()));
        Holding {
            holders: self.clone(),
            desk: desk.clone(),
        }
    }

    /// Where the host's code lies of who has the lock.
    pub(super) fn desk(&self, key: &Key) -> Option<Arc<Desk>> {
        let desks = self.lock();
        let held = desks.iter().find(|(held, _)| held == key);
        held.map(|(_, desk)| desk.clone())
    }
}

/// A lock that is held.
pub(super) struct Holding {
    holders: Arc<Holders>,
    desk: Arc<Desk>,
}

impl Drop for Holding {
    fn drop(&mut self) {
        let mut desks = self.holders.lock();
        let held = desks
            .iter()
            .position(|(_, desk)| Arc::ptr_eq(desk, &self.desk));
        let ended = held.map(|at| desks.swap_remove(at));
        drop(desks);
        // It may hold the host's things.
        drop(ended);
    }
}
