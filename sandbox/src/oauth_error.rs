//! The errors of the token endpoint, worded as Spotify words them.

use std::borrow::Cow;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An error answer of RFC 6749, section 5.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OAuthError {
    #[serde(skip)]
    status: StatusCode,
    error: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<Cow<'static, str>>,
}

impl OAuthError {
    pub const INVALID_CLIENT: Self = Self::new("invalid_client", "Invalid client");
    pub const INVALID_CLIENT_SECRET: Self = Self::new("invalid_client", "Invalid client secret");
    pub const INVALID_CODE: Self = Self::new("invalid_grant", "Invalid authorization code");
    pub const CODE_EXPIRED: Self = Self::new("invalid_grant", "Authorization code expired");
    pub const WRONG_REDIRECT_URI: Self = Self::new("invalid_grant", "Invalid redirect URI");
    pub const WRONG_VERIFIER: Self = Self::new("invalid_grant", "code_verifier was incorrect");
    pub const VERIFIER_REQUIRED: Self = Self::new("invalid_request", "code_verifier required");
    pub const INVALID_REFRESH_TOKEN: Self = Self::new("invalid_grant", "Invalid refresh token");
    pub const REFRESH_TOKEN_EXPIRED: Self = Self::new("invalid_grant", "Refresh token expired");
    pub const REFRESH_TOKEN_REVOKED: Self = Self::new("invalid_grant", "Refresh token revoked");
    pub const GRANT_TYPE_MISSING: Self =
        Self::new("unsupported_grant_type", "grant_type parameter is missing");
    pub const NOT_A_FORM: Self = Self {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        error: "invalid_request",
        error_description: Some(Cow::Borrowed(
            "Content-Type must be application/x-www-form-urlencoded",
        )),
    };

    /// Neither a client id nor a secret: Spotify says no more than this.
    pub const NO_CLIENT: Self = Self {
        status: StatusCode::BAD_REQUEST,
        error: "invalid_client",
        error_description: None,
    };

    const fn new(error: &'static str, description: &'static str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            error_description: Some(Cow::Borrowed(description)),
        }
    }

    /// A request that cannot be understood.
    pub fn invalid_request(description: String) -> Self {
        Self {
            error_description: Some(Cow::Owned(description)),
            ..Self::new("invalid_request", "")
        }
    }

    /// A parameter that has to be there is not.
    pub fn missing(parameter: &str) -> Self {
        Self::invalid_request(format!("{parameter} must be supplied"))
    }

    /// A grant type that is not one of the three.
    pub fn unsupported_grant_type(grant_type: &str) -> Self {
        Self {
            error_description: Some(Cow::Owned(format!(
                "grant_type {grant_type} is not supported"
            ))),
            ..Self::new("unsupported_grant_type", "")
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}
