//! One attempt of a user to log in: waits for the redirect or for a URL that is pasted, whichever comes first.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::clock::in_time;
use crate::credentials::Credentials;
use crate::error::{Error, Result, Status};
use crate::request::HttpRequest;
use crate::scope::ScopeSet;
use crate::secret::Secret;
use crate::stop::{Stop, cancelled};
use crate::text::Text;
use crate::user_auth::{AuthOptions, UserAuth};
use crate::work::{Context, Either, Wakers, race, wait_for};

use super::{LoginBrowser, LoginOptions, RedirectListener, browser};

/// An attempt to log in, as the host sees it: the URL to show, and how to end the waiting from elsewhere. Clones are the
/// same attempt.
#[derive(Clone)]
pub struct LoginAttempt {
    shared: Arc<Shared>,
}

struct Shared {
    auth: UserAuth,
    stop: Arc<Stop>,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    waiting: Wakers,
}

enum Phase {
    /// With the listener to wake, where there is one.
    Waiting(Option<RedirectListener>),
    Pasted(Secret),
    Over,
}

impl LoginAttempt {
    fn lock(&self) -> MutexGuard<'_, State> {
        let state = &self.shared.state;
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where to send the user. It has the state in it.
    pub fn url(&self) -> &Secret {
        let url = self.shared.auth.url();
        url.expect("only a login that was resumed has none")
    }

    /// Where the user is sent back to: the redirect URI of the credentials, with the port that is listened on.
    pub fn redirect_uri(&self) -> &str {
        self.redirect_uri_text().as_str()
    }

    pub(crate) fn redirect_uri_text(&self) -> &Text {
        self.shared.auth.redirect_uri()
    }

    /// Whether the user is waited for.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.lock().phase, Phase::Waiting(_))
    }

    fn is_wanted(&self) -> bool {
        self.is_waiting() && !self.shared.stop.is_stopped()
    }

    /// Opens the URL in the browser of the desktop, which may take a second. [`Status::NoBrowser`] where there is none,
    /// [`Status::AlreadyUsed`] where the waiting has ended.
    pub fn open_browser(&self) -> Result<()> {
        if !self.is_waiting() {
            return Err(ended());
        }
        browser::open(self.url().expose(), &self.shared.stop)
    }

    /// Ends the waiting with the URL that the user was sent back to, in any of the forms of
    /// [`parse_code_from_url`](crate::parse_code_from_url); also with one that says `error=`. The waiting goes on after
    /// one that does not end this login. [`Status::AlreadyUsed`] where the waiting has ended.
    pub fn paste(&self, url: &str) -> Result<()> {
        let url = url.trim_matches(|end: char| end.is_whitespace() || "<>\"'".contains(end));
        if url == self.url().expose() {
            return Err(Error::new(
                Status::MissingParameter,
                "that is the address of the login page, not the one that it leads to",
            ));
        }
        let verdict = self.shared.auth.verdict_of_url(url);
        let mut state = self.lock();
        if !matches!(state.phase, Phase::Waiting(_)) {
            return Err(ended());
        }
        verdict?;
        let url = Secret::new(url).map_err(|_| {
            Error::new(
                Status::MissingParameter,
                "the redirect URL has a NUL inside",
            )
        })?;
        let before = std::mem::replace(&mut state.phase, Phase::Pasted(url));
        let waiting = state.waiting.take();
        drop(state);
        waiting.wake();
        if let Phase::Waiting(Some(listener)) = before {
            listener.cancel();
        }
        Ok(())
    }

    /// Ends the login as [`Status::Cancelled`], unless it is done.
    pub fn cancel(&self) {
        self.shared.stop.stop();
    }

    /// Ends the waiting, and lets go of the port.
    fn end(&self) -> Phase {
        std::mem::replace(&mut self.lock().phase, Phase::Over)
    }

    /// Is ready once there is nothing to wait for any more, and says why not.
    async fn over(&self, context: &Context, deadline: Option<Instant>) -> Error {
        let pasted = wait_for(
            &self.shared.state,
            |state| &mut state.waiting,
            |state| (!matches!(state.phase, Phase::Waiting(_))).then(ended),
        );
        let in_vain = race(self.shared.stop.stopped(), context.reach(deadline));
        match race(pasted, in_vain).await {
            Either::First(ended) => ended,
            Either::Second(Either::First(())) => cancelled(),
            Either::Second(Either::Second(())) => {
                Error::new(Status::Timeout, "nobody has logged in in time")
            }
        }
    }

    /// Shows the page to the user.
    async fn show(&self, context: &Context, browser: LoginBrowser) -> Result<()> {
        let attempt = self.clone();
        match browser {
            LoginBrowser::Desktop => context.block(move || attempt.open_browser()).await?,
            LoginBrowser::Callback(callback) => {
                let show = move || {
                    // The pump may come by before the call is taken back.
                    if attempt.is_wanted() {
                        callback(&attempt);
                    }
                };
                context.host(show).await
            }
            LoginBrowser::Host => Ok(()),
        }
    }
}

