//! Waiting for connections, for a time and for being woken by another thread, all at once.

use std::io;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use mio::event::Source;
use mio::{Events, Interest, Poll, Token};

/// Nobody asks which connection it was: looking at each costs less than to keep account of them.
const CONNECTION: Token = Token(0);
const WAKER: Token = Token(1);

/// How much of what happened is heard of at a time.
const MOST_EVENTS: usize = 16;

/// What one thread waits with.
pub(crate) struct Poller {
    poll: Poll,
    events: Events,
    waker: Waker,
}

struct WakePoll(mio::Waker);

impl Wake for WakePoll {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Waking fails where the system has no memory left; then the deadline ends the waiting.
        let _ = self.0.wake();
    }
}

impl Poller {
    pub(crate) fn new() -> io::Result<Poller> {
        let poll = Poll::new()?;
        let waker = mio::Waker::new(poll.registry(), WAKER)?;
        Ok(Poller {
            poll,
            events: Events::with_capacity(MOST_EVENTS),
            waker: Waker::from(Arc::new(WakePoll(waker))),
        })
    }

    /// What ends a [`wait`](Poller::wait) from another thread.
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Is woken from now on when `connection` becomes ready for this; not again while it stays so.
    pub(crate) fn watch(&self, connection: &mut impl Source, ready: Interest) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.register(connection, CONNECTION, ready)
    }

    /// Waits until something happened, maybe for nothing, or until so much time is over.
    pub(crate) fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        match self.poll.poll(&mut self.events, at_most) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            outcome => outcome,
        }
    }
}
