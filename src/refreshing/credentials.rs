//! Credentials whose tokens refresh themselves.

use crate::credentials::{Credentials, PkceAuthorisation};
use crate::error::Result;
use crate::scope::ScopeSet;
use crate::secret::Secret;

use super::RefreshingToken;

/// [`Credentials`] that give [`RefreshingToken`]s.
#[derive(Debug, Clone)]
pub struct RefreshingCredentials {
    credentials: Credentials,
}

impl RefreshingCredentials {
    /// Gives tokens that `credentials` refresh.
    pub fn new(credentials: &Credentials) -> RefreshingCredentials {
        RefreshingCredentials {
            credentials: credentials.clone(),
        }
    }

    /// The credentials underneath.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// See [`Credentials::user_authorisation_url`].
    pub fn user_authorisation_url(
        &self,
        scopes: Option<&ScopeSet>,
        state: Option<&str>,
        show_dialog: bool,
    ) -> Result<Secret> {
        self.credentials
            .user_authorisation_url(scopes, state, show_dialog)
    }

    /// See [`Credentials::pkce_user_authorisation`].
    pub fn pkce_user_authorisation(
        &self,
        scopes: Option<&ScopeSet>,
        state: Option<&str>,
        verifier_bytes: usize,
        show_dialog: bool,
    ) -> Result<PkceAuthorisation> {
        self.credentials
            .pkce_user_authorisation(scopes, state, verifier_bytes, show_dialog)
    }

    /// Requests a client token.
    pub fn request_client_token(&self) -> Result<RefreshingToken> {
        self.keep(self.credentials.request_client_token()?)
    }

    /// Trades a code for a token.
    pub fn request_user_token(&self, code: &str) -> Result<RefreshingToken> {
        self.keep(self.credentials.request_user_token(code)?)
    }

    /// Requests a refreshed token of a login with a client secret.
    pub fn refresh_user_token(&self, refresh_token: &str) -> Result<RefreshingToken> {
        self.keep(self.credentials.refresh_user_token(refresh_token)?)
    }

    /// Trades a code and its verifier for a token.
    pub fn request_pkce_token(&self, code: &str, verifier: &str) -> Result<RefreshingToken> {
        self.keep(self.credentials.request_pkce_token(code, verifier)?)
    }

    /// Requests a refreshed token of a login with PKCE.
    pub fn refresh_pkce_token(&self, refresh_token: &str) -> Result<RefreshingToken> {
        self.keep(self.credentials.refresh_pkce_token(refresh_token)?)
    }

    fn keep(&self, token: crate::token::Token) -> Result<RefreshingToken> {
        RefreshingToken::new(token, &self.credentials)
    }
}
