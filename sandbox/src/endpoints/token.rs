//! `/api/token`: codes, refresh tokens and client credentials become access tokens.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::client_authentication::authenticate;
use crate::form::{self, Form};
use crate::grants::Issued;
use crate::oauth_error::OAuthError;
use crate::service::Service;

/// Answers a token request, after the delay that is set.
pub async fn token(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = issue(&service, &headers, &body);
    let delay_ms = service.state().settings.token_delay_ms;
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    ([(header::CACHE_CONTROL, "no-store")], answer.map(Json)).into_response()
}

fn issue(service: &Service, headers: &HeaderMap, body: &[u8]) -> Result<Issued, OAuthError> {
    if !form::is_form(headers) {
        return Err(OAuthError::NOT_A_FORM);
    }
    let form = Form::parse(body);
    if let Some(name) = form.repeated() {
        return Err(OAuthError::invalid_request(format!(
            "{name} must be supplied once"
        )));
    }
    let required = |name| form.get(name).ok_or_else(|| OAuthError::missing(name));

    match form.get("grant_type") {
        Some("authorization_code") => {
            let caller = authenticate(service, headers, &form)?;
            let code = required("code")?;
            let redirect_uri = required("redirect_uri")?;
            let verifier = form.get("code_verifier");
            let state = &mut *service.state();
            let now = state.now();
            state
                .grants
                .redeem_code(caller, code, redirect_uri, verifier, now, &state.settings)
        }
        Some("refresh_token") => {
            let caller = authenticate(service, headers, &form)?;
            let refresh_token = required("refresh_token")?;
            let state = &mut *service.state();
            let now = state.now();
            state
                .grants
                .refresh(caller, refresh_token, now, &state.settings)
        }
        Some("client_credentials") => {
            let caller = authenticate(service, headers, &form)?;
            if !caller.has_secret {
                return Err(OAuthError::INVALID_CLIENT_SECRET);
            }
            let state = &mut *service.state();
            let now = state.now();
            Ok(state.grants.issue_client_token(now, &state.settings))
        }
        Some(other) => Err(OAuthError::unsupported_grant_type(other)),
        None => Err(OAuthError::GRANT_TYPE_MISSING),
    }
}
