//! One account of a store, for as long as nobody else may change it.

use crate::error::Result;
use crate::text::Text;
use crate::work::Context;

use super::backend::Lease;
use super::holders::Holding;
use super::patience::Patience;
use super::place::Place;
use super::record::Record;

/// The account, locked. To be [unlocked](Locked::unlock): a lease that is dropped may be in others' way until it ends.
pub(crate) struct Locked<'a> {
    pub(super) place: &'a Place,
    pub(super) context: &'a Context,
    pub(super) lease: Lease,
    /// Of what was loaded or saved last.
    pub(super) version: Option<Text>,
    pub(super) holding: Option<Holding>,
}

impl Locked<'_> {
    /// What is stored.
    pub(crate) async fn load(&mut self) -> Result<Option<Record>> {
        let (backend, key) = (self.place.backend(), self.place.key());
        let stored = backend.load(key, Some(&self.lease), self.context).await?;
        let Some(stored) = stored else {
            self.version = None;
            return Ok(None);
        };
        self.version = stored.version;
        self.place.read(&stored.text).map(Some)
    }

    /// Stores a record in place of the one loaded last. [`Status::Busy`] where that is not there any more.
    pub(crate) async fn save(&mut self, record: &Record) -> Result<()> {
        let (backend, key) = (self.place.backend(), self.place.key());
        let text = record.write(key);
        let over = self.version.as_ref();
        let saved = backend
            .save(key, &text, over, &self.lease, self.context)
            .await?;
        self.version = saved;
        Ok(())
    }

    pub(super) async fn remove(&mut self) -> Result<()> {
        let (backend, key) = (self.place.backend(), self.place.key());
        backend.remove(key, &self.lease, self.context).await
    }

    /// Locks the account again, after another process has got the lock too early.
    pub(crate) async fn lock_again(&mut self, patience: &mut Patience) -> Result<()> {
        let lost = std::mem::take(&mut self.lease);
        // Who waits does not wait for itself.
        self.holding = None;
        let (backend, key) = (self.place.backend(), self.place.key());
        // It was lost, or else it would be in the way of the next one.
        let _ = backend.unlock(key, lost, self.context).await;
        *self = self.place.lock(self.context, patience).await?;
        Ok(())
    }

    /// Whether another may change the account before a request that is sent now has its answer.
    pub(crate) fn may_be_lost_before_an_answer(&self) -> bool {
        self.lease.is_short()
    }

    /// That it fails harms nobody: what there was to do is done, and a lease ends by itself.
    pub(crate) async fn unlock(self) {
        let (backend, key) = (self.place.backend(), self.place.key());
        let _ = backend.unlock(key, self.lease, self.context).await;
    }
}
