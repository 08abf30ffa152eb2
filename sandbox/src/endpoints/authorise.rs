//! `/authorize`: the user is asked, and sent back with the answer.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};

use crate::authorisation::{AuthorisationRequest, Refusal};
use crate::consent_page;
use crate::form::Form;
use crate::service::Service;

/// Shows the consent page, or decides at once if it was told to.
pub async fn show(State(service): State<Arc<Service>>, uri: Uri) -> Response {
    let form = Form::of_query(&uri);
    let request = match AuthorisationRequest::of(&service, &form) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(),
    };
    match form.get("sandbox_auto") {
        Some("approve") => agree(&service, &request),
        Some("deny") => redirect(&request.denied()),
        Some(_) => bad_request("sandbox_auto must be approve or deny"),
        None if service.state().settings.auto_approve => agree(&service, &request),
        None => {
            let page = consent_page::render(&request, &form);
            ([(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
        }
    }
}

/// Takes the user's decision. The page hands every parameter of the request on, and they are checked again: so there is
/// nothing to remember between the two.
pub async fn decide(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    let request = match AuthorisationRequest::of(&service, &form) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(),
    };
    match form.get("decision") {
        Some("agree") => agree(&service, &request),
        Some("cancel") => redirect(&request.denied()),
        _ => bad_request("decision must be agree or cancel"),
    }
}

fn agree(service: &Service, request: &AuthorisationRequest) -> Response {
    let state = &mut *service.state();
    let now = state.now();
    let code = state
        .grants
        .issue_code(request.authorisation(), now, &state.settings);
    redirect(&request.agreed(&code))
}

fn redirect(location: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

fn bad_request(message: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, message).into_response()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Page(message) => bad_request(message),
            Self::Redirect(location) => redirect(&location),
        }
    }
}
