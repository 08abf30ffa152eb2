//! One login of one user: the URL, the check of the state, the exchange of the code.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::credentials::Credentials;
use crate::error::{Error, Result, Status};
use crate::pkce;
use crate::random;
use crate::redirect::{Answer, Verdict};
use crate::refreshing::RefreshingToken;
use crate::request::HttpRequest;
use crate::runtime::{Completion, Operation, Outcome, Runtime};
use crate::scope::ScopeSet;
use crate::secret::Secret;
use crate::text::Text;
use crate::token::Token;

/// How many random bytes a state is made of where nothing is said.
pub const DEFAULT_STATE_BYTES: usize = 32;

/// A new state of `bytes` random bytes, from 16 (below which it could be guessed) to 96, in URL-safe base64.
pub fn gen_state(bytes: usize) -> Result<Secret> {
    const MIN_BYTES: usize = 16;
    if !(MIN_BYTES..=random::MAX_BYTES).contains(&bytes) {
        return Err(Error::invalid_argument(format!(
            "n_bytes must be from {MIN_BYTES} to {}, not {bytes}",
            random::MAX_BYTES
        )));
    }
    random::url_safe(bytes)
}

/// How a login is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuthOptions {
    /// Use proof key for code exchange (RFC 7636), which needs no client secret.
    pub pkce: bool,
    /// Ask the user again even if they agreed before. Without PKCE that is always so.
    pub show_dialog: bool,
}

/// One login under way. It is spent once its state matched, whatever comes after.
pub struct UserAuth {
    credentials: Credentials,
    url: Option<Secret>,
    state: Secret,
    verifier: Option<Secret>,
    spent: AtomicBool,
}

impl UserAuth {
    /// Begins a login.
    pub fn new(
        credentials: &Credentials,
        scopes: Option<&ScopeSet>,
        options: AuthOptions,
    ) -> Result<UserAuth> {
        let state = gen_state(DEFAULT_STATE_BYTES)?;
        let (url, verifier) = if options.pkce {
            let authorisation = credentials.pkce_user_authorisation(
                scopes,
                Some(state.expose()),
                pkce::DEFAULT_VERIFIER_BYTES,
                options.show_dialog,
            )?;
            (authorisation.url, Some(authorisation.verifier))
        } else {
            // Without the secret the code could not be traded: better said before a browser opens.
            credentials.require_client_secret()?;
            let url = credentials.user_authorisation_url(scopes, Some(state.expose()), true)?;
            (url, None)
        };
        Ok(UserAuth {
            credentials: credentials.clone(),
            url: Some(url),
            state,
            verifier,
            spent: AtomicBool::new(false),
        })
    }

    /// Takes up a login that another process or server began, with the state and verifier that it kept.
    pub fn resume(
        credentials: &Credentials,
        state: &str,
        verifier: Option<&str>,
    ) -> Result<UserAuth> {
        credentials.require_redirect_uri()?;
        if verifier.is_none() {
            credentials.require_client_secret()?;
        }
        if state.is_empty() {
            return Err(Error::invalid_argument("state must not be empty"));
        }
        let secret = |text: &str| {
            Secret::new(text).map_err(|_| {
                Error::invalid_argument("state and verifier must not have a NUL inside")
            })
        };
        Ok(UserAuth {
            credentials: credentials.clone(),
            url: None,
            state: secret(state)?,
            verifier: verifier.map(secret).transpose()?,
            spent: AtomicBool::new(false),
        })
    }

    /// Where to send the user; none for a login that was resumed. It has the state in it.
    pub fn url(&self) -> Option<&Secret> {
        self.url.as_ref()
    }

    pub(crate) fn redirect_uri(&self) -> &Text {
        let (_, redirect_uri) = self.credentials.texts();
        redirect_uri.expect("a login is begun with one")
    }

    /// The state, to be kept where [`UserAuth::resume`] finds it.
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// The verifier; none without PKCE.
    pub fn verifier(&self) -> Option<&Secret> {
        self.verifier.as_ref()
    }

    /// The request that trades the code, after the state was verified.
    pub fn prepare_token(&self, code: &str, state: &str) -> Result<HttpRequest> {
        let state = Secret::new(state)
            .map_err(|_| Error::invalid_argument("state must not have a NUL inside"))?;
        self.spend(&state)?;
        self.exchange(code)
    }

    /// The request that trades the code of a redirect URL, after its state was verified.
    pub fn prepare_token_from_url(&self, url: &str) -> Result<HttpRequest> {
        let answer = Answer::new(url);
        self.spend(&answer.state()?)?;
        self.exchange(answer.code()?.expose())
    }

