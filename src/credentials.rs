//! A program's credentials: what builds authorisation URLs and token requests.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::clock::{Clock, SystemClock, TIME_UNKNOWN};
use crate::cooldown::Cooldown;
use crate::error::{Error, Result, Status};
use crate::form;
use crate::grant::{Earlier, Grant};
use crate::pkce;
use crate::redirect::check_redirect_uri;
use crate::request::{Header, HttpRequest, Parts};
use crate::scope::ScopeSet;
use crate::secret::{Secret, SecretBuffer};
use crate::sender::Sender;
use crate::sender::http::HttpSender;
use crate::text::Text;
use crate::token::Token;
use crate::web_url::{Authority, split_authority};
use crate::work::Context;

/// The accounts service of the reference.
const ACCOUNTS_URL: &str = "https://accounts.spotify.com";

/// The credentials of a program, where its requests go and who carries them. Immutable, cheap to clone.
#[derive(Clone)]
pub struct Credentials {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    client_id: Text,
    client_secret: Option<Secret>,
    redirect_uri: Option<Text>,
    accounts_url: Text,
    /// What all authorisation URLs begin with, where there is a redirect URI: a host may make many.
    url_start: Option<Text>,
    sender: Arc<dyn Sender>,
    clock: Arc<dyn Clock>,
    cooldown: Arc<Cooldown>,
}

impl Inner {
    fn authorisation_url_start(&self) -> Option<Text> {
        let redirect_uri = self.redirect_uri.as_ref()?;
        let mut url = SecretBuffer::with_capacity(512);
        url.push_str(self.accounts_url.as_str());
        url.push_str("/authorize?");
        let start = url.as_str().len();
        form::push_pair(&mut url, start, "client_id", self.client_id.as_str());
        form::push_pair(&mut url, start, "redirect_uri", redirect_uri.as_str());
        form::push_pair(&mut url, start, "response_type", "code");
        Some(Text::new(url.as_str()).expect("an encoded URL has no NUL"))
    }
}

/// An authorisation URL with the verifier that its code is traded with.
#[derive(Debug)]
pub struct PkceAuthorisation {
    /// Where to send the user. It has the state in it.
    pub url: Secret,
    /// What [`Credentials::request_pkce_token`] takes.
    pub verifier: Secret,
}

impl Credentials {
    /// Credentials for the accounts service, with the built-in HTTP sender and the system's clock.
    ///
    /// `client_secret` is not needed for PKCE, `redirect_uri` only for logins.
    pub fn new(
        client_id: &str,
        client_secret: Option<&str>,
        redirect_uri: Option<&str>,
    ) -> Result<Credentials> {
        let client_id = argument("client_id", client_id)?;
        let client_secret = client_secret
            .map(|secret| secret_argument("client_secret", secret))
            .transpose()?;
        let mut inner = Inner {
            client_id,
            client_secret,
            redirect_uri: redirect_uri.map(checked_redirect_uri).transpose()?,
            accounts_url: Text::new(ACCOUNTS_URL).expect("a constant without NUL"),
            url_start: None,
            sender: Arc::new(HttpSender::default()),
            clock: Arc::new(SystemClock),
            cooldown: Arc::default(),
        };
        inner.url_start = inner.authorisation_url_start();
        Ok(Credentials {
            inner: Arc::new(inner),
        })
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) -> Credentials {
        let mut inner = Inner::clone(&self.inner);
        change(&mut inner);
        inner.url_start = inner.authorisation_url_start();
        Credentials {
            inner: Arc::new(inner),
        }
    }

    /// The same credentials with another sender.
    pub fn with_sender(&self, sender: Arc<dyn Sender>) -> Credentials {
        self.change(|inner| inner.sender = sender)
    }

    /// The same credentials with another clock.
    pub fn with_clock(&self, clock: Arc<dyn Clock>) -> Credentials {
        self.change(|inner| inner.clock = clock)
    }

    /// The same credentials with another redirect URI.
    pub fn with_redirect_uri(&self, redirect_uri: &str) -> Result<Credentials> {
        let redirect_uri = checked_redirect_uri(redirect_uri)?;
        Ok(self.change(|inner| inner.redirect_uri = Some(redirect_uri)))
    }

