//! A single endpoint of the Web API, to see whether an access token really opens it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::grants::AccessDenied;
use crate::service::Service;

/// For tests that have to tell a token that had expired before it was used from one that expired on the way.
const EXPIRED_MS_AGO: &str = "sandbox-expired-ms-ago";

/// The profile of the sandbox's only user.
pub async fn me(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let Some(access_token) = bearer_token(&headers) else {
        return unauthorised("No token provided");
    };
    let state = service.state();
    match state.grants.check_access(access_token, state.now()) {
        Ok(()) => {
            Json(json!({"id": "sandbox-user", "display_name": "Sandbox User"})).into_response()
        }
        Err(AccessDenied::Expired { milliseconds_ago }) => {
            let mut response = unauthorised("The access token expired");
            let headers = response.headers_mut();
            headers.insert(EXPIRED_MS_AGO, milliseconds_ago.into());
            response
        }
        Err(AccessDenied::Unknown) => unauthorised("Invalid access token"),
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn unauthorised(message: &str) -> Response {
    let body = json!({"error": {"status": 401, "message": message}});
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}