    /// What a redirect URL brings to this login, which is not spent by it.
    pub(crate) fn verdict_of_url(&self, url: &str) -> Result<Verdict> {
        let answer = Answer::new(url);
        self.verify(&answer.state()?)?;
        answer.verdict()
    }

    fn verify(&self, state: &Secret) -> Result<()> {
        match self.state == *state {
            true => Ok(()),
            false => Err(Error::new(
                Status::StateMismatch,
                "the state is not the one of this login: the redirect belongs to another one, or is forged",
            )),
        }
    }

    fn spend(&self, state: &Secret) -> Result<()> {
        self.verify(state)?;
        if self.spent.swap(true, Ordering::Relaxed) {
            return Err(Error::new(
                Status::AlreadyUsed,
                "this login was completed before: begin another",
            ));
        }
        Ok(())
    }

    fn exchange(&self, code: &str) -> Result<HttpRequest> {
        match &self.verifier {
            Some(verifier) => self.credentials.prepare_pkce_token(code, verifier.expose()),
            None => self.credentials.prepare_user_token(code),
        }
    }

    /// Verifies the state and trades the code for a token.
    pub fn request_token(&self, code: &str, state: &str) -> Result<Token> {
        self.prepare_token(code, state)?.send()
    }

    /// Verifies the state of a redirect URL and trades its code for a token.
    pub fn request_token_from_url(&self, url: &str) -> Result<Token> {
        self.prepare_token_from_url(url)?.send()
    }

    /// [`UserAuth::request_token`] for a token that refreshes itself.
    pub fn request_refreshing_token(&self, code: &str, state: &str) -> Result<RefreshingToken> {
        // A sender of the host's may free the host's handle.
        let credentials = self.credentials.clone();
        RefreshingToken::new(self.request_token(code, state)?, &credentials)
    }

    /// [`UserAuth::request_token_from_url`] for a token that refreshes itself.
    pub fn request_refreshing_token_from_url(&self, url: &str) -> Result<RefreshingToken> {
        let credentials = self.credentials.clone();
        RefreshingToken::new(self.request_token_from_url(url)?, &credentials)
    }

    /// Verifies the state and begins to trade the code in the background of `runtime`. The operation gives an
    /// [`Outcome::Token`].
    pub fn start_token(
        &self,
        code: &str,
        state: &str,
        runtime: &Runtime,
        completion: Option<Completion>,
    ) -> Result<Operation> {
        let request = self.prepare_token(code, state)?;
        self.begun(request.start(runtime, completion))
    }

    /// [`UserAuth::start_token`] with the redirect URL.
    pub fn start_token_from_url(
        &self,
        url: &str,
        runtime: &Runtime,
        completion: Option<Completion>,
    ) -> Result<Operation> {
        let request = self.prepare_token_from_url(url)?;
        self.begun(request.start(runtime, completion))
    }

    /// [`UserAuth::start_token`] for a token that refreshes itself: the operation gives an
    /// [`Outcome::RefreshingToken`].
    pub fn start_refreshing_token(
        &self,
        code: &str,
        state: &str,
        runtime: &Runtime,
        completion: Option<Completion>,
    ) -> Result<Operation> {
        self.start_refreshing(self.prepare_token(code, state)?, runtime, completion)
    }

    /// [`UserAuth::start_refreshing_token`] with the redirect URL.
    pub fn start_refreshing_token_from_url(
        &self,
        url: &str,
        runtime: &Runtime,
        completion: Option<Completion>,
    ) -> Result<Operation> {
        self.start_refreshing(self.prepare_token_from_url(url)?, runtime, completion)
    }

    fn start_refreshing(
        &self,
        request: HttpRequest,
        runtime: &Runtime,
        completion: Option<Completion>,
    ) -> Result<Operation> {
        let credentials = self.credentials.clone();
        let make =
            move |token| RefreshingToken::new(token, &credentials).map(Outcome::RefreshingToken);
        self.begun(request.start_for(runtime, completion, make))
    }

    /// A login whose code was not even tried is not spent.
    fn begun(&self, started: Result<Operation>) -> Result<Operation> {
        if started.is_err() {
            self.spent.store(false, Ordering::Relaxed);
        }
        started
    }
}

impl fmt::Debug for UserAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserAuth")
            .field("credentials", &self.credentials)
            .field("uses_pkce", &self.verifier.is_some())
            .field("spent", &self.spent.load(Ordering::Relaxed))
            .finish_non_exhaustive()
    }
}
