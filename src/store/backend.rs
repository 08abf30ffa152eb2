//! What keeps the records: files, the desktop's keyring, the host.

use std::pin::Pin;
use std::time::Duration;

use crate::clock::{Clock, Moment, SystemClock};
use crate::error::Result;
use crate::secret::Secret;
use crate::text::Text;
use crate::work::Context;

use super::Key;
use super::directory::LockFile;

/// What a backend does for one call.
pub(crate) type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Keeps a text for each key. It does not know what the text says.
pub(crate) trait Backend: Send + Sync {
    /// Takes the lock of a key, at once or not at all: [`Status::Busy`](crate::Status) where another has it.
    fn lock<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Lease>;

    /// Gives the lock back. A lease that is dropped instead ends by itself, at the latest when its time is up; that of a
    /// file at once.
    fn unlock<'a>(&'a self, _: &'a Key, lease: Lease, context: &'a Context) -> Doing<'a, ()> {
        let job = move || {
            drop(lease);
            Ok(())
        };
        block(context, Box::new(job))
    }

    /// What is stored; with a lease, also what somebody was about to store who died over it.
    fn load<'a>(
        &'a self,
        key: &'a Key,
        lease: Option<&'a Lease>,
        context: &'a Context,
    ) -> Doing<'a, Option<Stored>>;

    /// Stores a text in place of the version that was loaded last, none where there was nothing, and gives its version.
    /// [`Status::Busy`](crate::Status) where another was quicker, or has the lock by now.
    fn save<'a>(
        &'a self,
        key: &'a Key,
        text: &'a Secret,
        over: Option<&'a Text>,
        lease: &'a Lease,
        context: &'a Context,
    ) -> Doing<'a, Option<Text>>;

    /// Removes what is stored, be it whole or not. Nothing stored is no error.
    fn remove<'a>(&'a self, key: &'a Key, lease: &'a Lease, context: &'a Context) -> Doing<'a, ()>;

    /// How what is stored for a key is called in a message.
    fn whereabouts(&self, _: &Key) -> String {
        "what is stored for this account".to_owned()
    }

    /// How long who waits for a lock leaves it alone at most.
    fn longest_pause(&self) -> Duration {
        Duration::from_millis(500)
    }

    /// The accounts that something is stored for, of the accounts service and the client of `key`.
    fn accounts<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Vec<Text>>;
}

/// Does a job where it may block. Compiled once for each kind of answer, not for each job.
pub(super) fn block<T: Send + 'static>(
    context: &Context,
    job: Box<dyn FnOnce() -> Result<T> + Send>,
) -> Doing<'_, T> {
    Box::pin(async move { context.block(job).await? })
}

/// What is stored for a key.
pub(crate) struct Stored {
    pub(crate) text: Secret,
    /// Where the backend has versions.
    pub(crate) version: Option<Text>,
}

/// How long a lease holds at least.
pub(crate) const TIME_TO_LIVE: Duration = Duration::from_secs(60);

/// How long a request takes at most that is sent under a lease, with the built-in sender as it comes.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// The lock of a key.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    /// Grows with each lease, so that a store can turn away who has lost his; 0 where the backend has none.
    pub(crate) fence: i64,
    /// When it was asked for, where another may take the lock after its time to live.
    pub(crate) asked_at: Option<Moment>,
    /// Locked by the operating system until it is dropped.
    #[allow(dead_code, reason = "it is there to be dropped")]
    pub(crate) file: Option<LockFile>,
}

impl Lease {
    /// Whether it may end before a request that is sent now has its answer. A sleep of the computer counts.
    pub(crate) fn is_short(&self) -> bool {
        self.asked_at.is_some_and(|asked_at| {
            let held_ms = SystemClock.now().unix_ms_seen_from(asked_at) - asked_at.unix_ms;
            u128::try_from(held_ms).is_ok_and(|held_ms| {
                held_ms >= TIME_TO_LIVE.saturating_sub(LONGEST_REQUEST).as_millis()
            })
        })
    }
}
