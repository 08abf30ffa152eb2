//! What stands between the connection and the endpoints: every request is logged, and some meet a fault.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;

use crate::disturbance::{HangUp, disturb};
use crate::endpoints::{ADMIN_PREFIX, process};
use crate::request_log::LogEntry;
use crate::service::Service;

/// More than any request needs; an administrator may send large bodies for faults.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

/// Answers a request, unless a fault has it otherwise.
pub async fn answer(
    service: Arc<Service>,
    router: Router,
    request: Request<Body>,
) -> Result<Response<Body>, HangUp> {
    let (parts, body) = request.into_parts();
    // Read before anything can close the connection: unread bytes would turn the close into a reset.
    let Ok(body) = to_bytes(body, MAX_REQUEST_BYTES).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };

    if parts.uri.path().starts_with(ADMIN_PREFIX) {
        return Ok(process(router, Request::from_parts(parts, body.into())).await);
    }
    let (entry, fault) = {
        let state = &mut *service.state();
        let at = state.now() / 1000;
        let entry = LogEntry::of(&parts.method, &parts.uri, &parts.headers, &body, at);
        let fault = state.faults.take(&entry.path);
        (state.log.add(entry), fault)
    };

    let request = Request::from_parts(parts, body.into());
    let response = match fault {
        None => process(router, request).await,
        Some(fault) => disturb(fault, router, request).await?,
    };
    service
        .state()
        .log
        .set_status(entry, response.status().as_u16());
    Ok(response)
}
