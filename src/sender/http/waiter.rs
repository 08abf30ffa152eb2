//! Waiting for a connection, for a look-up, for a deadline and for being stopped, all at once.

use std::io;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use mio::Interest;
use mio::event::Source;

use crate::error::{Error, Status};
use crate::poller::Poller;
use crate::stop::Stop;

/// What one thread waits with. It stays with its connection, so that a connection that is used again costs no setup.
pub(super) struct Waiter {
    poller: Poller,
    deadline: Option<Instant>,
    stop: Option<Arc<Stop>>,
}

impl Waiter {
    pub(super) fn new() -> Result<Waiter, Error> {
        Ok(Waiter {
            poller: Poller::new().map_err(no_network)?,
            deadline: None,
            stop: None,
        })
    }

    /// What ends a [`wait`](Waiter::wait) from another thread.
    pub(super) fn waker(&self) -> &Waker {
        self.poller.waker()
    }

    pub(super) fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Who may stop the waiting; [`waker`](Waiter::waker) has to be registered there.
    pub(super) fn set_stop(&mut self, stop: Option<Arc<Stop>>) {
        self.stop = stop;
    }

    /// Is woken from now on when `connection` can be read or written.
    pub(super) fn watch(&self, connection: &mut impl Source) -> Result<(), Error> {
        self.poller
            .watch(connection, Interest::READABLE | Interest::WRITABLE)
            .map_err(no_network)
    }

    /// Whether it is time to give up: then the error says why.
    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(stop) = &self.stop {
            stop.check()?;
        }
        match self.left() {
            Some(Duration::ZERO) => Err(Error::new(
                Status::Timeout,
                "the service did not answer in time",
            )),
            _ => Ok(()),
        }
    }

    /// Waits until something happened, maybe for nothing, or until it is time to give up.
    pub(super) fn wait(&mut self) -> Result<(), Error> {
        self.check()?;
        let left = self.left();
        self.poller.wait(left).map_err(no_network)?;
        self.check()
    }

    fn left(&self) -> Option<Duration> {
        self.deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }
}

/// The system gives no connection, or does not say what becomes of it.
pub(super) fn no_network(error: io::Error) -> Error {
    Error::new(Status::Transport, error.to_string())
}