fn ended() -> Error {
    Error::new(
        Status::AlreadyUsed,
        "the login does not wait for a redirect any more",
    )
}

impl fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginAttempt")
            .field("auth", &self.shared.auth)
            .field("is_waiting", &self.is_waiting())
            .finish_non_exhaustive()
    }
}

/// What a login needs before the user can be asked: the port is taken, the URL is not made.
pub(super) struct Preparation {
    credentials: Credentials,
    listener: Option<RedirectListener>,
    auth: AuthOptions,
    browser: LoginBrowser,
    deadline: Option<Instant>,
}

impl Preparation {
    /// Takes the port, where the redirect URI is one of this computer.
    pub(super) fn new(credentials: &Credentials, options: &LoginOptions) -> Result<Preparation> {
        let listener = listener_for(credentials.require_redirect_uri()?)?;
        let reached = match &listener {
            Some(listener) => credentials.with_redirect_uri(listener.uri())?,
            None => credentials.clone(),
        };
        if let Some(listener) = &listener {
            listener.set_page(options.success.as_deref(), options.failure.as_deref());
        }
        Ok(Preparation {
            credentials: reached,
            listener,
            auth: AuthOptions {
                pkce: options.auth.pkce || credentials.require_client_secret().is_err(),
                ..options.auth
            },
            browser: options.browser.clone(),
            deadline: in_time(options.timeout),
        })
    }
}

/// An attempt with what it needs until the user has decided. The port is free again when this is dropped.
pub(super) struct Login {
    attempt: LoginAttempt,
    listener: Option<RedirectListener>,
    browser: LoginBrowser,
    deadline: Option<Instant>,
}

impl Login {
    /// Makes the URL. `stop` ends the attempt.
    pub(super) fn new(
        preparation: Preparation,
        scopes: Option<&ScopeSet>,
        stop: Arc<Stop>,
    ) -> Result<Login> {
        let Preparation {
            credentials,
            listener,
            auth,
            browser,
            deadline,
        } = preparation;
        let shared = Shared {
            auth: UserAuth::new(&credentials, scopes, auth)?,
            stop,
            state: Mutex::new(State {
                phase: Phase::Waiting(listener.clone()),
                waiting: Wakers::default(),
            }),
        };
        Ok(Login {
            attempt: LoginAttempt {
                shared: Arc::new(shared),
            },
            listener,
            browser,
            deadline,
        })
    }

    pub(super) fn attempt(&self) -> &LoginAttempt {
        &self.attempt
    }

    /// Shows the page and waits for what the user decides: the request that trades the code.
    pub(super) async fn receive(self, context: &Context) -> Result<HttpRequest> {
        let decided = self.decided(context).await;
        // A URL that was pasted in the last moment counts: who pasted it was told so.
        let url = match self.attempt.end() {
            Phase::Pasted(url) => url,
            Phase::Waiting(_) | Phase::Over => decided?,
        };
        context.stop().check()?;
        self.attempt
            .shared
            .auth
            .prepare_token_from_url(url.expose())
    }

    async fn decided(&self, context: &Context) -> Result<Secret> {
        let attempt = &self.attempt;
        let shown = attempt.show(context, self.browser.clone());
        match race(shown, attempt.over(context, self.deadline)).await {
            Either::First(shown) => shown?,
            Either::Second(over) => return Err(over),
        }
        match &self.listener {
            Some(listener) => {
                let state = attempt.shared.auth.state();
                listener
                    .wait_in(context, Some(state.expose()), self.deadline)
                    .await
            }
            None => Err(attempt.over(context, self.deadline).await),
        }
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        self.attempt.end();
    }
}

/// Nobody can listen for the redirect to a web server or to a scheme of an app: it is pasted.
fn listener_for(redirect_uri: &str) -> Result<Option<RedirectListener>> {
    // Credentials have taken it, so plain http is for this computer alone.
    let is_here = redirect_uri
        .split_once(':')
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("http"));
    is_here
        .then(|| RedirectListener::new(redirect_uri))
        .transpose()
}
