//! What all endpoints share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::client::Client;
use crate::clock::{Clock, Moment};
use crate::fault_queue::FaultQueue;
use crate::grants::Grants;
use crate::request_log::RequestLog;
use crate::settings::Settings;

/// The service: who is registered, and everything that changes.
#[derive(Debug)]
pub struct Service {
    clients: Vec<Client>,
    initial_settings: Settings,
    state: Mutex<State>,
}

/// Everything that changes.
#[derive(Debug)]
pub struct State {
    pub settings: Settings,
    pub clock: Clock,
    pub grants: Grants,
    pub faults: FaultQueue,
    pub log: RequestLog,
}

impl Service {
    pub fn new(clients: Vec<Client>, settings: Settings) -> Self {
        Self {
            clients,
            initial_settings: settings.clone(),
            state: Mutex::new(State {
                settings,
                clock: Clock::default(),
                grants: Grants::default(),
                faults: FaultQueue::default(),
                log: RequestLog::default(),
            }),
        }
    }

    /// The registered application with this id.
    pub fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// The state, locked. A closure of the embedding program may have panicked while it held the lock; that must not
    /// take the other tests down.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to how it was started.
    pub fn reset(&self) {
        let mut state = self.state();
        state.settings = self.initial_settings.clone();
        state.clock = Clock::default();
        state.grants = Grants::default();
        state.faults.clear();
        state.log.clear();
    }
}

impl State {
    /// Now, on the sandbox clock.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }
}