    /// The same credentials for another accounts service: a proxy of your own, or the sandbox. https, or http to
    /// `127.0.0.1` or `[::1]`; a path is kept, a query or fragment refused.
    pub fn with_accounts_url(&self, url: &str) -> Result<Credentials> {
        let url = checked_accounts_url(url)?;
        Ok(self.change(|inner| {
            inner.accounts_url = url;
            inner.cooldown = Arc::default();
        }))
    }

    /// The client id.
    pub fn client_id(&self) -> &str {
        self.inner.client_id.as_str()
    }

    /// The redirect URI, byte for byte as it was given.
    pub fn redirect_uri(&self) -> Option<&str> {
        self.inner.redirect_uri.as_ref().map(Text::as_str)
    }

    pub(crate) fn texts(&self) -> (&Text, Option<&Text>) {
        (&self.inner.client_id, self.inner.redirect_uri.as_ref())
    }

    pub(crate) fn accounts_url(&self) -> &Text {
        &self.inner.accounts_url
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    pub(crate) fn cooldown(&self) -> &Cooldown {
        &self.inner.cooldown
    }

    pub(crate) fn require_client_secret(&self) -> Result<&Secret> {
        self.inner.client_secret.as_ref().ok_or_else(|| {
            Error::new(
                Status::MissingClientSecret,
                "this needs a client secret: give the credentials one, or use PKCE",
            )
        })
    }

    pub(crate) fn require_redirect_uri(&self) -> Result<&str> {
        self.redirect_uri().ok_or_else(missing_redirect_uri)
    }

    /// The URL to send the user to, for the authorisation code flow with a client secret.
    pub fn user_authorisation_url(
        &self,
        scopes: Option<&ScopeSet>,
        state: Option<&str>,
        show_dialog: bool,
    ) -> Result<Secret> {
        let show_dialog = if show_dialog { "true" } else { "false" };
        self.authorisation_url(scopes, state, &["&show_dialog=", show_dialog])
    }

    /// The URL to send the user to, with the verifier to keep, for the authorisation code flow with PKCE.
    pub fn pkce_user_authorisation(
        &self,
        scopes: Option<&ScopeSet>,
        state: Option<&str>,
        verifier_bytes: usize,
        show_dialog: bool,
    ) -> Result<PkceAuthorisation> {
        let verifier = pkce::generate_verifier(verifier_bytes)?;
        let challenge = pkce::Challenge::of(&verifier);
        let show_dialog = if show_dialog { "&show_dialog=true" } else { "" };
        let more = [
            "&code_challenge=",
            challenge.as_str(),
            "&code_challenge_method=S256",
            show_dialog,
        ];
        let url = self.authorisation_url(scopes, state, &more)?;
        Ok(PkceAuthorisation { url, verifier })
    }

    fn authorisation_url(
        &self,
        scopes: Option<&ScopeSet>,
        state: Option<&str>,
        encoded: &[&str],
    ) -> Result<Secret> {
        let start = self.inner.url_start.as_ref();
        let start = start.ok_or_else(missing_redirect_uri)?.as_str();
        let state_bytes = state.map_or(0, str::len);
        let mut url = SecretBuffer::with_capacity(start.len() + state_bytes + 256);
        url.push_str(start);
        let mut push = |name, value| form::push_pair(&mut url, 0, name, value);
        if let Some(scopes) = scopes {
            push("scope", scopes.as_str());
        }
        if let Some(state) = state {
            push("state", state);
        }
        for piece in encoded {
            url.push_str(piece);
        }
        Ok(url.into_secret().expect("an encoded URL has no NUL"))
    }

    /// A request for a client token, not sent yet.
    pub fn prepare_client_token(&self) -> Result<HttpRequest> {
        self.with_secret(Grant::Client, &[("grant_type", "client_credentials")])
    }

    /// A request that trades a code for a token, not sent yet.
    pub fn prepare_user_token(&self, code: &str) -> Result<HttpRequest> {
        secret_argument("code", code)?;
        self.with_secret(
            Grant::Code { uses_pkce: false },
            &[
                ("code", code),
                ("redirect_uri", self.require_redirect_uri()?),
                ("grant_type", "authorization_code"),
            ],
        )
    }

    /// A request that trades a code and its verifier for a token, not sent yet.
    pub fn prepare_pkce_token(&self, code: &str, verifier: &str) -> Result<HttpRequest> {
        secret_argument("code", code)?;
        self.request(
            Grant::Code { uses_pkce: true },
            None,
            &[
                ("client_id", self.client_id()),
                ("code", code),
                ("code_verifier", verifier),
                ("grant_type", "authorization_code"),
                ("redirect_uri", self.require_redirect_uri()?),
            ],
        )
    }

    /// A request for a refreshed token of a login with a client secret, not sent yet.
    pub fn prepare_refresh_user_token(&self, refresh_token: &str) -> Result<HttpRequest> {
        self.refresh_with_secret(Earlier::unknown(refresh_token)?)
    }

    /// A request for a refreshed token of a login with PKCE, not sent yet.
    pub fn prepare_refresh_pkce_token(&self, refresh_token: &str) -> Result<HttpRequest> {
        self.refresh_with_pkce(Earlier::unknown(refresh_token)?)
    }

    /// A request that refreshes this token, whatever kind it is, not sent yet. What the answer leaves out is taken over.
    pub fn prepare_refresh(&self, token: &Token) -> Result<HttpRequest> {
        self.check_owner(token)?;
        let Some(refresh_token) = token.refresh_token() else {
            if token.is_client_token() {
                return self.prepare_client_token();
            }
            return Err(Error::new(
                Status::LoginRequired,
                "the user's token has no refresh token, the user has to log in again",
            ));
        };
        let earlier = Earlier {
            refresh_token: refresh_token.clone(),
            scopes: token.scopes().clone(),
            authorised_at: token.authorised_at(),
            unknown_members: token.texts().unknown_members.clone(),
        };
        if token.uses_pkce() {
            self.refresh_with_pkce(earlier)
        } else {
            self.refresh_with_secret(earlier)
        }
    }

    /// Refuses a token that says it belongs to another client.
    pub(crate) fn check_owner(&self, token: &Token) -> Result<()> {
        match token.client_id() {
            Some(owner) if owner != self.client_id() => Err(Error::invalid_argument(
                "the token belongs to another client id than the credentials",
            )),
            _ => Ok(()),
        }
    }

    fn refresh_with_secret(&self, earlier: Earlier) -> Result<HttpRequest> {
        let refresh_token = earlier.refresh_token.clone();
        self.with_secret(
            Grant::Refresh {
                uses_pkce: false,
                earlier,
            },
            &[
                ("refresh_token", refresh_token.expose()),
                ("grant_type", "refresh_token"),
            ],
        )
    }

    fn refresh_with_pkce(&self, earlier: Earlier) -> Result<HttpRequest> {
        let refresh_token = earlier.refresh_token.clone();
        self.request(
            Grant::Refresh {
                uses_pkce: true,
                earlier,
            },
            None,
            &[
                ("client_id", self.client_id()),
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token.expose()),
            ],
        )
    }

