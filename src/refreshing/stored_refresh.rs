//! A refresh of a token that other processes share through a store.

use crate::error::{Error, Result, Status};
use crate::secret::Secret;
use crate::store::{Locked, Patience, Place, Record, TRIES};
use crate::token::Token;
use crate::work::{Context, Either};

use super::Event;
use super::flight::Landing;
use super::refresh::Refresh;

/// A token that was published but could not be stored.
#[derive(Debug, Clone)]
pub(super) struct Unsaved {
    /// The access token of what was stored instead, if anything was.
    over: Option<Secret>,
    pub(super) error: Error,
}

/// What there is to do about what is stored.
enum Found {
    /// Another process has refreshed it.
    Fresh(Token),
    /// It is to be refreshed.
    ToRefresh(Token),
    /// It was refused before.
    Dead(Error),
}

/// How a try ended.
enum Tried {
    Done(Token),
    /// Another process came in between.
    Again(Error),
}

impl Refresh {
    /// Refreshes what is stored, unless another process has done so, and stores that before anybody sees it.
    pub(super) async fn renew_stored(&mut self, context: &Context, place: &Place) -> Result<Token> {
        let mut disturbed = None;
        for _ in 0..TRIES {
            let mut locked = match self.lock_unless_refreshed(context, place).await? {
                Either::First(locked) => locked,
                Either::Second(token) => {
                    self.unsaved = None;
                    return Ok(token);
                }
            };
            let tried = self.renew_locked(context, &mut locked).await;
            locked.unlock().await;
            match tried? {
                Tried::Done(token) => return Ok(token),
                Tried::Again(error) => disturbed = Some(error),
            }
        }
        Err(disturbed.unwrap_or_else(removed))
    }

