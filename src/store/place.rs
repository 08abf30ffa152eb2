//! One account of a store.

use std::sync::Arc;

use crate::clock::Clock;
use crate::error::{Error, Result, Status};
use crate::secret::Secret;
use crate::work::Context;

use super::backend::{Backend, Lease};
use super::locked::Locked;
use super::patience::Patience;
use super::record::Record;
use super::{Key, TokenStore};

/// How often something is done to an account that another process changes meanwhile, which locks prevent where they hold.
pub(crate) const TRIES: usize = 4;

pub(crate) struct Place {
    pub(super) store: TokenStore,
    pub(super) key: Key,
    pub(super) clock: Arc<dyn Clock>,
}

/// What is done to an account in one go.
#[derive(Clone, Copy)]
enum Change<'a> {
    Replace(&'a Record, Unless<'a>),
    Remove,
}

/// Looks at what is stored, and says whether that is to stay.
type Unless<'a> = &'a (dyn Fn(Option<&Record>) -> bool + Sync);

impl Place {
    pub(super) fn backend(&self) -> &dyn Backend {
        &*self.store.backend
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// Whether it is the same account of the same store.
    pub(crate) fn is_same(&self, other: &Place) -> bool {
        Arc::ptr_eq(&self.store.backend, &other.store.backend) && self.key == other.key
    }

    /// To wait for its lock with.
    pub(crate) fn patience(&self) -> Patience {
        Patience::new(self.backend().longest_pause())
    }

    /// Waits for the lock of the account.
    pub(super) async fn lock<'a>(
        &'a self,
        context: &'a Context,
        patience: &mut Patience,
    ) -> Result<Locked<'a>> {
        loop {
            if let Some(locked) = self.try_lock(context).await? {
                return Ok(locked);
            }
            patience.pause(self, context).await?;
        }
    }

    /// Locks the account; none where another has the lock.
    pub(crate) async fn try_lock<'a>(&'a self, context: &'a Context) -> Result<Option<Locked<'a>>> {
        let lease = match self.backend().lock(self.key(), context).await {
            Ok(lease) => lease,
            Err(error) if error.status() == Status::Busy => return Ok(None),
            // A store without locks still has versions, perhaps.
            Err(error) if error.status() == Status::Unsupported => Lease::default(),
            Err(error) => return Err(error),
        };
        Ok(Some(Locked {
            place: self,
            context,
            lease,
            version: None,
            holding: Some(self.store.holders.hold(self.key(), context.desk())),
        }))
    }

    /// What is stored, without a lock.
    pub(crate) async fn look(&self, context: &Context) -> Result<Option<Record>> {
        let stored = self.backend().load(self.key(), None, context).await?;
        stored.map(|stored| self.read(&stored.text)).transpose()
    }

    pub(super) fn read(&self, text: &Secret) -> Result<Record> {
        let what = self.backend().whereabouts(self.key());
        Record::read(text.expose(), self.key(), &self.clock, &what)
    }

    /// Stores a record in place of whatever is there, but not of what cannot be read.
    pub(crate) async fn replace(&self, record: &Record, context: &Context) -> Result<()> {
        self.replace_unless(record, &|_| false, context).await
    }

    /// [`replace`](Place::replace), unless what is there is to stay.
    pub(crate) async fn replace_unless(
        &self,
        record: &Record,
        it_stays: Unless<'_>,
        context: &Context,
    ) -> Result<()> {
        self.change(Change::Replace(record, it_stays), context)
            .await
    }

    /// Removes what is there, be it whole or not.
    pub(crate) async fn remove(&self, context: &Context) -> Result<()> {
        self.change(Change::Remove, context).await
    }

    async fn change(&self, change: Change<'_>, context: &Context) -> Result<()> {
        let mut patience = self.patience();
        for _ in 0..TRIES {
            let mut locked = self.lock(context, &mut patience).await?;
            let changed = match change {
                Change::Replace(record, it_stays) => match locked.load().await {
                    Ok(stored) if it_stays(stored.as_ref()) => Ok(()),
                    Ok(_) => locked.save(record).await,
                    Err(error) => Err(error),
                },
                Change::Remove => locked.remove().await,
            };
            locked.unlock().await;
            match changed {
                Err(error) if error.status() == Status::Busy => {}
                changed_or_error => return changed_or_error,
            }
        }
        Err(Error::new(
            Status::Store,
            "other processes change this account again and again",
        ))
    }
}