    fn with_secret(&self, grant: Grant, form: &[(&str, &str)]) -> Result<HttpRequest> {
        let secret = self.require_client_secret()?;
        let mut pair = SecretBuffer::default();
        for part in [self.client_id(), ":", secret.expose()] {
            pair.push_str(part);
        }
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_str()));
        let mut basic = SecretBuffer::default();
        basic.push_str("Basic ");
        basic.push_str(&encoded);
        self.request(grant, Some(basic), form)
    }

    fn request(
        &self,
        grant: Grant,
        authorization: Option<SecretBuffer>,
        form: &[(&str, &str)],
    ) -> Result<HttpRequest> {
        let mut headers = vec![
            header("Content-Type", "application/x-www-form-urlencoded"),
            header("Accept", "application/json"),
        ];
        if let Some(authorization) = authorization {
            headers.push(header("Authorization", authorization.as_str()));
        }
        let mut body = SecretBuffer::with_capacity(512);
        for (name, value) in form {
            form::push_pair(&mut body, 0, name, value);
        }
        let url = format!("{}/api/token", self.inner.accounts_url.as_str());
        Ok(HttpRequest::new(Parts {
            url: Text::new(&url).expect("the accounts URL has no NUL inside"),
            headers,
            body: body.into_secret().expect("an encoded form has no NUL"),
            grant,
            client_id: self.inner.client_id.clone(),
            sender: self.inner.sender.clone(),
            clock: self.inner.clock.clone(),
            cooldown: self.inner.cooldown.clone(),
            used: AtomicBool::new(false),
        }))
    }

    /// Requests a client token.
    pub fn request_client_token(&self) -> Result<Token> {
        self.prepare_client_token()?.send()
    }

    /// Trades a code for a token.
    pub fn request_user_token(&self, code: &str) -> Result<Token> {
        self.prepare_user_token(code)?.send()
    }

    /// Requests a refreshed token of a login with a client secret.
    pub fn refresh_user_token(&self, refresh_token: &str) -> Result<Token> {
        self.prepare_refresh_user_token(refresh_token)?.send()
    }

    /// Trades a code and its verifier for a token.
    pub fn request_pkce_token(&self, code: &str, verifier: &str) -> Result<Token> {
        self.prepare_pkce_token(code, verifier)?.send()
    }

    /// Requests a refreshed token of a login with PKCE.
    pub fn refresh_pkce_token(&self, refresh_token: &str) -> Result<Token> {
        self.prepare_refresh_pkce_token(refresh_token)?.send()
    }

    /// Refreshes a token of any kind; for a client token that is a new one.
    pub fn refresh(&self, token: &Token) -> Result<Token> {
        self.prepare_refresh(token)?.send()
    }

    pub(crate) async fn refresh_in(&self, context: &Context, token: &Token) -> Result<Token> {
        self.prepare_refresh(token)?.carry(context).await
    }
}

