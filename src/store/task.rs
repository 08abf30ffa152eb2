//! What a store of the host's own is asked to do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Moment, SystemClock};
use crate::error::{Error, Result, Status, shortened};
use crate::secret::{self, Secret};
use crate::text::Text;
use crate::work::Errand;

use super::backend::TIME_TO_LIVE;
use super::{Key, Lease, Record, Stored};

/// What a store task asks for.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum StoreTaskKind {
    /// None that this version knows.
    Unknown = 0,
    /// What is stored under the key? Answer with a value and its version, or with nothing where
    /// nothing is stored (`CLEF_STATUS_NOT_FOUND` says that too).
    Load = 1,
    /// Store the value under the key, but only over the version that the task names, and only
    /// while nothing was changed under a later fence: else it fails with `CLEF_STATUS_BUSY`.
    Save = 2,
    /// Remove what is stored under the key, but keep its fence and version, so that they go on
    /// growing. Nothing stored is no failure; `CLEF_STATUS_BUSY` where something was changed under
    /// a later fence.
    Remove = 3,
    /// For which accounts is something stored, of all keys that begin with the task's?
    /// `CLEF_STATUS_UNSUPPORTED` where the store cannot list.
    List = 4,
    /// Take the lock of the key for the task's time to live, at once or not at all:
    /// `CLEF_STATUS_BUSY` where another has it, and clef asks again for up to 75 seconds, at most
    /// twice a second in the end.
    /// `CLEF_STATUS_UNSUPPORTED` where the store has no locks: clef goes on with versions alone.
    Lock = 5,
    /// Give the lock of the key back, if it still is that of the task's fence.
    Unlock = 6,
}

/// A question to the host's store.
pub(super) struct Question {
    kind: StoreTaskKind,
    key: Key,
    value: Option<Secret>,
    version: Option<Text>,
    fence: i64,
}

impl Question {
    pub(super) fn new(kind: StoreTaskKind, key: &Key) -> Question {
        Question {
            kind,
            key: key.clone(),
            value: None,
            version: None,
            fence: 0,
        }
    }

    /// To be done by who has the lease of this fence.
    pub(super) fn fenced(self, fence: i64) -> Question {
        Question { fence, ..self }
    }

    /// To store `value`.
    pub(super) fn with_value(self, value: &Secret, over: Option<&Text>) -> Question {
        Question {
            value: Some(value.clone()),
            version: over.cloned(),
            ..self
        }
    }
}

/// What the host says to any question; which parts it has a say in depends on that.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) stored: Option<Stored>,
    pub(super) version: Option<Text>,
    pub(super) lease: Lease,
    pub(super) accounts: Vec<Text>,
}

/// One thing that a custom store has to do, which waits for that. It ends exactly once, on any thread; dropping it ends
/// it as a [`Status::Store`] error.
pub struct StoreTask {
    errand: Errand<Question, Result<Answer>>,
    /// Where it is a lease that is asked for, it counts from here.
    asked_at: Moment,
    answer: Answer,
}

impl StoreTask {
    pub(super) fn new(errand: Errand<Question, Result<Answer>>) -> StoreTask {
        StoreTask {
            errand,
            asked_at: SystemClock.now(),
            answer: Answer::default(),
        }
    }

    /// What to do.
    pub fn kind(&self) -> StoreTaskKind {
        self.errand.question().kind
    }

    /// What it is about. The account of a [`StoreTaskKind::List`] is empty, and [`Key::as_str`] is how all keys of this
    /// client begin.
    pub fn key(&self) -> &Key {
        &self.errand.question().key
    }

    /// The value to save.
    pub fn value(&self) -> Option<&Secret> {
        self.errand.question().value.as_ref()
    }

    /// The version to save it over; none where nothing may be stored yet.
    pub fn version(&self) -> Option<&str> {
        self.version_text().map(Text::as_str)
    }

    pub(crate) fn version_text(&self) -> Option<&Text> {
        self.errand.question().version.as_ref()
    }

    /// The fence of the lease that this is done under; 0 without.
    pub fn fence(&self) -> i64 {
        self.errand.question().fence
    }

    /// How long the lease has to hold that is asked for; zero for other tasks.
    pub fn time_to_live(&self) -> Duration {
        match self.kind() {
            StoreTaskKind::Lock => TIME_TO_LIVE,
            _ => Duration::ZERO,
        }
    }

    /// Whether nobody waits any more. A lock is to be given back all the same.
    pub fn is_cancelled(&self) -> bool {
        self.kind() != StoreTaskKind::Unlock && self.errand.is_cancelled()
    }

