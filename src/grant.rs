//! What a token request trades for a token.

use crate::scope::ScopeSet;
use crate::secret::Secret;

/// The grant of a token request, with what its answer is read by.
#[derive(Debug)]
pub(crate) enum Grant {
    /// The program's own credentials (RFC 6749 section 4.4).
    Client,
    /// A code from a login (RFC 6749 section 4.1.3).
    Code { uses_pkce: bool },
    /// A refresh token (RFC 6749 section 6).
    Refresh { uses_pkce: bool, earlier: Earlier },
}

/// What a refreshed token takes over where the answer is silent.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) refresh_token: Secret,
    pub(crate) scopes: ScopeSet,
    pub(crate) authorised_at: i64,
    pub(crate) unknown_members: Secret,
}

impl Grant {
    pub(crate) fn uses_pkce(&self) -> bool {
        match self {
            Grant::Client => false,
            Grant::Code { uses_pkce } | Grant::Refresh { uses_pkce, .. } => *uses_pkce,
        }
    }

    /// Codes and rotating refresh tokens are spent by the first request that reaches the service.
    pub(crate) fn may_repeat(&self) -> bool {
        matches!(self, Grant::Client)
    }

    pub(crate) fn is_code(&self) -> bool {
        matches!(self, Grant::Code { .. })
    }

    pub(crate) fn is_refresh(&self) -> bool {
        matches!(self, Grant::Refresh { .. })
    }
}
