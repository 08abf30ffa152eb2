//! An access token that refreshes itself, for any number of threads.

mod backoff;
mod credentials;
mod listener;
mod striped;

pub use credentials::RefreshingCredentials;
pub use listener::{Event, Listener};

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::clock::{Moment, TIME_NEVER, TIME_UNKNOWN};
use crate::credentials::Credentials;
use crate::error::{Error, Result, Status};
use crate::scope::ScopeSet;
use crate::secret::Secret;
use crate::this_thread::ThreadMark;
use crate::token::Token;

use self::backoff::Backoff;
use self::listener::ListenerSlot;
use self::striped::Striped;

/// A login that ends sooner than this, in seconds, is announced to the listener: two weeks.
const GRANT_WARNING: i64 = 14 * 24 * 60 * 60;

/// An access token that is refreshed when it is about to expire. Shared: clones are the same token, any thread may
/// use it at any time.
///
/// However many threads ask an expired token for its access token, one request goes out, on the first of these
/// threads, and all get its answer. While an early refresh is under way, the others are served the old token.
#[derive(Clone)]
pub struct RefreshingToken {
    shared: Arc<Shared>,
}

struct Shared {
    credentials: Credentials,
    current: Striped<Current>,
    progress: Mutex<Progress>,
    finished: Condvar,
    listener: ListenerSlot,
}

/// What readers see.
#[derive(Clone)]
struct Current {
    token: Token,
    /// The Web API answered 401 to it, whatever its expiry says.
    rejected: bool,
    /// A refresh is under way, so readers must look at [`Progress`].
    refreshing: bool,
}

impl Current {
    fn is_fresh(&self, now: Moment) -> bool {
        !self.rejected && !self.token.is_expiring_at(now)
    }

    fn is_usable(&self, now: Moment) -> bool {
        !self.rejected && !self.token.has_expired_at(now)
    }
}

/// What refreshers agree on.
struct Progress {
    running: Option<ThreadMark>,
    /// How many refreshes have ended, so that a waiting thread knows that its one has.
    ended: u64,
    outcome: Result<()>,
    /// The grant is dead: no more network until an explicit refresh.
    dead: Option<Error>,
    backoff: Backoff,
    last_error: Option<Error>,
    /// Published, but the listener could not take it: it is offered again before the next refresh.
    untaken: Option<Token>,
    /// The end of the grant that was announced.
    announced_end: i64,
}

impl RefreshingToken {
    /// Keeps `token` fresh with `credentials`. A token that says it belongs to another client id is refused.
    pub fn new(token: Token, credentials: &Credentials) -> Result<RefreshingToken> {
        credentials.check_owner(&token)?;
        Ok(RefreshingToken {
            shared: Arc::new(Shared {
                credentials: credentials.clone(),
                current: Striped::new(Current {
                    token,
                    rejected: false,
                    refreshing: false,
                }),
                progress: Mutex::new(Progress {
                    running: None,
                    ended: 0,
                    outcome: Ok(()),
                    dead: None,
                    backoff: Backoff::default(),
                    last_error: None,
                    untaken: None,
                    announced_end: TIME_NEVER,
                }),
                finished: Condvar::new(),
                listener: ListenerSlot::default(),
            }),
        })
    }

    /// The credentials that it is refreshed with.
    pub fn credentials(&self) -> &Credentials {
        &self.shared.credentials
    }

    /// The access token, refreshed first when it is about to expire.
    ///
    /// Where that fails and the old one is still valid, it is the old one, and the next try waits: from 5 seconds up to
    /// 5 minutes, and as long as the service asked.
    pub fn access_token(&self) -> Result<Secret> {
        self.with_fresh_token(|token| token.access_token().clone())
    }

    /// Reads the fresh token. It is read where it lies, so that threads do not contend for a reference count.
    pub(crate) fn with_fresh_token<R>(&self, read: impl Fn(&Token) -> R) -> Result<R> {
        let now = self.now();
        let quick = self.shared.current.read(|current| {
            (!current.refreshing && current.is_fresh(now)).then(|| read(&current.token))
        });
        match quick {
            Some(value) => Ok(value),
            None => self.clone().fresh_token().map(|token| read(&token)),
        }
    }

