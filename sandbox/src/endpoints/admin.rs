//! `/sandbox/…`: a test or a person at a terminal controls the sandbox.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::fault::Fault;
use crate::form::Form;
use crate::request_log::LogEntry;
use crate::service::Service;
use crate::settings::Settings;

pub fn router() -> Router<Arc<Service>> {
    Router::new()
        .route("/settings", get(settings).post(change_settings))
        .route("/clock", post(advance_clock))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/revoke", post(revoke))
        .route("/log", get(log))
        .route("/count", get(count))
        .route("/reset", post(reset))
}

type Shared = State<Arc<Service>>;

async fn settings(State(service): Shared) -> Json<Settings> {
    Json(service.state().settings.clone())
}

async fn change_settings(
    State(service): Shared,
    body: Bytes,
) -> Result<Json<Settings>, AdminError> {
    let changes: Map<String, Value> = parse(&body)?;
    let state = &mut *service.state();
    state.settings = state
        .settings
        .changed_by(changes)
        .map_err(AdminError::bad_request)?;
    Ok(Json(state.settings.clone()))
}

async fn advance_clock(State(service): Shared, body: Bytes) -> Result<Json<Value>, AdminError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Move {
        advance: i64,
    }
    let Move { advance } = parse(&body)?;
    let mut state = service.state();
    state.clock.advance(advance);
    Ok(Json(json!({"now": state.now() / 1000})))
}

async fn faults(State(service): Shared) -> Json<Vec<Fault>> {
    Json(service.state().faults.pending().to_vec())
}

async fn add_fault(State(service): Shared, body: Bytes) -> Result<Json<Vec<Fault>>, AdminError> {
    let fault = parse(&body)?;
    let mut state = service.state();
    state.faults.add(fault);
    Ok(Json(state.faults.pending().to_vec()))
}

async fn clear_faults(State(service): Shared) -> StatusCode {
    service.state().faults.clear();
    StatusCode::NO_CONTENT
}

async fn revoke(State(service): Shared, body: Bytes) -> Result<StatusCode, AdminError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Which {
        refresh_token: Option<String>,
    }
    let Which { refresh_token } = parse(&body)?;
    let grants = &mut service.state().grants;
    match refresh_token {
        None => grants.revoke_all(),
        Some(token) if grants.revoke(&token) => {}
        Some(_) => {
            return Err(AdminError(
                StatusCode::NOT_FOUND,
                "no such refresh token".to_owned(),
            ));
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn log(State(service): Shared) -> Json<Vec<LogEntry>> {
    Json(service.state().log.entries())
}

async fn count(State(service): Shared, uri: Uri) -> Result<Json<impl Serialize>, AdminError> {
    let form = Form::of_query(&uri);
    let path = form
        .get("path")
        .ok_or_else(|| AdminError::bad_request("path must be supplied"))?;
    let count = service.state().log.count(path, form.get("grant_type"));
    Ok(Json(json!({"count": count})))
}

async fn reset(State(service): Shared) -> StatusCode {
    service.reset();
    StatusCode::NO_CONTENT
}

/// Reads a body as JSON whatever its content type, so that a bare `curl -d` will do; no body is `{}`.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AdminError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(AdminError::bad_request)
}

struct AdminError(StatusCode, String);

impl AdminError {
    fn bad_request(message: impl ToString) -> Self {
        Self(StatusCode::BAD_REQUEST, message.to_string())
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}