    /// Waits for the lock, or until who has it has refreshed the token.
    async fn lock_unless_refreshed<'a>(
        &self,
        context: &'a Context,
        place: &'a Place,
    ) -> Result<Either<Locked<'a>, Token>> {
        let mut patience = Patience::default();
        loop {
            if let Some(locked) = place.try_lock(context).await? {
                return Ok(Either::First(locked));
            }
            let stored = place.look(context).await?;
            if let Some(Ok(token)) = stored.map(|record| self.if_refreshed(record)) {
                return Ok(Either::Second(token));
            }
            patience.pause(context).await?;
        }
    }

    async fn renew_locked(&mut self, context: &Context, locked: &mut Locked<'_>) -> Result<Tried> {
        let base = match self.find(locked).await? {
            Found::Fresh(token) => {
                self.unsaved = None;
                return Ok(Tried::Done(token));
            }
            Found::Dead(error) => return Err(error),
            Found::ToRefresh(token) => token,
        };
        if locked.may_be_lost() {
            let lost = Error::new(Status::Store, "the lease of this account ended too early");
            return Ok(Tried::Again(lost));
        }
        self.old = base.clone();
        match self.credentials().refresh_in(context, &base).await {
            Ok(token) => {
                self.arrived(context, &token);
                self.store(context, locked, &base, &token).await
            }
            Err(error) if is_refused(&error) => self.refused(locked, &base, error).await,
            Err(error) => Err(error),
        }
    }

    /// Looks at what is stored, which is newer than what this process knows, but for what it could not store itself.
    async fn find(&mut self, locked: &mut Locked<'_>) -> Result<Found> {
        let stored = locked.load().await?;
        let stored_access = stored.as_ref().map(|record| record.token.access_token());
        if let Some(unsaved) = &self.unsaved
            && stored_access == unsaved.over.as_ref()
        {
            let own = self.old.clone();
            // It is stored with the refresh, too, but that may fail.
            if locked.save(&Record::alive(&own)).await.is_ok() {
                self.unsaved = None;
            }
            return Ok(Found::ToRefresh(own));
        }
        let Some(record) = stored else {
            return Err(removed());
        };
        let is_known = record.token.access_token() == self.old.access_token();
        Ok(match (record.dead_since, &self.dead) {
            (_, Some(dead)) if is_known => Found::Dead(dead.clone()),
            (Some(_), _) if !self.asks_dead_grants => Found::Dead(refused_before()),
            _ => match self.if_refreshed(record) {
                Ok(token) => Found::Fresh(token),
                Err(record) => Found::ToRefresh(record.token),
            },
        })
    }

    /// The token of a record, if another process has refreshed it.
    fn if_refreshed(&self, record: Record) -> Result<Token, Record> {
        let access_token = record.token.access_token();
        let is_known = access_token == self.old.access_token();
        let is_behind = self
            .unsaved
            .as_ref()
            .is_some_and(|unsaved| unsaved.is_over(access_token));
        let is_alive = record.dead_since.is_none();
        match is_alive && !is_known && !is_behind && self.is_fresh_enough(&record.token) {
            true => Ok(record.token),
            false => Err(record),
        }
    }

    /// A token that lives no longer than a minute is always about to expire.
    fn is_fresh_enough(&self, token: &Token) -> bool {
        let now = self.credentials().clock().now();
        let left = token.milliseconds_left(now);
        left > 0 && (!token.is_expiring_at(now) || left > token.lifetime_ms() / 2)
    }

    async fn store(
        &mut self,
        context: &Context,
        locked: &mut Locked<'_>,
        base: &Token,
        token: &Token,
    ) -> Result<Tried> {
        let mut over = Some(base.access_token().clone());
        let mut saved = locked.save(&Record::alive(token)).await;
        for _ in 0..TRIES {
            if !is_conflict(&saved) {
                break;
            }
            let stored = match locked.lock_again().await {
                Ok(()) => locked.load().await,
                Err(error) => Err(error),
            };
            saved = match stored {
                Ok(None) => {
                    // Who removed it has logged the user out.
                    self.landing = Landing::Failed(removed());
                    return Err(removed());
                }
                Ok(Some(record)) => match self.if_refreshed(record) {
                    Ok(theirs) => return Ok(Tried::Done(theirs)),
                    Err(record) => {
                        over = Some(record.token.access_token().clone());
                        locked.save(&Record::alive(token)).await
                    }
                },
                Err(error) => Err(error),
            };
        }
        self.unsaved = saved.err().map(|error| Unsaved { over, error });
        if let Some(unsaved) = &self.unsaved {
            let error = Some(unsaved.error.clone());
            // The next refresh tries to save it again, whatever the listener says.
            let _ = self.tell(context, Event::SaveFailed, token, error).await;
        }
        Ok(Tried::Done(token.clone()))
    }

    /// The service refused to refresh `base`: it is kept aside, unless another process has replaced it meanwhile.
    async fn refused(
        &mut self,
        locked: &mut Locked<'_>,
        base: &Token,
        error: Error,
    ) -> Result<Tried> {
        // This is news, whatever was known of another grant.
        self.dead = None;
        let now = self.credentials().clock().now().unix_seconds();
        let dead = Record {
            token: base.clone(),
            dead_since: Some(now),
        };
        let saved = locked.save(&dead).await;
        if is_conflict(&saved)
            && let Ok(Some(record)) = locked.load().await
            && record.token.access_token() != base.access_token()
        {
            return Ok(Tried::Again(error));
        }
        // That it could not be marked costs another process a request.
        Err(error)
    }
}

fn is_conflict<T>(saved: &Result<T>) -> bool {
    saved
        .as_ref()
        .is_err_and(|error| error.status() == Status::Busy)
}

/// Whether the service says that the grant has ended. Only the service can, whatever a sender says.
pub(super) fn is_refused(error: &Error) -> bool {
    error.status() == Status::LoginRequired && error.http_status().is_some()
}

/// The error of a grant that was refused in another process, or before this one began.
pub(super) fn refused_before() -> Error {
    let http_status = 400;
    Error::new(
        Status::LoginRequired,
        "the grant has ended: the service refused to refresh it before",
    )
    .with_oauth("invalid_grant", None)
    .with_http_status(http_status)
}

fn removed() -> Error {
    Error::new(
        Status::LoginRequired,
        "the token of this account was removed from the store",
    )
}

impl Unsaved {
    /// Whether this is what is stored instead.
    fn is_over(&self, access_token: &Secret) -> bool {
        self.over.as_ref() == Some(access_token)
    }

    /// Of a token that was never stored before.
    pub(super) fn at_first(stored: Option<&Token>, error: Error) -> Unsaved {
        Unsaved {
            over: stored.map(|token| token.access_token().clone()),
            error,
        }
    }
}
