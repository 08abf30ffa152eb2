//! An expiring access token.

use std::fmt;
use std::sync::Arc;

use crate::clock::{Clock, Moment, TIME_NEVER, TIME_UNKNOWN};
use crate::error::Result;
use crate::scope::ScopeSet;
use crate::secret::Secret;
use crate::text::Text;
use crate::token_json;

/// A token with less than this left is about to expire.
const EXPIRING_MS: i64 = 60_000;

/// Six months at their shortest, in seconds: a grant is never announced to live longer than it does.
const GRANT_LIFETIME: i64 = 181 * 24 * 60 * 60;

/// An access token of the program or of a user, as it was at one time. Immutable, cheap to clone.
#[derive(Clone)]
pub struct Token {
    contents: Arc<Contents>,
}

#[derive(Clone)]
pub(crate) struct Contents {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) token_type: Text,
    pub(crate) scopes: ScopeSet,
    pub(crate) uses_pkce: bool,
    pub(crate) client_id: Option<Text>,
    /// In Unix seconds, or `TIME_UNKNOWN`.
    pub(crate) authorised_at: i64,
    /// In seconds, as the service gave it.
    pub(crate) lifetime: i64,
    /// When the request was sent that gave this token, or when it was read from JSON.
    pub(crate) stamp: Moment,
    pub(crate) expires_at_ms: i64,
    /// Members of the JSON that clef does not know: `,"name":value` each.
    pub(crate) unknown_members: Secret,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Token {
    pub(crate) fn new(contents: Contents) -> Token {
        Token {
            contents: Arc::new(contents),
        }
    }

    /// Reads a token response or a token that [`Token::to_json`] saved. `uses_pkce` is for JSON that does not say it
    /// itself.
    pub fn from_json(json: &str, uses_pkce: bool) -> Result<Token> {
        token_json::read(json, uses_pkce, Arc::new(crate::clock::SystemClock))
    }

    /// [`Token::from_json`] with a clock of your own.
    pub fn from_json_with_clock(
        json: &str,
        uses_pkce: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<Token> {
        token_json::read(json, uses_pkce, clock)
    }

    /// The JSON to save. It has the tokens in it.
    pub fn to_json(&self) -> Secret {
        token_json::write(&self.contents)
    }

    /// The access token, for the `Authorization: Bearer` header.
    pub fn access_token(&self) -> &Secret {
        &self.contents.access_token
    }

    /// The refresh token; none for a client token.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.contents.refresh_token.as_ref()
    }

    /// How the token is used, as the service said it: `Bearer`.
    pub fn token_type(&self) -> &str {
        self.contents.token_type.as_str()
    }

    /// What the user allowed; empty for a client token.
    pub fn scopes(&self) -> &ScopeSet {
        &self.contents.scopes
    }

    /// What of `wanted` the user has not allowed: to ask for by another login, of the union, where it is not empty.
    pub fn missing_scopes(&self, wanted: &ScopeSet) -> ScopeSet {
        wanted.difference(self.scopes())
    }

    /// Whether the grant was made with PKCE.
    pub fn uses_pkce(&self) -> bool {
        self.contents.uses_pkce
    }

    /// The client id that the token belongs to, where that is known.
    pub fn client_id(&self) -> Option<&str> {
        self.contents.client_id.as_ref().map(Text::as_str)
    }

    /// When the token expires, in Unix seconds.
    pub fn expires_at(&self) -> i64 {
        self.contents.expires_at_ms.div_euclid(1000)
    }

    /// In how many seconds the token expires; negative when it has.
    pub fn expires_in(&self) -> i64 {
        let left = self.milliseconds_left(self.contents.clock.now());
        left.div_euclid(1000) + i64::from(left.rem_euclid(1000) > 0)
    }

    /// Whether the token has less than 60 seconds left.
    pub fn is_expiring(&self) -> bool {
        self.is_expiring_at(self.contents.clock.now())
    }

    pub(crate) fn is_expiring_at(&self, now: Moment) -> bool {
        self.milliseconds_left(now) < EXPIRING_MS
    }

    pub(crate) fn has_expired_at(&self, now: Moment) -> bool {
        self.milliseconds_left(now) <= 0
    }

    pub(crate) fn lifetime_ms(&self) -> i64 {
        self.contents.lifetime.saturating_mul(1000)
    }

    pub(crate) fn milliseconds_left(&self, now: Moment) -> i64 {
        let seen = now.unix_ms_seen_from(self.contents.stamp);
        self.contents.expires_at_ms.saturating_sub(seen)
    }

    /// When the user logged in, in Unix seconds; [`TIME_UNKNOWN`] where that is not known.
    pub fn authorised_at(&self) -> i64 {
        self.contents.authorised_at
    }

    /// The same token with another time of login.
    pub fn with_authorised_at(&self, authorised_at: i64) -> Token {
        Token::new(Contents {
            authorised_at,
            ..Contents::clone(&self.contents)
        })
    }

    /// About when the grant ends and the user has to log in again, in Unix seconds: six months after the login, however
    /// often the token was refreshed. [`TIME_UNKNOWN`] where the login is not known, [`TIME_NEVER`] for a client token.
    pub fn grant_expires_at(&self) -> i64 {
        if self.is_client_token() {
            TIME_NEVER
        } else if self.contents.authorised_at == TIME_UNKNOWN {
            TIME_UNKNOWN
        } else {
            self.contents.authorised_at.saturating_add(GRANT_LIFETIME)
        }
    }

    /// Whether it is the same, and not one that only shares the access token.
    pub(crate) fn is_same(&self, other: &Token) -> bool {
        self.access_token() == other.access_token() && self.refresh_token() == other.refresh_token()
    }

    /// A token without refresh token and scopes is the program's own: another is had without a user.
    pub(crate) fn is_client_token(&self) -> bool {
        self.contents.refresh_token.is_none()
            && self.contents.scopes.is_empty()
            && !self.contents.uses_pkce
    }

    pub(crate) fn texts(&self) -> &Contents {
        &self.contents
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("access_token", &self.contents.access_token)
            .field("refresh_token", &self.contents.refresh_token)
            .field("scopes", &self.contents.scopes)
            .field("expires_at", &self.expires_at())
            .field("uses_pkce", &self.contents.uses_pkce)
            .finish_non_exhaustive()
    }
}
