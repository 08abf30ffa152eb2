//! What the sandbox answers on each path.

mod admin;
mod authorise;
pub mod client_authentication;
mod index;
mod token;
mod web_api;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::{get, post};
use tower::ServiceExt;

use crate::service::Service;

/// Everything below this path controls the sandbox and is neither logged nor disturbed by faults.
pub const ADMIN_PREFIX: &str = "/sandbox/";

/// All endpoints.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/", get(index::index))
        .route("/authorize", get(authorise::show))
        .route("/authorize/decision", post(authorise::decide))
        .route("/api/token", post(token::token))
        .route("/v1/me", get(web_api::me))
        .nest("/sandbox", admin::router())
        .with_state(service)
}

/// Answers one request.
pub async fn process(router: Router, request: Request<Body>) -> Response<Body> {
    let answer: Result<_, Infallible> = router.oneshot(request).await;
    answer.unwrap_or_else(|never| match never {})
}
