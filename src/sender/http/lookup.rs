//! Looks up the addresses of a host.
//!
//! The system's resolver cannot be interrupted. Work that can be stopped leaves it to a thread that nobody joins: it
//! holds a name and room for the answer, nothing of the host's. As long as it hangs, who asks for the same name waits
//! for the same thread.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use crate::error::{Error, Status};
use crate::thread;

use super::target::Place;
use super::waiter::Waiter;

/// How many addresses of a host are tried at most.
const MAX_ADDRESSES: usize = 16;

/// Looks up a name on the thread that calls it; the port is what all addresses shall have.
pub(super) type Resolver = fn(name: &str, port: u16) -> io::Result<Vec<SocketAddr>>;

/// Looks names up, on the calling thread or on one of its own.
pub(super) struct Lookups {
    resolver: Resolver,
    /// Those in the background that may still be running.
    running: Mutex<Vec<Arc<Lookup>>>,
}

impl Default for Lookups {
    fn default() -> Lookups {
        Lookups::new(|name, port| {
            Ok((name, port)
                .to_socket_addrs()?
                .take(MAX_ADDRESSES)
                .collect())
        })
    }
}

impl Lookups {
    pub(super) fn new(resolver: Resolver) -> Lookups {
        Lookups {
            resolver,
            running: Mutex::default(),
        }
    }

    /// Looks up on this thread, however long it takes.
    pub(super) fn here(&self, place: &Place) -> Result<Vec<SocketAddr>, Error> {
        match literal(place) {
            Some(address) => Ok(vec![address]),
            None => addresses(self.resolver, place.host, place.port),
        }
    }

    /// Looks up on another thread, and waits for it as long as `waiter` may.
    pub(super) fn in_background(
        &self,
        place: &Place,
        waiter: &mut Waiter,
    ) -> Result<Vec<SocketAddr>, Error> {
        if let Some(address) = literal(place) {
            return Ok(vec![address]);
        }
        waiter.check()?;
        let lookup = self.join_or_start(place)?;
        let waker = waiter.waker().clone();
        let outcome = loop {
            match lookup.outcome_or_register(&waker) {
                Some(outcome) => break outcome,
                None => {
                    if let Err(error) = waiter.wait() {
                        break Err(error);
                    }
                }
            }
        };
        lookup.forget(&waker);
        outcome
    }

    fn join_or_start(&self, place: &Place) -> Result<Arc<Lookup>, Error> {
        let mut running = lock(&self.running);
        running.retain(|lookup| lookup.is_running());
        if let Some(lookup) = running.iter().find(|lookup| lookup.is_of(place)) {
            return Ok(lookup.clone());
        }
        let lookup = Arc::new(Lookup {
            name: place.host.to_owned(),
            port: place.port,
            state: Mutex::default(),
        });
        let (resolver, theirs) = (self.resolver, lookup.clone());
        thread::start_detached("clef-lookup", move || {
            theirs.finish(addresses(resolver, &theirs.name, theirs.port));
        })
        .map_err(|error| Error::new(Status::Io, format!("no thread for it: {error}")))?;
        running.push(lookup.clone());
        Ok(lookup)
    }
}

struct Lookup {
    name: String,
    port: u16,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    outcome: Option<Result<Vec<SocketAddr>, Error>>,
    wakers: Vec<Waker>,
}

impl Lookup {
    fn is_of(&self, place: &Place) -> bool {
        self.port == place.port && self.name == place.host
    }

    fn is_running(&self) -> bool {
        lock(&self.state).outcome.is_none()
    }

    fn finish(&self, outcome: Result<Vec<SocketAddr>, Error>) {
        let mut state = lock(&self.state);
        state.outcome = Some(outcome);
        for waker in state.wakers.drain(..) {
            waker.wake();
        }
    }

    fn outcome_or_register(&self, waker: &Waker) -> Option<Result<Vec<SocketAddr>, Error>> {
        let mut state = lock(&self.state);
        if state.outcome.is_none() && !state.wakers.iter().any(|known| known.will_wake(waker)) {
            state.wakers.push(waker.clone());
        }
        state.outcome.clone()
    }

    /// Without this, each request that gave up would leave its waker with a look-up that hangs.
    fn forget(&self, waker: &Waker) {
        lock(&self.state)
            .wakers
            .retain(|known| !known.will_wake(waker));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The address of a host that is one.
fn literal(place: &Place) -> Option<SocketAddr> {
    let address: IpAddr = place.host.parse().ok()?;
    Some(SocketAddr::new(address, place.port))
}

fn addresses(resolver: Resolver, name: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    match resolver(name, port) {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        Ok(_) => Err(Error::new(Status::Transport, "the name has no address")),
        Err(error) => Err(Error::new(Status::Transport, error.to_string())),
    }
}
