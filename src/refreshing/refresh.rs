//! A refresh under way, as who does it sees it.

use std::sync::Arc;

use crate::clock::TIME_UNKNOWN;
use crate::credentials::Credentials;
use crate::error::{Error, Result, Status};
use crate::runtime::Background;
use crate::stop::cancelled;
use crate::token::Token;
use crate::work::{Context, here_at};

use super::backoff::Backoff;
use super::flight::{Flight, Landing};
use super::provenance::Provenance;
use super::stored_refresh::is_refused;
use super::{Event, Progress, Shared, Wish};

/// When it is dropped, by a panic too, the refresh has ended and everybody who waits goes on.
pub(super) struct Refresh {
    shared: Arc<Shared>,
    flight: Arc<Flight>,
    pub(super) old: Token,
    /// Asks the service also where it refused the grant before.
    pub(super) asks_dead_grants: bool,
    /// Why the grant of `old` is known to be dead, where that is not to be asked again.
    pub(super) dead: Option<Error>,
    pub(super) provenance: Provenance,
    untaken: Option<Token>,
    pub(super) landing: Landing,
}

impl Refresh {
    pub(super) fn new(
        shared: Arc<Shared>,
        flight: Arc<Flight>,
        old: Token,
        wish: Wish,
        progress: &mut Progress,
    ) -> Refresh {
        let asks_dead_grants = wish == Wish::InAnyCase;
        Refresh {
            shared,
            flight,
            old,
            asks_dead_grants,
            dead: progress.dead.clone().filter(|_| !asks_dead_grants),
            provenance: progress.provenance.clone(),
            untaken: progress.untaken.take(),
            // Until it runs, and where it never does.
            landing: Landing::Abandoned(cancelled()),
        }
    }

    /// Refreshes on this thread, which blocks meanwhile.
    pub(super) fn here(self) -> Result<Token> {
        let desk = self.flight.desk().clone();
        match here_at(&desk, async |context| self.run(context.clone()).await) {
            Landing::Refreshed(token) => Ok(token),
            Landing::Failed(error) | Landing::Abandoned(error) => Err(error),
        }
    }

    /// Refreshes in the background.
    pub(super) fn spawn(self, background: &Arc<Background>) -> Result<()> {
        let stop = self.flight.stop().clone();
        let desk = self.flight.desk().clone();
        let context = Context::background(background, stop.clone(), desk);
        background.spawn(&stop, async move {
            self.run(context).await;
        })
    }

    /// No lock is held in here, since host code runs.
    async fn run(mut self, context: Context) -> Landing {
        self.landing = Landing::Failed(Error::new(Status::Internal, "the refresh panicked"));
        if let Some(token) = self.untaken.take() {
            self.offer(&context, &token).await;
        }
        let place = self.shared.progress().place.clone();
        let renewed = match &place {
            None => self.renew(&context).await,
            Some(place) => self.renew_stored(&context, place).await,
        };
        match renewed {
            Ok(token) => {
                self.arrived(&context, &token);
                self.offer(&context, &token).await;
                self.announce_end(&context, &token).await;
            }
            Err(error) if was_not_tried(&error, &context) => {
                self.landing = Landing::Abandoned(error);
            }
            Err(error) => {
                let event = match error.status() {
                    Status::LoginRequired => Event::LoginRequired,
                    _ => Event::RefreshFailed,
                };
                self.landing = Landing::Failed(error.clone());
                let is_news = self.dead.is_none() || !is_refused(&error);
                if is_news {
                    let old = self.old.clone();
                    // A listener has no say in what became of a refresh.
                    let _ = self.tell(&context, event, &old, Some(error)).await;
                }
            }
        }
        self.landing.clone()
    }

    async fn renew(&mut self, context: &Context) -> Result<Token> {
        self.credentials().refresh_in(context, &self.old).await
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.shared.credentials
    }

    /// Whatever the store or the listener does, the new token is not lost.
    pub(super) fn arrived(&mut self, context: &Context, token: &Token) {
        self.landing = Landing::Refreshed(token.clone());
        context.stop().answered();
    }

    pub(super) async fn tell(
        &self,
        context: &Context,
        event: Event,
        token: &Token,
        error: Option<Error>,
    ) -> Result<()> {
        if !self.shared.listener.is_set() {
            return Ok(());
        }
        let shared = self.shared.clone();
        let token = token.clone();
        context
            .host(move || shared.listener.tell(event, &token, error.as_ref()))
            .await?
    }

    /// Offers a new token to the listener, before anybody else sees it.
    async fn offer(&mut self, context: &Context, token: &Token) {
        // Until it is taken, also if this ends before that.
        self.untaken = Some(token.clone());
        if self
            .tell(context, Event::Changed, token, None)
            .await
            .is_ok()
        {
            self.untaken = None;
        }
    }

    /// Warns once that the login of this token will have to be repeated.
    async fn announce_end(&self, context: &Context, token: &Token) {
        if !self.shared.listener.is_set() {
            return;
        }
        let now = self.credentials().clock().now().unix_seconds();
        let end = token.grant_expires_at();
        {
            let mut progress = self.shared.progress();
            let soon = now.saturating_add(progress.grant_warning);
            let is_soon = progress.grant_warning > 0 && end <= soon;
            if end == TIME_UNKNOWN || !is_soon || progress.announced_end == end {
                return;
            }
            progress.announced_end = end;
        }
        // There is nothing to repeat when a warning is not taken.
        let _ = self.tell(context, Event::GrantExpiring, token, None).await;
    }
}

/// Who began the refresh could not wait for it, or its runtime was closed, before anything was sent: that says nothing
/// about the grant.
fn was_not_tried(error: &Error, context: &Context) -> bool {
    match error.status() {
        _ if context.stop().may_have_spent() => false,
        Status::WouldBlock => true,
        Status::Cancelled => context.is_stopped(),
        _ => false,
    }
}

impl Drop for Refresh {
    fn drop(&mut self) {
        let mut progress = self.shared.progress();
        self.shared.current.change(|current| {
            current.refreshing = false;
            if let Landing::Refreshed(token) = &self.landing {
                current.token = token.clone();
                current.rejected = false;
            }
        });
        progress.flight = None;
        progress.untaken = self.untaken.take();
        progress.provenance = std::mem::take(&mut self.provenance);
        match &self.landing {
            Landing::Refreshed(_) => {
                progress.dead = None;
                progress.last_error = progress.provenance.unsaved().cloned();
                progress.backoff = Backoff::default();
            }
            Landing::Failed(error) => {
                if is_refused(error) {
                    progress.dead = Some(error.clone());
                }
                progress.last_error = Some(error.clone());
                progress
                    .backoff
                    .failed(self.shared.credentials.clock().now());
            }
            Landing::Abandoned(_) => {}
        }
        drop(progress);
        self.flight.land(self.landing.clone());
    }
}
