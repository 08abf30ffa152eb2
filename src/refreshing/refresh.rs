//! A refresh under way, as who does it sees it.

use std::sync::Arc;

use crate::clock::TIME_UNKNOWN;
use crate::error::{Error, Result, Status};
use crate::runtime::Background;
use crate::stop::cancelled;
use crate::token::Token;
use crate::work::{Context, block_on};

use super::backoff::Backoff;
use super::flight::{Flight, Landing};
use super::{Event, Shared};

/// A login that ends sooner than this, in seconds, is announced to the listener: two weeks.
const GRANT_WARNING: i64 = 14 * 24 * 60 * 60;

/// When it is dropped, by a panic too, the refresh has ended and everybody who waits goes on.
pub(super) struct Refresh {
    shared: Arc<Shared>,
    flight: Arc<Flight>,
    old: Token,
    untaken: Option<Token>,
    landing: Landing,
}

impl Refresh {
    pub(super) fn new(
        shared: Arc<Shared>,
        flight: Arc<Flight>,
        old: Token,
        untaken: Option<Token>,
    ) -> Refresh {
        Refresh {
            shared,
            flight,
            old,
            untaken,
            // Until it runs, and where it never does.
            landing: Landing::Abandoned(cancelled()),
        }
    }

    /// Refreshes on this thread, which blocks meanwhile.
    pub(super) fn here(self) -> Result<Token> {
        let alarm = Arc::default();
        let desk = self.flight.desk().clone();
        let context = Context::this_thread(&alarm, desk.clone());
        // A sender written in Rust may call back too, at any time.
        match desk.run(|| block_on(&alarm, self.run(context))) {
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
        match self
            .shared
            .credentials
            .refresh_in(&context, &self.old)
            .await
        {
            Ok(token) => {
                // First of all: whatever the listener does, the new token is not lost.
                self.landing = Landing::Refreshed(token.clone());
                context.stop().answered();
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
                let old = self.old.clone();
                // A listener has no say in what became of a refresh.
                let _ = self.tell(&context, event, &old, Some(error)).await;
            }
        }
        self.landing.clone()
    }

    async fn tell(
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
        let end = token.grant_expires_at();
        let soon = self.shared.credentials.clock().now().unix_seconds() + GRANT_WARNING;
        if end == TIME_UNKNOWN || end > soon || self.shared.progress().announced_end == end {
            return;
        }
        self.shared.progress().announced_end = end;
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
        match &self.landing {
            Landing::Refreshed(_) => {
                progress.dead = None;
                progress.last_error = None;
                progress.backoff = Backoff::default();
            }
            Landing::Failed(error) => {
                // Only an answer of the service kills a grant, whatever a sender says.
                if error.status() == Status::LoginRequired && error.http_status().is_some() {
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
