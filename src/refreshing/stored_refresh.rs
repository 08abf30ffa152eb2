//! A refresh of a token that other processes share through a store.

use crate::error::{Error, Result, Status};
use crate::store::{Locked, Patience, Place, Record, TRIES};
use crate::token::Token;
use crate::work::{Context, Either};

use super::Event;
use super::flight::Landing;
use super::provenance::Provenance;
use super::refresh::Refresh;

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
        let mut patience = place.patience();
        let mut disturbed = None;
        for _ in 0..TRIES {
            let locked = self
                .lock_unless_refreshed(context, place, &mut patience)
                .await?;
            let mut locked = match locked {
                Either::First(locked) => locked,
                Either::Second(token) => return Ok(self.adopted(token)),
            };
            let tried = self.renew_locked(context, &mut locked, &mut patience).await;
            locked.unlock().await;
            match tried? {
                Tried::Done(token) => {
                    self.tell_if_unsaved(context, &token).await;
                    return Ok(token);
                }
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
        patience: &mut Patience,
    ) -> Result<Either<Locked<'a>, Token>> {
        loop {
            if let Some(locked) = place.try_lock(context).await? {
                return Ok(Either::First(locked));
            }
            let stored = place.look(context).await?;
            if let Some(Ok(token)) = stored.map(|record| self.if_refreshed(record)) {
                return Ok(Either::Second(token));
            }
            patience.pause(place, context).await?;
        }
    }

    async fn renew_locked(
        &mut self,
        context: &Context,
        locked: &mut Locked<'_>,
        patience: &mut Patience,
    ) -> Result<Tried> {
        let base = match self.find(locked).await? {
            Found::Fresh(token) => return Ok(Tried::Done(self.adopted(token))),
            Found::Dead(error) => return Err(error),
            Found::ToRefresh(token) => token,
        };
        if locked.may_be_lost_before_an_answer() {
            let lost = Error::new(Status::Store, "the lease of this account ended too early");
            return Ok(Tried::Again(lost));
        }
        self.old = base.clone();
        match self.credentials().refresh_in(context, &base).await {
            Ok(token) => {
                self.arrived(context, &token);
                // At once: it may be the last thing that is done.
                self.provenance.refreshed_from(&base);
                self.store(locked, &token, patience).await
            }
            Err(error) if is_refused(&error) => self.refused(locked, &base, error).await,
            Err(error) => Err(error),
        }
    }

    fn adopted(&mut self, token: Token) -> Token {
        self.provenance = Provenance::default();
        token
    }

    /// Looks at what is stored.
    async fn find(&mut self, locked: &mut Locked<'_>) -> Result<Found> {
        let stored = locked.load().await?;
        let stored_token = stored.as_ref().map(|record| &record.token);
        if self.provenance.is_newer(&self.old, stored_token) {
            if let Some(dead) = &self.dead {
                return Ok(Found::Dead(dead.clone()));
            }
            let own = self.old.clone();
            // It is stored with the refresh, too, but that may fail.
            if locked.save(&Record::alive(&own)).await.is_ok() {
                self.provenance.saved();
            }
            return Ok(Found::ToRefresh(own));
        }
        let Some(record) = stored else {
            return Err(removed());
        };
        let is_known = record.token.is_same(&self.old);
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
        let token = &record.token;
        let is_older = token.is_same(&self.old) || self.provenance.is_newer(&self.old, Some(token));
        let is_alive = record.dead_since.is_none();
        match is_alive && !is_older && self.is_fresh_enough(token) {
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
        locked: &mut Locked<'_>,
        token: &Token,
        patience: &mut Patience,
    ) -> Result<Tried> {
        let mut saved = locked.save(&Record::alive(token)).await;
        for _ in 0..TRIES {
            if !is_conflict(&saved) {
                break;
            }
            let stored = match locked.lock_again(patience).await {
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
                    Ok(theirs) => return Ok(Tried::Done(self.adopted(theirs))),
                    Err(_) => locked.save(&Record::alive(token)).await,
                },
                Err(error) => Err(error),
            };
        }
        match saved {
            Ok(()) => self.provenance.saved(),
            Err(error) => self.provenance.not_saved(error),
        }
        Ok(Tried::Done(token.clone()))
    }

    /// After the account was unlocked, since the listener may want to use it.
    async fn tell_if_unsaved(&self, context: &Context, token: &Token) {
        if let Some(error) = self.provenance.unsaved().cloned() {
            // The next refresh tries to save it again, whatever the listener says.
            let _ = self
                .tell(context, Event::SaveFailed, token, Some(error))
                .await;
        }
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
            && !record.token.is_same(base)
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

/// Whether the service says, or has said, that the grant has ended. Only the service can, whatever a sender says.
pub(super) fn is_refused(error: &Error) -> bool {
    error.status() == Status::LoginRequired && error.oauth_error().is_some()
}

/// The error of a grant that was refused in another process, or before this one began.
pub(super) fn refused_before() -> Error {
    Error::new(
        Status::LoginRequired,
        "the grant has ended: the service refused to refresh it before",
    )
    .with_oauth("invalid_grant", None)
}

fn removed() -> Error {
    Error::new(
        Status::LoginRequired,
        "the token of this account was removed from the store",
    )
}