    /// The listener and the sender may free the host's last handle, so this has one of its own.
    fn fresh_token(self) -> Result<Token> {
        let progress = self.progress();
        let now = self.now();
        let current = self.current();
        let usable = |error| match current.is_usable(now) {
            true => Ok(current.token.clone()),
            false => Err(error),
        };
        if let Some(thread) = progress.running {
            check_not_own(thread)?;
            if current.is_usable(now) {
                return Ok(current.token);
            }
            // Its answer is for all who waited, be the new token short-lived or not.
            self.wait(progress).outcome.clone()?;
            return Ok(self.current().token);
        }
        if current.is_fresh(now) {
            return Ok(current.token);
        }
        if let Some(dead) = &progress.dead {
            return usable(dead.clone());
        }
        if progress.backoff.is_waiting(now) && current.is_usable(now) {
            return Ok(current.token);
        }
        if let Err(limited) = self.shared.credentials.cooldown().check(now) {
            return usable(limited);
        }
        self.refresh_now(progress, &current.token).or_else(|error| {
            // The try took time: the old token must be valid still, and not be rejected meanwhile.
            let current = self.current();
            match current.is_usable(self.now()) {
                true => Ok(current.token),
                false => Err(error),
            }
        })
    }

    /// Refreshes now, however fresh the token is and whatever went wrong before; joins a refresh that is under way.
    pub fn refresh(&self) -> Result<()> {
        let this = self.clone();
        let progress = this.progress();
        if let Some(thread) = progress.running {
            check_not_own(thread)?;
            return this.wait(progress).outcome.clone();
        }
        let token = this.current().token;
        this.refresh_now(progress, &token).map(drop)
    }

    /// To be called after the Web API answered 401 to `access_token`: refreshes if that is still the current one.
    pub fn invalidate(&self, access_token: &str) -> Result<()> {
        let this = self.clone();
        let mut progress = this.progress();
        loop {
            let current = this.current();
            let is_current = current.token.access_token().expose() == access_token;
            if is_current {
                this.shared
                    .current
                    .change(|current| current.rejected = true);
            }
            if let Some(thread) = progress.running {
                check_not_own(thread)?;
            }
            if !is_current {
                return Ok(());
            }
            if progress.running.is_some() {
                progress = this.wait(progress);
                progress.outcome.clone()?;
                continue;
            }
            if let Some(dead) = &progress.dead {
                return Err(dead.clone());
            }
            this.shared.credentials.cooldown().check(this.now())?;
            return this.refresh_now(progress, &current.token).map(drop);
        }
    }

    /// The token as it is now. No network.
    pub fn token(&self) -> Token {
        self.current().token
    }

    /// The refresh token; none for a client token.
    pub fn refresh_token(&self) -> Option<Secret> {
        self.token().refresh_token().cloned()
    }

    /// What the user allowed.
    pub fn scopes(&self) -> ScopeSet {
        self.token().scopes().clone()
    }

    /// Whether the grant was made with PKCE.
    pub fn uses_pkce(&self) -> bool {
        self.token().uses_pkce()
    }

    /// What went wrong at the last refresh; none after one that worked.
    pub fn last_error(&self) -> Option<Error> {
        self.progress().last_error.clone()
    }

    /// Sets who hears of changes, none for nobody. When this returns, the listener before is not running and never runs
    /// again, unless this is called from that listener itself.
    pub fn set_listener(&self, listener: Option<Arc<dyn Listener>>) {
        self.shared.listener.set(listener);
    }

    fn now(&self) -> Moment {
        self.shared.credentials.clock().now()
    }

    fn current(&self) -> Current {
        self.shared.current.read(Current::clone)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.shared.progress()
    }

