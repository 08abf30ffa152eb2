//! Receives the redirect that ends a login, on a port of this computer (RFC 8252 section 7.3).

mod address;
mod connection;
mod page;
mod request;
mod response;
mod server;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use crate::clock::in_time;
use crate::error::{Error, Result, Status};
use crate::secret::Secret;
use crate::stop::Stop;
use crate::work::Context;

use self::address::Address;
use self::page::Pages;
use self::request::Reception;
use self::server::Server;

/// Listens at a redirect URI of this computer, and answers the browser with a small page.
///
/// The port is taken from when this is made until all of them are dropped. Browsers are answered while somebody
/// [waits](RedirectListener::wait). Clones are the same listener.
#[derive(Clone)]
pub struct RedirectListener {
    core: Arc<Core>,
}

struct Core {
    address: Address,
    pages: Mutex<Pages>,
    /// Locked by the one who waits.
    server: Mutex<Server>,
    cancelled: Stop,
}

impl RedirectListener {
    /// Listens at `http://127.0.0.1[:port][/path]` or `http://[::1]…`. Without a port, or with port 0, the system picks
    /// a free one. [`Status::AddressInUse`] where another program listens on that port.
    pub fn new(redirect_uri: &str) -> Result<RedirectListener> {
        let (listener, address) = Address::listen(redirect_uri)?;
        Ok(RedirectListener {
            core: Arc::new(Core {
                server: Mutex::new(Server::new(listener)?),
                address,
                pages: Mutex::default(),
                cancelled: Stop::default(),
            }),
        })
    }

    /// The redirect URI to log in with, with the port that is listened on.
    pub fn uri(&self) -> &str {
        self.core.address.uri().as_str()
    }

    /// The URI with a NUL behind it.
    pub(crate) fn uri_with_nul(&self) -> &str {
        self.core.address.uri().with_nul()
    }

    /// What the browser shows after a login, and after one that was refused; none for the pages of clef.
    ///
    /// Text that begins with `<` is a page of HTML, in which scripts do not run and nothing is loaded. Anything else is
    /// plain text for the page of clef: its first line is the heading.
    pub fn set_page(&self, success: Option<&str>, failure: Option<&str>) {
        *self.core.pages() = Pages::of_host(success, failure);
    }

    /// Blocks until the redirect has come, and gives its whole URL, for
    /// [`UserAuth::request_token_from_url`](crate::UserAuth::request_token_from_url) to read: also one that says `error=`.
    ///
    /// A redirect with another state than `expected_state` is turned away. Without one, any redirect will do.
    /// [`Status::Timeout`] where none came in time, then it may be called again; [`Status::Busy`] where another thread
    /// waits. It may take a second longer, until the browser has its page.
    pub fn wait(&self, expected_state: Option<&str>, timeout: Option<Duration>) -> Result<Secret> {
        let expected_state = expected_state.map(expected).transpose()?;
        // Here `cancel` alone ends it.
        let stop = Stop::default();
        self.core
            .wait(expected_state.as_ref(), in_time(timeout), &stop)
    }

    /// [`wait`](RedirectListener::wait) where this piece of work is done: in the background on a thread of its own, since
    /// users take minutes, until the work is stopped.
    pub async fn wait_in(
        &self,
        context: &Context,
        expected_state: Option<&str>,
        deadline: Option<Instant>,
    ) -> Result<Secret> {
        let expected_state = expected_state.map(expected).transpose()?;
        let core = self.core.clone();
        let stop = context.stop().clone();
        context
            .block_for_long(move || core.wait(expected_state.as_ref(), deadline, &stop))
            .await?
    }

    /// Ends the wait under way and all later ones, with [`Status::Cancelled`].
    pub fn cancel(&self) {
        self.core.cancelled.stop();
    }
}

fn expected(state: &str) -> Result<Secret> {
    if state.is_empty() {
        return Err(Error::invalid_argument("expected_state must not be empty"));
    }
    Secret::new(state)
        .map_err(|_| Error::invalid_argument("expected_state must not have a NUL inside"))
}

impl Core {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(
        &self,
        expected_state: Option<&Secret>,
        deadline: Option<Instant>,
        stop: &Stop,
    ) -> Result<Secret> {
        let mut server = match self.server.try_lock() {
            Ok(server) => server,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(
                    Status::Busy,
                    "another thread waits for the redirect already",
                ));
            }
        };
        let waker = server.waker().clone();
        let _when_cancelled = self.cancelled.wake_when_stopped(&waker);
        let _when_stopped = stop.wake_when_stopped(&waker);
        let reception = Reception {
            address: &self.address,
            expected_state,
            pages: &self.pages,
        };
        server.serve(&reception, deadline, || {
            self.cancelled.check().and_then(|()| stop.check())
        })
    }
}

impl fmt::Debug for RedirectListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedirectListener")
            .field("uri", &self.uri())
            .field("is_cancelled", &self.core.cancelled.is_stopped())
            .finish_non_exhaustive()
    }
}
