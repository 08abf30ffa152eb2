//! One account of a store, for as long as nobody else may change it.

use std::time::{Duration, Instant};

use crate::clock::SystemClock;
use crate::error::{Error, Result, Status};
use crate::random;
use crate::secret::Secret;
use crate::stop::cancelled;
use crate::text::Text;
use crate::work::Context;

use super::backend::{Backend, Lease};
use super::record::Record;
use super::{Key, Place};

/// How often something is done to an account that another process changes meanwhile, which locks prevent where they hold.
pub(crate) const TRIES: usize = 4;

/// The account, locked. To be [unlocked](Locked::unlock): a lease that is dropped may be in others' way until it ends.
pub(crate) struct Locked<'a> {
    place: &'a Place,
    context: &'a Context,
    lease: Lease,
    /// Of what was loaded or saved last.
    version: Option<Text>,
}

impl Place {
    fn backend(&self) -> &dyn Backend {
        &*self.store.backend
    }

    fn key(&self) -> &Key {
        &self.key
    }

    /// Waits for the lock of the account.
    pub(crate) async fn lock<'a>(&'a self, context: &'a Context) -> Result<Locked<'a>> {
        let mut patience = Patience::default();
        loop {
            if let Some(locked) = self.try_lock(context).await? {
                return Ok(locked);
            }
            patience.pause(context).await?;
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
        }))
    }

    /// What is stored, without a lock.
    pub(crate) async fn look(&self, context: &Context) -> Result<Option<Record>> {
        let stored = self.backend().load(self.key(), None, context).await?;
        stored.map(|stored| self.read(&stored.text)).transpose()
    }

    fn read(&self, text: &Secret) -> Result<Record> {
        Record::read(text.expose(), self.key(), &self.clock)
    }

    /// Stores a record in place of whatever is there, but not of what cannot be read.
    pub(crate) async fn replace(&self, record: &Record, context: &Context) -> Result<()> {
        self.change(Change::Replace(record), context).await
    }

    /// Removes what is there, be it whole or not.
    pub(crate) async fn remove(&self, context: &Context) -> Result<()> {
        self.change(Change::Remove, context).await
    }

    async fn change(&self, change: Change<'_>, context: &Context) -> Result<()> {
        for _ in 0..TRIES {
            let mut locked = self.lock(context).await?;
            let changed = match change {
                Change::Replace(record) => locked.replace(record).await,
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

/// What is done to an account in one go.
#[derive(Clone, Copy)]
enum Change<'a> {
    Replace(&'a Record),
    Remove,
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

    async fn replace(&mut self, record: &Record) -> Result<()> {
        self.load().await?;
        self.save(record).await
    }

    async fn remove(&mut self) -> Result<()> {
        let (backend, key) = (self.place.backend(), self.place.key());
        backend.remove(key, &self.lease, self.context).await
    }

    /// Locks the account again, after another process has got the lock too early.
    pub(crate) async fn lock_again(&mut self) -> Result<()> {
        let lost = std::mem::take(&mut self.lease);
        let (backend, key) = (self.place.backend(), self.place.key());
        // It was lost, or else it would be in the way of the next one.
        let _ = backend.unlock(key, lost, self.context).await;
        *self = self.place.lock(self.context).await?;
        Ok(())
    }

    /// Whether another may change the account by now.
    pub(crate) fn may_be_lost(&self) -> bool {
        self.lease.may_be_lost()
    }

    /// That it fails harms nobody: what there was to do is done, and a lease ends by itself.
    pub(crate) async fn unlock(self) {
        let (backend, key) = (self.place.backend(), self.place.key());
        let _ = backend.unlock(key, self.lease, self.context).await;
    }
}

/// How long the lock of an account is waited for: longer than a lease lasts whose process has died.
const LONGEST_WAIT: Duration = Duration::from_secs(75);

/// How long the lock is left alone after it was found taken, at first and at most.
const FIRST_PAUSE_MS: u64 = 1;
const LONGEST_PAUSE_MS: u64 = 32;

/// Waits for a lock that another has.
pub(crate) struct Patience {
    ends_at: Instant,
    pause_ms: u64,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            ends_at: Instant::now() + LONGEST_WAIT,
            pause_ms: FIRST_PAUSE_MS,
        }
    }
}

impl Patience {
    /// Until it is worth another try. Not for ever: [`Status::Store`].
    pub(crate) async fn pause(&mut self, context: &Context) -> Result<()> {
        if Instant::now() >= self.ends_at {
            return Err(Error::new(
                Status::Store,
                "another process has the lock of this account and does not give it back",
            ));
        }
        // Those who wait do not all come back at once.
        let jittered = self.pause_ms * (128 + u64::from(random::byte())) / 256;
        let pause = Duration::from_millis(jittered.max(1));
        self.pause_ms = (self.pause_ms * 2).min(LONGEST_PAUSE_MS);
        match context.sleep(&SystemClock, pause).await {
            true => Ok(()),
            false => Err(cancelled()),
        }
    }
}