    /// Waits until the refresh under way has ended.
    fn wait<'a>(&'a self, progress: MutexGuard<'a, Progress>) -> MutexGuard<'a, Progress> {
        let before = progress.ended;
        self.shared
            .finished
            .wait_while(progress, |progress| progress.ended == before)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Refreshes on this thread, alone. Host code runs in here, so no lock is held.
    fn refresh_now(&self, mut progress: MutexGuard<'_, Progress>, old: &Token) -> Result<Token> {
        progress.running = Some(ThreadMark::of_this_thread());
        let untaken = progress.untaken.take();
        drop(progress);
        self.shared
            .current
            .change(|current| current.refreshing = true);
        let mut flight = Flight {
            shared: &self.shared,
            published: None,
            untaken: None,
            outcome: Err(Error::new(Status::Internal, "the refresh panicked")),
        };
        if let Some(token) = untaken {
            flight.offer(&token);
        }
        match self.shared.credentials.refresh(old) {
            Ok(token) => {
                // First of all: whatever the listener does, the new token is not lost.
                flight.published = Some(token.clone());
                flight.outcome = Ok(());
                flight.offer(&token);
                flight.announce_end(&token);
                Ok(token)
            }
            Err(error) => {
                let event = match error.status() {
                    Status::LoginRequired => Event::LoginRequired,
                    _ => Event::RefreshFailed,
                };
                flight.outcome = Err(error.clone());
                // A listener has no say in what became of a refresh.
                let _ = self.shared.listener.tell(event, old, Some(&error));
                Err(error)
            }
        }
    }
}

/// The refresh under way; when it is dropped, by a panic too, it has ended and every waiting thread goes on.
struct Flight<'a> {
    shared: &'a Shared,
    published: Option<Token>,
    untaken: Option<Token>,
    outcome: Result<()>,
}

impl Flight<'_> {
    /// Offers a new token to the listener, before anybody else sees it.
    fn offer(&mut self, token: &Token) {
        let taken = self.shared.listener.tell(Event::Changed, token, None);
        self.untaken = taken.is_err().then(|| token.clone());
    }

    /// Warns once that the login of this token will have to be repeated.
    fn announce_end(&self, token: &Token) {
        let end = token.grant_expires_at();
        let soon = self.shared.credentials.clock().now().unix_seconds() + GRANT_WARNING;
        if end == TIME_UNKNOWN || end > soon || self.shared.progress().announced_end == end {
            return;
        }
        self.shared.progress().announced_end = end;
        // There is nothing to repeat when a warning is not taken.
        let _ = self.shared.listener.tell(Event::GrantExpiring, token, None);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut progress = self.shared.progress();
        let published = self.published.take();
        self.shared.current.change(|current| {
            current.refreshing = false;
            if let Some(token) = &published {
                current.token = token.clone();
                current.rejected = false;
            }
        });
        progress.running = None;
        progress.ended += 1;
        progress.untaken = self.untaken.take();
        progress.last_error = self.outcome.as_ref().err().cloned();
        match &self.outcome {
            Ok(()) => {
                progress.dead = None;
                progress.backoff = Backoff::default();
            }
            Err(error) => {
                // Only an answer of the service kills a grant, whatever a sender says.
                if error.status() == Status::LoginRequired && error.http_status().is_some() {
                    progress.dead = Some(error.clone());
                }
                progress
                    .backoff
                    .failed(self.shared.credentials.clock().now());
            }
        }
        progress.outcome = self.outcome.clone();
        self.shared.finished.notify_all();
    }
}

impl Shared {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_not_own(thread: ThreadMark) -> Result<()> {
    if thread == ThreadMark::of_this_thread() {
        return Err(Error::new(
            Status::WouldBlock,
            "this thread refreshes the token just now, so it cannot wait for it",
        ));
    }
    Ok(())
}

impl fmt::Debug for RefreshingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshingToken")
            .field("token", &self.token())
            .field("credentials", &self.shared.credentials)
            .finish_non_exhaustive()
    }
}
