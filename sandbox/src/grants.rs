//! What users have granted to applications: codes, refresh tokens and access tokens, and when they stop being good.

use std::collections::HashMap;

use serde::Serialize;

use crate::clock::{self, Moment};
use crate::oauth_error::OAuthError;
use crate::recent::Recent;
use crate::settings::{Rotation, Settings};
use crate::{pkce, random};

/// Everything that was granted.
#[derive(Debug, Default)]
pub struct Grants {
    codes: Recent<String, Code>,
    grants: HashMap<GrantId, Grant>,
    refresh_tokens: HashMap<String, GrantId>,
    spent_refresh_tokens: Recent<String, GrantId>,
    access_tokens: Recent<String, AccessToken>,
    last_id: GrantId,
}

type GrantId = u64;

/// What the user agreed to on the consent page.
#[derive(Clone, Debug)]
pub struct Authorisation {
    pub client_id: String,
    pub redirect_uri: String,
    /// Separated by spaces.
    pub scope: String,
    /// There if the login uses PKCE.
    pub challenge: Option<String>,
}

/// An application that asks for a token.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    pub client_id: &'a str,
    /// Whether it proved who it is with its secret.
    pub has_secret: bool,
}

/// A successful answer of the token endpoint.
#[derive(Debug, Serialize)]
pub struct Issued {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Why an access token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessDenied {
    Unknown,
    Expired { milliseconds_ago: i64 },
}

#[derive(Debug)]
struct Code {
    authorisation: Authorisation,
    expires_at: Moment,
    is_used: bool,
}

#[derive(Debug)]
struct Grant {
    client_id: String,
    scope: String,
    uses_pkce: bool,
    logged_in_at: Moment,
    is_revoked: bool,
}

#[derive(Debug)]
struct AccessToken {
    /// The application's own tokens belong to no grant.
    grant: Option<GrantId>,
    expires_at: Moment,
}

impl Grants {
    /// A code for what the user just agreed to.
    pub fn issue_code(
        &mut self,
        authorisation: Authorisation,
        now: Moment,
        settings: &Settings,
    ) -> String {
        let code = random::refresh_token_or_code();
        let expires_at = clock::after(now, settings.code_lifetime);
        self.codes.insert(
            code.clone(),
            Code {
                authorisation,
                expires_at,
                is_used: false,
            },
        );
        code
    }

    /// The first tokens of a grant, for its code. An attempt by the right application spends the code even if it
    /// fails, so that a verifier cannot be guessed.
    pub fn redeem_code(
        &mut self,
        caller: Caller,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        now: Moment,
        settings: &Settings,
    ) -> Result<Issued, OAuthError> {
        let code = self
            .codes
            .get_mut(code)
            .filter(|code| code.authorisation.client_id == caller.client_id && !code.is_used)
            .ok_or(OAuthError::INVALID_CODE)?;
        if now >= code.expires_at {
            return Err(OAuthError::CODE_EXPIRED);
        }
        let challenge = code.authorisation.challenge.as_deref();
        if challenge.is_some() && verifier.is_none() {
            return Err(OAuthError::VERIFIER_REQUIRED);
        }
        if challenge.is_none() && !caller.has_secret {
            return Err(OAuthError::INVALID_CLIENT_SECRET);
        }
        code.is_used = true;
        if code.authorisation.redirect_uri != redirect_uri {
            return Err(OAuthError::WRONG_REDIRECT_URI);
        }
        match (challenge, verifier) {
            (None, None) => {}
            (Some(challenge), Some(verifier)) if pkce::verifies(challenge, verifier) => {}
            _ => return Err(OAuthError::WRONG_VERIFIER),
        }

        let grant = Grant {
            client_id: code.authorisation.client_id.clone(),
            scope: code.authorisation.scope.clone(),
            uses_pkce: challenge.is_some(),
            logged_in_at: now,
            is_revoked: false,
        };
        let scope = grant.scope.clone();
        self.last_id += 1;
        self.grants.insert(self.last_id, grant);
        let refresh_token = self.issue_refresh_token(self.last_id);
        Ok(Issued {
            refresh_token: Some(refresh_token),
            scope: Some(scope),
            ..self.issue_access_token(Some(self.last_id), now, settings)
        })
    }

