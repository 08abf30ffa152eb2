//! A store in memory, which goes wrong as it is told.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::clock::Moment;
use crate::error::{Error, Status};
use crate::secret::Secret;
use crate::text::Text;
use crate::work::Context;

use super::{Backend, Doing, Key, Lease, Stored, TokenStore};

#[derive(Default)]
pub(crate) struct Memory {
    state: Mutex<State>,
}

type Meddling = Box<dyn FnOnce(&Memory) + Send>;

#[derive(Default)]
struct State {
    texts: HashMap<String, (String, u64)>,
    versions: u64,
    calls: Vec<&'static str>,
    is_locked: bool,
    /// How often the lock is found taken.
    busy: usize,
    /// How many leases end before they are used.
    short_leases: usize,
    /// How many leases another process takes over at once.
    lost_leases: usize,
    fence: i64,
    save_failures: VecDeque<Error>,
    before_save: Option<Meddling>,
}

impl Memory {
    pub(crate) fn store() -> (Arc<Memory>, TokenStore) {
        let memory = Arc::<Memory>::default();
        (memory.clone(), TokenStore::new(memory))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// What was asked of it since the last time.
    pub(crate) fn take_calls(&self) -> Vec<&'static str> {
        let mut state = self.lock();
        assert!(!state.is_locked, "it was left locked");
        std::mem::take(&mut state.calls)
    }

    pub(crate) fn be_busy(&self, times: usize) {
        self.lock().busy = times;
    }

    pub(crate) fn give_short_leases(&self, times: usize) {
        self.lock().short_leases = times;
    }

    /// As when a lease ends whose process has died.
    pub(crate) fn unlock_all(&self) {
        self.lock().is_locked = false;
    }

    pub(crate) fn lose_leases(&self, times: usize) {
        self.lock().lost_leases = times;
    }

    pub(crate) fn fail_saves(&self, times: usize) {
        let failure = || Error::new(Status::Store, "the disk is full");
        self.lock().save_failures = std::iter::repeat_with(failure).take(times).collect();
    }

    /// Somebody is quicker than the next save.
    pub(crate) fn before_save(&self, meddle: impl FnOnce(&Memory) + Send + 'static) {
        self.lock().before_save = Some(Box::new(meddle));
    }

    /// The text of the one account in it; somebody may put another there.
    pub(crate) fn change(&self, change: impl FnOnce(&str) -> Option<String>) {
        let mut state = self.lock();
        state.versions += 1;
        let version = state.versions;
        let key = state.texts.keys().next().unwrap().clone();
        match change(&state.texts[&key].0) {
            Some(text) => state.texts.insert(key, (text, version)),
            None => state.texts.remove(&key),
        };
    }

    pub(crate) fn text(&self) -> String {
        self.lock().texts.values().next().unwrap().0.clone()
    }
}

impl Backend for Arc<Memory> {
    fn lock<'a>(&'a self, _: &'a Key, _: &'a Context) -> Doing<'a, Lease> {
        Box::pin(async {
            let mut state = Memory::lock(self);
            if state.busy > 0 || state.is_locked {
                state.busy = state.busy.saturating_sub(1);
                state.calls.push("busy");
                return Err(Error::new(Status::Busy, "locked"));
            }
            state.calls.push("lock");
            state.is_locked = true;
            state.fence += 1;
            let fence = state.fence;
            if state.lost_leases > 0 {
                state.lost_leases -= 1;
                state.fence += 1;
                state.is_locked = false;
            }
            let long_ago = Moment {
                unix_ms: 0,
                monotonic_ms: 0,
            };
            let asked_at = (state.short_leases > 0).then_some(long_ago);
            state.short_leases = state.short_leases.saturating_sub(1);
            Ok(Lease {
                fence,
                asked_at,
                ..Lease::default()
            })
        })
    }

    fn unlock<'a>(&'a self, _: &'a Key, _: Lease, _: &'a Context) -> Doing<'a, ()> {
        Box::pin(async {
            let mut state = Memory::lock(self);
            state.calls.push("unlock");
            state.is_locked = false;
            Ok(())
        })
    }

    fn load<'a>(
        &'a self,
        key: &'a Key,
        _: Option<&'a Lease>,
        _: &'a Context,
    ) -> Doing<'a, Option<Stored>> {
        Box::pin(async {
            let mut state = Memory::lock(self);
            state.calls.push("load");
            let stored = state.texts.get(key.as_str());
            Ok(stored.map(|(text, version)| Stored {
                text: Secret::new(text).unwrap(),
                version: Some(Text::new(&version.to_string()).unwrap()),
            }))
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a Key,
        text: &'a Secret,
        over: Option<&'a Text>,
        lease: &'a Lease,
        _: &'a Context,
    ) -> Doing<'a, Option<Text>> {
        Box::pin(async move {
            let meddle = Memory::lock(self).before_save.take();
            if let Some(meddle) = meddle {
                meddle(self);
            }
            let mut state = Memory::lock(self);
            state.calls.push("save");
            if let Some(failure) = state.save_failures.pop_front() {
                return Err(failure);
            }
            let stored = state.texts.get(key.as_str());
            let version = stored.map(|(_, version)| version.to_string());
            if version.as_deref() != over.map(Text::as_str) || lease.fence != state.fence {
                return Err(Error::new(Status::Busy, "another was quicker"));
            }
            state.versions += 1;
            let version = state.versions;
            let text = text.expose().to_owned();
            state.texts.insert(key.as_str().to_owned(), (text, version));
            Ok(Some(Text::new(&version.to_string()).unwrap()))
        })
    }

    fn remove<'a>(&'a self, key: &'a Key, _: &'a Lease, _: &'a Context) -> Doing<'a, ()> {
        Box::pin(async {
            let mut state = Memory::lock(self);
            state.calls.push("remove");
            state.texts.remove(key.as_str());
            Ok(())
        })
    }

    fn accounts<'a>(&'a self, _: &'a Key, _: &'a Context) -> Doing<'a, Vec<Text>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