    /// What is stored, for [`StoreTaskKind::Load`].
    pub fn set_value(&mut self, value: &str, version: Option<&str>) -> Result<()> {
        self.must_be(StoreTaskKind::Load, "a value")?;
        let text = Secret::new(value).map_err(|_| nul_in("value"))?;
        let version = version.map(version_of).transpose()?;
        self.answer.stored = Some(Stored { text, version });
        Ok(())
    }

    /// The version that was saved, for [`StoreTaskKind::Save`].
    pub fn set_version(&mut self, version: &str) -> Result<()> {
        self.must_be(StoreTaskKind::Save, "a version")?;
        self.answer.version = Some(version_of(version)?);
        Ok(())
    }

    /// The fence of the lease that was given, above 0, for [`StoreTaskKind::Lock`].
    pub fn set_fence(&mut self, fence: i64) -> Result<()> {
        self.must_be(StoreTaskKind::Lock, "a fence")?;
        if fence <= 0 {
            return Err(Error::invalid_argument(format!(
                "fence must be above 0, not {fence}"
            )));
        }
        self.answer.lease.fence = fence;
        Ok(())
    }

    /// One more account that something is stored for, for [`StoreTaskKind::List`].
    pub fn add_account(&mut self, account: &str) -> Result<()> {
        self.must_be(StoreTaskKind::List, "accounts")?;
        let account = Text::new(account).map_err(|_| nul_in("account"))?;
        self.answer.accounts.push(account);
        Ok(())
    }

    fn must_be(&self, kind: StoreTaskKind, what: &str) -> Result<()> {
        match self.kind() == kind {
            true => Ok(()),
            false => Err(Error::invalid_argument(format!(
                "a task of kind {:?} is not answered with {what}",
                self.kind()
            ))),
        }
    }

    /// Ends the task with what was set.
    pub fn done(self) {
        let mut answer = self.answer;
        if self.errand.question().kind == StoreTaskKind::Lock {
            answer.lease.asked_at = Some(self.asked_at);
        }
        self.errand.end(Ok(answer));
    }

    /// Ends the task as a failure; but [`Status::NotFound`] is an answer to [`StoreTaskKind::Load`]. A status that says
    /// nothing about a store, or about this kind of task, counts as [`Status::Store`]; what is secret is taken out of the
    /// message.
    pub fn fail(self, status: Status, message: &str) {
        if status == Status::NotFound && self.kind() == StoreTaskKind::Load {
            return self.done();
        }
        let status = match is_for(status, self.kind()) {
            true => status,
            false => Status::Store,
        };
        let message = secret::hide(message, self.secrets());
        self.fail_with(Error::new(status, shortened(&message)));
    }

    pub(crate) fn fail_with(self, error: Error) {
        self.errand.end(Err(error));
    }

    /// The values that go through this task, and the tokens in them.
    fn secrets(&self) -> Vec<Secret> {
        let loaded = self.answer.stored.as_ref().map(|stored| &stored.text);
        let values = self.value().into_iter().chain(loaded);
        values
            .flat_map(|value| {
                // Without the end of the line, which a message may leave out.
                let whole = Secret::new(value.expose().trim_end()).ok();
                whole.into_iter().chain(self.tokens_in(value))
            })
            .collect()
    }

    fn tokens_in(&self, value: &Secret) -> Vec<Secret> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let Ok(record) = Record::read(value.expose(), self.key(), &clock, "it") else {
            return Vec::new();
        };
        let access_token = record.token.access_token().clone();
        let refresh_token = record.token.refresh_token().cloned();
        std::iter::once(access_token).chain(refresh_token).collect()
    }
}

/// Whether a task of this kind may end in this way.
fn is_for(status: Status, kind: StoreTaskKind) -> bool {
    match status {
        Status::Busy => matches!(
            kind,
            StoreTaskKind::Lock | StoreTaskKind::Save | StoreTaskKind::Remove
        ),
        Status::Unsupported => matches!(kind, StoreTaskKind::Lock | StoreTaskKind::List),
        Status::Store
        | Status::Io
        | Status::Timeout
        | Status::Transport
        | Status::Tls
        | Status::Cancelled
        | Status::WouldBlock
        | Status::Internal => true,
        _ => false,
    }
}

fn version_of(version: &str) -> Result<Text> {
    Text::new(version).map_err(|_| nul_in("version"))
}

fn nul_in(name: &str) -> Error {
    Error::invalid_argument(format!("{name} must not have a NUL inside"))
}

impl fmt::Debug for StoreTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreTask")
            .field("kind", &self.kind())
            .field("key", &self.key().as_str())
            .field("fence", &self.fence())
            .field("is_cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}
