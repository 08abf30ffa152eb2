//! What keeps the records: files, the desktop's keyring, the host.

use std::fs::File;
use std::pin::Pin;
use std::time::Instant;

use crate::error::Result;
use crate::secret::Secret;
use crate::text::Text;
use crate::work::Context;

use super::Key;

/// What a backend does for one call.
pub(crate) type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Keeps a text for each key. It does not know what the text says.
pub(crate) trait Backend: Send + Sync {
    /// Takes the lock of a key, at once or not at all: [`Status::Busy`](crate::Status) where another has it.
    fn lock<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Lease>;

    /// Gives the lock back. A lease that is dropped instead ends by itself, at the latest when its time is up.
    fn unlock<'a>(&'a self, key: &'a Key, lease: Lease, context: &'a Context) -> Doing<'a, ()>;

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

    /// The accounts that something is stored for, of the accounts service and the client of `key`.
    fn accounts<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Vec<Text>>;
}

/// What is stored for a key.
pub(crate) struct Stored {
    pub(crate) text: Secret,
    /// Where the backend has versions.
    pub(crate) version: Option<Text>,
}

/// The lock of a key.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    /// Grows with each lease, so that a store can turn away who has lost his; 0 where the backend has none.
    pub(crate) fence: i64,
    /// When another may take the lock; none while this process lives.
    pub(crate) ends_at: Option<Instant>,
    /// Locked by the operating system until it is closed.
    pub(crate) file: Option<File>,
}

impl Lease {
    /// Whether another may have the lock by now.
    pub(crate) fn may_be_lost(&self) -> bool {
        self.ends_at.is_some_and(|end| end <= Instant::now())
    }
}
