//! A token that is kept in a store.

use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::{Result, Status};
use crate::runtime::{Completion, Operation, Outcome, Runtime};
use crate::store::{Place, Record, TokenStore, here, not_found};
use crate::token::Token;
use crate::work::Context;

use super::flight::{Flight, Landing};
use super::stored_refresh::{Unsaved, refused_before};
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
        // Held as a refresh is, so that host code of the store that asks for this token is told, not kept waiting.
        attaching
            .flight
            .desk()
            .run(|| here(async |context| place.replace(&Record::alive(&token), context).await))?;
        this.shared.keep_at(place, None);
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
        let unsaved = match place.replace(&Record::alive(&token), context).await {
            Ok(()) => None,
            Err(error) => {
                let stored = place.look(context).await.ok().flatten();
                Some(Unsaved::at_first(
                    stored.map(|record| record.token).as_ref(),
                    error,
                ))
            }
        };
        this.shared.keep_at(place, unsaved);
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
    token.shared.keep_at(place, None);
    if record.dead_since.is_some() {
        token.progress().dead = Some(refused_before());
    }
    Ok(token)
}

/// A service or a network that is down for now is no reason to fail.
fn opened(token: RefreshingToken, fresh: Result<Token>) -> Result<RefreshingToken> {
    match fresh {
        Err(error)
            if matches!(
                error.status(),
                Status::LoginRequired | Status::WouldBlock | Status::Cancelled
            ) =>
        {
            Err(error)
        }
        _ => Ok(token),
    }
}

impl Shared {
    fn keep_at(&self, place: Place, unsaved: Option<Unsaved>) {
        let mut progress = self.progress();
        progress.last_error = unsaved.as_ref().map(|unsaved| unsaved.error.clone());
        progress.unsaved = unsaved;
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