impl Earlier {
    /// Of a bare refresh token nothing else is known.
    fn unknown(refresh_token: &str) -> Result<Earlier> {
        Ok(Earlier {
            refresh_token: secret_argument("refresh_token", refresh_token)?,
            scopes: ScopeSet::new(),
            authorised_at: TIME_UNKNOWN,
            unknown_members: Secret::new("").expect("empty text has no NUL"),
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.inner.client_id)
            .field("client_secret", &self.inner.client_secret)
            .field("redirect_uri", &self.inner.redirect_uri)
            .field("accounts_url", &self.inner.accounts_url)
            .finish_non_exhaustive()
    }
}

fn missing_redirect_uri() -> Error {
    Error::new(
        Status::MissingRedirectUri,
        "this needs a redirect URI: give the credentials one",
    )
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: Text::new(name).expect("a constant without NUL"),
        value: Secret::new(value).expect("base64 and constants have no NUL"),
    }
}

fn argument(name: &str, value: &str) -> Result<Text> {
    not_empty(name, value)?;
    Text::new(value).map_err(|_| nul_inside(name))
}

fn secret_argument(name: &str, value: &str) -> Result<Secret> {
    not_empty(name, value)?;
    Secret::new(value).map_err(|_| nul_inside(name))
}

fn not_empty(name: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        return Err(Error::invalid_argument(format!("{name} must not be empty")));
    }
    Ok(())
}

fn nul_inside(name: &str) -> Error {
    Error::invalid_argument(format!("{name} must not have a NUL inside"))
}

fn checked_redirect_uri(uri: &str) -> Result<Text> {
    check_redirect_uri(uri)?;
    Ok(Text::new(uri).expect("a redirect URI has no control characters"))
}

fn checked_accounts_url(url: &str) -> Result<Text> {
    let refuse = |problem: &str| Error::invalid_argument(format!("the accounts URL {problem}"));
    if url.contains(|c: char| !c.is_ascii_graphic() || "\\\"<>^`{|}".contains(c)) {
        return Err(refuse("has a character that a URL must encode"));
    }
    if url.contains(['?', '#']) {
        return Err(refuse("has a query or a fragment"));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(refuse("has no scheme: write https://"));
    };
    let authority = Authority::parse(split_authority(rest).0).map_err(refuse)?;
    if !authority.is_name_or_address() {
        return Err(refuse("has a host that is no name and no address"));
    }
    // Written one way from here on, since whoever carries a request decides by it.
    let scheme = scheme.to_ascii_lowercase();
    let secure = match scheme.as_str() {
        "https" => true,
        "http" => authority.is_loopback_literal(),
        _ => false,
    };
    if !secure {
        return Err(refuse(
            "must be https, or http to 127.0.0.1 or [::1]: secrets are sent there",
        ));
    }
    let url = format!("{scheme}://{}", rest.trim_end_matches('/'));
    Ok(Text::new(&url).expect("control characters were refused"))
}
