//! Serves many connections on one thread, until one of them brings the redirect.

use std::io;
use std::task::Waker;
use std::time::{Duration, Instant};

use mio::Interest;
use mio::net::TcpListener;

use crate::error::{Error, Result, Status};
use crate::poller::Poller;
use crate::secret::Secret;

use super::connection::{Connection, Step};
use super::request::Reception;

/// Browsers open a few. Beyond this, one goes for each that comes.
pub(super) const MAX_CONNECTIONS: usize = 64;

/// So many are let in before all others are looked at again: none is pushed out by a crowd before its turn.
const MAX_ADMITTED_AT_ONCE: usize = 16;

/// When to try again where the system has no descriptor for a connection.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Connections outlive one call of [`serve`](Server::serve): who waits in short pieces loses none.
pub(super) struct Server {
    poller: Poller,
    listener: TcpListener,
    /// The oldest first.
    connections: Vec<Connection>,
}

/// Whether somebody wants to be let in.
#[derive(PartialEq, Eq)]
enum Door {
    Quiet,
    Busy,
    Stuck,
}

impl Server {
    pub(super) fn new(mut listener: TcpListener) -> Result<Server> {
        let poller = Poller::new().map_err(no_network)?;
        poller
            .watch(&mut listener, Interest::READABLE)
            .map_err(no_network)?;
        Ok(Server {
            poller,
            listener,
            connections: Vec::new(),
        })
    }

    /// What makes [`serve`](Server::serve) look whether it is still wanted.
    pub(super) fn waker(&self) -> &Waker {
        self.poller.waker()
    }

    /// Answers browsers until one that brought the redirect has its page, and gives its URL.
    pub(super) fn serve(
        &mut self,
        reception: &Reception,
        deadline: Option<Instant>,
        is_wanted: impl Fn() -> Result<()>,
    ) -> Result<Secret> {
        self.forget_redirects();
        loop {
            is_wanted()?;
            let now = Instant::now();
            let (redirect, is_moving) = self.step_all(now, reception);
            if let Some(url) = redirect {
                return Ok(url);
            }
            let door = self.admit(now);
            // A browser that is just being answered, at most for a second, is not told one thing and the host another.
            let has_redirect = self.connections.iter().any(Connection::has_redirect);
            let deadline = deadline.filter(|_| !has_redirect);
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Err(Error::new(Status::Timeout, "no redirect came in time"));
            }
            if !is_moving && door != Door::Busy {
                self.rest(deadline, door).map_err(no_network)?;
            }
        }
    }

    /// Has each connection do a part of its work: the redirect, where one has brought it and is done, and whether any of
    /// them could do more.
    fn step_all(&mut self, now: Instant, reception: &Reception) -> (Option<Secret>, bool) {
        let mut is_moving = false;
        let mut next = 0;
        while let Some(connection) = self.connections.get_mut(next) {
            match connection.step(now, reception) {
                Step::Ended => {
                    let redirect = self.connections.remove(next).take_redirect();
                    if redirect.is_some() {
                        return (redirect, is_moving);
                    }
                }
                step => {
                    is_moving |= step == Step::Moved;
                    next += 1;
                }
            }
        }
        (None, is_moving)
    }

    /// Waits until something happens or somebody's time is up.
    fn rest(&mut self, deadline: Option<Instant>, door: Door) -> io::Result<()> {
        let until = self.connections.iter().map(Connection::until);
        let at_most = until
            .chain(deadline)
            .min()
            .map(|until| until.saturating_duration_since(Instant::now()));
        let at_most = match door {
            Door::Stuck => Some(at_most.map_or(TRY_AGAIN, |at_most| at_most.min(TRY_AGAIN))),
            _ => at_most,
        };
        self.poller.wait(at_most)
    }

    /// A second tab with the redirect of an earlier wait was answered like the first; it is not to end this one.
    fn forget_redirects(&mut self) {
        for connection in &mut self.connections {
            connection.take_redirect();
        }
    }

    fn admit(&mut self, now: Instant) -> Door {
        for _ in 0..MAX_ADMITTED_AT_ONCE {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Door::Quiet,
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => continue,
                    _ => return Door::Stuck,
                },
            };
            let both = Interest::READABLE | Interest::WRITABLE;
            if self.poller.watch(&mut stream, both).is_err() {
                return Door::Stuck;
            }
            if self.connections.len() == MAX_CONNECTIONS {
                self.connections.remove(self.least_missed());
            }
            self.connections.push(Connection::new(stream, now));
        }
        Door::Busy
    }

    /// The oldest that has said nothing, or the oldest that did not bring the redirect.
    fn least_missed(&self) -> usize {
        let position =
            |is_wanted: fn(&Connection) -> bool| self.connections.iter().position(is_wanted);
        position(Connection::is_silent)
            .or_else(|| position(|connection| !connection.has_redirect()))
            .unwrap_or_default()
    }

    #[cfg(test)]
    pub(super) fn usage(&self) -> (usize, usize) {
        let bytes = self.connections.iter().map(Connection::buffered_bytes);
        (self.connections.len(), bytes.max().unwrap_or_default())
    }
}

/// The system lets us wait for nothing.
fn no_network(error: io::Error) -> Error {
    Error::new(
        Status::Io,
        format!("the redirect cannot be waited for: {error}"),
    )
}