    /// New tokens for a refresh token.
    pub fn refresh(
        &mut self,
        caller: Caller,
        refresh_token: &str,
        now: Moment,
        settings: &Settings,
    ) -> Result<Issued, OAuthError> {
        let (id, is_spent) = self
            .find_refresh_token(refresh_token)
            .ok_or(OAuthError::INVALID_REFRESH_TOKEN)?;
        let grant = self
            .grants
            .get_mut(&id)
            .filter(|grant| grant.client_id == caller.client_id)
            .ok_or(OAuthError::INVALID_REFRESH_TOKEN)?;
        if !grant.uses_pkce && !caller.has_secret {
            return Err(OAuthError::INVALID_CLIENT_SECRET);
        }
        if is_spent {
            grant.is_revoked |= settings.reuse_detection;
            return Err(OAuthError::INVALID_REFRESH_TOKEN);
        }
        if grant.is_revoked {
            return Err(OAuthError::REFRESH_TOKEN_REVOKED);
        }
        if now >= clock::after(grant.logged_in_at, settings.grant_lifetime) {
            return Err(OAuthError::REFRESH_TOKEN_EXPIRED);
        }

        let scope = grant.scope.clone();
        let rotates = match settings.rotation {
            Rotation::On => true,
            Rotation::Off => false,
            Rotation::PkceOnly => grant.uses_pkce,
        };
        let rotated = rotates.then(|| {
            self.refresh_tokens.remove(refresh_token);
            self.spent_refresh_tokens
                .insert(refresh_token.to_owned(), id);
            self.issue_refresh_token(id)
        });
        Ok(Issued {
            refresh_token: rotated,
            scope: Some(scope),
            ..self.issue_access_token(Some(id), now, settings)
        })
    }

    /// A token of the application's own.
    pub fn issue_client_token(&mut self, now: Moment, settings: &Settings) -> Issued {
        self.issue_access_token(None, now, settings)
    }

    /// Whether an access token opens the Web API.
    pub fn check_access(&self, access_token: &str, now: Moment) -> Result<(), AccessDenied> {
        let token = self
            .access_tokens
            .get(access_token)
            .ok_or(AccessDenied::Unknown)?;
        let grant = token.grant.and_then(|id| self.grants.get(&id));
        if grant.is_some_and(|grant| grant.is_revoked) {
            Err(AccessDenied::Unknown)
        } else if now >= token.expires_at {
            Err(AccessDenied::Expired {
                milliseconds_ago: now - token.expires_at,
            })
        } else {
            Ok(())
        }
    }

    /// Revokes the grant of a refresh token, spent or not, and says whether there is one.
    pub fn revoke(&mut self, refresh_token: &str) -> bool {
        let grant = self
            .find_refresh_token(refresh_token)
            .and_then(|(id, _)| self.grants.get_mut(&id));
        match grant {
            Some(grant) => {
                grant.is_revoked = true;
                true
            }
            None => false,
        }
    }

    /// Revokes every grant.
    pub fn revoke_all(&mut self) {
        for grant in self.grants.values_mut() {
            grant.is_revoked = true;
        }
    }

    /// The grant of a refresh token, and whether the token is spent.
    fn find_refresh_token(&self, refresh_token: &str) -> Option<(GrantId, bool)> {
        let live = self.refresh_tokens.get(refresh_token);
        let spent = || self.spent_refresh_tokens.get(refresh_token);
        live.map(|id| (*id, false))
            .or_else(|| spent().map(|id| (*id, true)))
    }

    fn issue_refresh_token(&mut self, grant: GrantId) -> String {
        let refresh_token = random::refresh_token_or_code();
        self.refresh_tokens.insert(refresh_token.clone(), grant);
        refresh_token
    }

    fn issue_access_token(
        &mut self,
        grant: Option<GrantId>,
        now: Moment,
        settings: &Settings,
    ) -> Issued {
        let access_token = random::access_token();
        let expires_at = clock::after(now, settings.expires_in);
        self.access_tokens
            .insert(access_token.clone(), AccessToken { grant, expires_at });
        Issued {
            access_token,
            token_type: "Bearer",
            expires_in: settings.expires_in,
            refresh_token: None,
            scope: None,
        }
    }
}
