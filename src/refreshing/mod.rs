//! An access token that refreshes itself, for any number of threads.

mod background;
mod backoff;
mod credentials;
mod flight;
mod keeper;
mod listener;
mod open;
mod provenance;
mod refresh;
mod stored_refresh;
#[cfg(test)]
mod stored_tests;
mod striped;

pub use credentials::RefreshingCredentials;
pub use listener::{Event, Listener};

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::{Moment, TIME_NEVER};
use crate::credentials::Credentials;
use crate::error::{Error, Result, Status};
use crate::scope::ScopeSet;
use crate::secret::Secret;
use crate::store::Place;
use crate::token::Token;

use self::backoff::Backoff;
use self::flight::{Flight, Landing, Passenger};
use self::keeper::Keeper;
use self::listener::ListenerSlot;
use self::provenance::Provenance;
use self::refresh::Refresh;
use self::striped::Striped;

/// How long before its end a grant is announced to end, unless the host says otherwise, in seconds: two weeks.
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
    flight: Option<Arc<Flight>>,
    /// The grant is dead: no more network until an explicit refresh.
    dead: Option<Error>,
    backoff: Backoff,
    last_error: Option<Error>,
    /// Published, but the listener could not take it: it is offered again before the next refresh.
    untaken: Option<Token>,
    /// The end of the grant that was announced.
    announced_end: i64,
    /// How long before its end the grant is announced to end, in seconds.
    grant_warning: i64,
    /// Where the token is stored.
    place: Option<Arc<Place>>,
    /// Where the token stands against what is stored there.
    provenance: Provenance,
    /// Keeps the token fresh ahead of time, so that readers need not.
    keeper: Option<Keeper>,
}

/// How much a refresh is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// A grant that is known to be dead is not asked for again.
    WhileAlive,
    /// Somebody wants to know.
    InAnyCase,
}

