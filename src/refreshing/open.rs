//! A token that is kept in a store.

use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::{Remedy, Result};
use crate::runtime::{Completion, Operation, Outcome, Runtime};
use crate::store::{Place, Record, TokenStore, not_found};
use crate::token::Token;
use crate::work::{Context, here, here_at};

use super::flight::{Flight, Landing};
use super::provenance::Provenance;
use super::stored_refresh::refused_before;
use super::{RefreshingToken, Shared};

impl RefreshingToken {
    /// Opens the token that is stored for an account: it is refreshed first when it is about to expire, and what a refresh
    /// gives is stored before anybody sees it. Processes that open the same account take turns to refresh it.
    ///
    /// [`Status::NotFound`] where nothing is stored, [`Status::LoginRequired`] where the grant has ended. What cannot be
    /// refreshed for another reason is opened all the same: [`last_error`](RefreshingToken::last_error) says why.
    pub fn open(
        store: &TokenStore,
        credentials: &Credentials,
        account: Option<&str>,
    ) -> Result<RefreshingToken> {
        let place = store.place(credentials, account)?;
        let token = here(async |context| load(place, credentials, context).await)?;
        let fresh = token.clone().fresh_token();
        opened(token, fresh)
    }

    /// Begins to [`open`](RefreshingToken::open) in the background of `runtime`, whose pump runs `completion` when it is
    /// done. The operation gives an [`Outcome::RefreshingToken`].
    pub fn start_open(
        store: &TokenStore,
        credentials: &Credentials,
        account: Option<&str>,
        runtime: &Runtime,
        completion: Option<Completion>,
    ) -> Result<Operation> {
        let place = store.place(credentials, account)?;
        let credentials = credentials.clone();
        let background = runtime.background().clone();
        Operation::start(
            runtime.background(),
            completion,
            |context, operation| async move {
                let token = load(place, &credentials, &context).await?;
                let step = |token: &RefreshingToken| token.step_to_fresh(|_| Ok(()));
                let fresh = token
                    .in_background(&background, context.stop(), step(&token), step, |desk| {
                        operation.wait_at(desk)
                    })
                    .await;
                opened(token, fresh).map(Outcome::RefreshingToken)
            },
        )
    }

    /// Stores this token for an account, in place of what is there, and from now on whatever a refresh gives.
    pub fn attach(&self, store: &TokenStore, account: Option<&str>) -> Result<()> {
        let place = store.place(self.credentials(), account)?;
        let this = self.clone();
        let attaching = this.attaching()?;
        let token = this.token();
        // Where it is kept already, another process may have refreshed it: its next refresh finds that.
        let is_kept_here = this
            .progress()
            .place
            .as_ref()
            .is_some_and(|kept_at| kept_at.is_same(&place));
        let provenance = this.progress().provenance.clone();
        let it_stays = |stored: Option<&Record>| {
            let stored = stored.map(|record| &record.token);
            is_kept_here && stored.is_some() && !provenance.is_newer(&token, stored)
        };
        let record = Record::alive(&token);
        // As a refresh does, so that who waits for this one helps, and host code that asks for the token is told.
        here_at(attaching.flight.desk(), async |context| {
            place.replace_unless(&record, &it_stays, context).await
        })?;
        this.shared.keep_at(place, Provenance::default());
        Ok(())
    }

    /// Makes a token that nobody has yet, and stores it for an account. It is not lost where that fails.
    pub(crate) async fn new_stored(
        token: Token,
        credentials: &Credentials,
        place: Place,
        context: &Context,
    ) -> Result<RefreshingToken> {
        let this = RefreshingToken::new(token.clone(), credentials)?;
        context.stop().answered();
        let saved = place.replace(&Record::alive(&token), context).await;
        let provenance = saved.err().map(Provenance::of_unsaved_login);
        this.shared.keep_at(place, provenance.unwrap_or_default());
        Ok(this)
    }

    /// Waits until no refresh is under way, and keeps others from beginning one.
    fn attaching(&self) -> Result<Attaching> {
        loop {
            let mut progress = self.progress();
            let Some(flight) = &progress.flight else {
                let flight = Arc::<Flight>::default();
                progress.flight = Some(flight.clone());
                return Ok(Attaching {
                    shared: self.shared.clone(),
                    flight,
                });
            };
            let passenger = flight.board();
            drop(progress);
            passenger.wait()?;
        }
    }
}

async fn load(
    place: Place,
    credentials: &Credentials,
    context: &Context,
) -> Result<RefreshingToken> {
    let record = place.look(context).await?.ok_or_else(not_found)?;
    let token = RefreshingToken::new(record.token, credentials)?;
    token.shared.keep_at(place, Provenance::default());
    if record.dead_since.is_some() {
        token.progress().dead = Some(refused_before());
    }
    Ok(token)
}

/// A service or a network that is down for now is no reason to fail.
fn opened(token: RefreshingToken, fresh: Result<Token>) -> Result<RefreshingToken> {
    match fresh {
        Err(error) if error.remedy() != Remedy::RetryLater => Err(error),
        _ => Ok(token),
    }
}

impl Shared {
    fn keep_at(&self, place: Place, provenance: Provenance) {
        let mut progress = self.progress();
        progress.last_error = provenance.unsaved().cloned();
        progress.provenance = provenance;
        let before = progress.place.replace(Arc::new(place));
        drop(progress);
        // It may hold the host's things.
        drop(before);
    }
}

/// Stands for a refresh, which others wait for, until it is dropped.
struct Attaching {
    shared: Arc<Shared>,
    flight: Arc<Flight>,
}

impl Drop for Attaching {
    fn drop(&mut self) {
        self.shared.progress().flight = None;
        self.flight
            .land(Landing::Abandoned(crate::stop::cancelled()));
    }
}