/// What there is to do for who wants a token.
enum Step {
    /// There is nothing to wait for.
    Done(Result<Token>),
    /// Another refresh is under way.
    Wait(Passenger),
    /// A refresh was just begun here.
    Refresh(Refresh, Passenger),
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
                    flight: None,
                    dead: None,
                    backoff: Backoff::default(),
                    last_error: None,
                    untaken: None,
                    announced_end: TIME_NEVER,
                    grant_warning: GRANT_WARNING,
                    place: None,
                    provenance: Provenance::default(),
                    keeper: None,
                }),
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
        match self.quick(&read, self.now()) {
            Some(value) => Ok(value),
            None => self.clone().fresh_token().map(|token| read(&token)),
        }
    }

    fn quick<R>(&self, read: impl Fn(&Token) -> R, now: Moment) -> Option<R> {
        self.shared.current.read(|current| {
            (!current.refreshing && current.is_fresh(now)).then(|| read(&current.token))
        })
    }

    /// The listener and the sender may free the host's last handle, so this has one of its own.
    fn fresh_token(self) -> Result<Token> {
        loop {
            match self.step_to_fresh(|flight| flight.desk().check_not_called_back()) {
                Step::Done(result) => return result,
                // Its answer is for all who waited, be the new token short-lived or not.
                Step::Wait(passenger) => match passenger.wait()? {
                    Landing::Refreshed(token) => return Ok(token),
                    Landing::Failed(error) => return Err(error),
                    Landing::Abandoned(_) => {}
                },
                Step::Refresh(refresh, _) => {
                    return refresh
                        .here()
                        .or_else(|error| self.usable_instead_of(error));
                }
            }
        }
    }

    /// The access token where it is at hand: [`Status::WouldBlock`] where it has to be refreshed first, or is being
    /// refreshed. Never waits, and begins nothing.
    pub fn try_access_token(&self) -> Result<Secret> {
        self.try_with_fresh_token(|token| token.access_token().clone())
    }

    /// [`with_fresh_token`](Self::with_fresh_token) that never waits.
    pub(crate) fn try_with_fresh_token<R>(&self, read: impl Fn(&Token) -> R) -> Result<R> {
        let now = self.now();
        if let Some(value) = self.quick(&read, now) {
            return Ok(value);
        }
        // In this order, as in `step_to_fresh`: a refresh that ends in between is seen.
        let progress = self.progress();
        let current = self.current();
        match self.at_hand(&progress, &current, now) {
            Some(result) => result.map(|token| read(&token)),
            None => Err(Error::new(
                Status::WouldBlock,
                "the access token has to be refreshed first: begin that in the background",
            )),
        }
    }

    /// Who has a token that can be used does not wait for a refresh, but `may_ask` while one is under way.
    fn step_to_fresh(&self, may_ask: impl Fn(&Flight) -> Result<()>) -> Step {
        let progress = self.progress();
        let now = self.now();
        let current = self.current();
        if let Some(Err(error)) = progress.flight.as_deref().map(may_ask) {
            return Step::Done(Err(error));
        }
        match (self.at_hand(&progress, &current, now), &progress.flight) {
            (Some(result), _) => Step::Done(result),
            (None, Some(flight)) => Step::Wait(flight.board()),
            (None, None) => self.begin(progress, current.token, Wish::WhileAlive),
        }
    }

    /// What there is to say without a refresh; none where one has to end first.
    fn at_hand(
        &self,
        progress: &Progress,
        current: &Current,
        now: Moment,
    ) -> Option<Result<Token>> {
        let token = || Ok(current.token.clone());
        let is_usable = current.is_usable(now);
        if progress.flight.is_some() {
            return is_usable.then(token);
        }
        if current.is_fresh(now) {
            return Some(token());
        }
        let usable_or = |error| Some(if is_usable { token() } else { Err(error) });
        if let Some(dead) = progress.dead_for_now(now) {
            return usable_or(dead.clone());
        }
        if is_usable && (progress.backoff.is_waiting(now) || progress.keeper.is_some()) {
            return Some(token());
        }
        match self.shared.credentials.cooldown().check(now) {
            Err(limited) => usable_or(limited),
            Ok(()) => None,
        }
    }

    /// A refresh takes time: the old token must be valid still, and not be rejected meanwhile.
    fn usable_instead_of(&self, error: Error) -> Result<Token> {
        let current = self.current();
        match current.is_usable(self.now()) {
            true => Ok(current.token),
            false => Err(error),
        }
    }

    /// Refreshes now, however fresh the token is and whatever went wrong before; joins a refresh that is under way.
    pub fn refresh(&self) -> Result<()> {
        let this = self.clone();
        loop {
            match this.step_to_refresh(Wish::InAnyCase) {
                Step::Done(result) => return result.map(drop),
                Step::Wait(passenger) => match passenger.wait()? {
                    Landing::Refreshed(_) => return Ok(()),
                    Landing::Failed(error) => return Err(error),
                    Landing::Abandoned(_) => {}
                },
                Step::Refresh(refresh, _) => return refresh.here().map(drop),
            }
        }
    }

    fn step_to_refresh(&self, wish: Wish) -> Step {
        let progress = self.progress();
        match &progress.flight {
            Some(flight) => Step::Wait(flight.board()),
            None => {
                let token = self.current().token;
                self.begin(progress, token, wish)
            }
        }
    }

    /// To be called after the Web API answered 401 to `access_token`: refreshes if that is still the current one.
    pub fn invalidate(&self, access_token: &str) -> Result<()> {
        let this = self.clone();
        loop {
            match this.step_to_replace(access_token) {
                Step::Done(result) => return result.map(drop),
                Step::Wait(passenger) => {
                    if let Landing::Failed(error) = passenger.wait()? {
                        return Err(error);
                    }
                }
                Step::Refresh(refresh, _) => return refresh.here().map(drop),
            }
        }
    }

    fn step_to_replace(&self, access_token: &str) -> Step {
        let progress = self.progress();
        let current = self.current();
        let is_current = current.token.access_token().expose() == access_token;
        if is_current {
            self.shared
                .current
                .change(|current| current.rejected = true);
        }
        if let Some(flight) = &progress.flight {
            return match flight.desk().check_not_called_back() {
                Err(error) => Step::Done(Err(error)),
                Ok(()) if is_current => Step::Wait(flight.board()),
                Ok(()) => Step::Done(Ok(current.token)),
            };
        }
        if !is_current {
            return Step::Done(Ok(current.token));
        }
        if let Some(dead) = progress.dead_for_now(self.now()) {
            return Step::Done(Err(dead.clone()));
        }
        if let Err(limited) = self.shared.credentials.cooldown().check(self.now()) {
            return Step::Done(Err(limited));
        }
        self.begin(progress, current.token, Wish::WhileAlive)
    }

    /// Begins a refresh, which others see from now on.
    fn begin(&self, mut progress: MutexGuard<'_, Progress>, old: Token, wish: Wish) -> Step {
        let flight = Arc::<Flight>::default();
        let passenger = flight.board();
        progress.flight = Some(flight.clone());
        let refresh = Refresh::new(self.shared.clone(), flight, old, wish, &mut progress);
        drop(progress);
        self.shared
            .current
            .change(|current| current.refreshing = true);
        Step::Refresh(refresh, passenger)
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

    /// How long before the grant's end, in seconds, the listener hears [`Event::GrantExpiring`]; 0 for never.
    pub fn set_grant_warning(&self, seconds: i64) -> Result<()> {
        if seconds < 0 {
            return Err(Error::invalid_argument("seconds must not be negative"));
        }
        self.progress().grant_warning = seconds;
        Ok(())
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
}

impl Progress {
    /// Why the grant is dead; none also where another process may have stored another, so that it is worth a look.
    fn dead_for_now(&self, now: Moment) -> Option<&Error> {
        let is_worth_a_look = self.place.is_some() && !self.backoff.is_waiting(now);
        self.dead.as_ref().filter(|_| !is_worth_a_look)
    }
}

impl Shared {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RefreshingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshingToken")
            .field("token", &self.token())
            .field("credentials", &self.shared.credentials)
            .finish_non_exhaustive()
    }
}
