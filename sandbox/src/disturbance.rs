//! What a fault does to a request.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value};
use tokio::time::sleep;

use crate::endpoints::process;
use crate::fault::FaultKind;
use crate::fault_queue::Happening;
use crate::faulty_body;

/// There will be no answer: the connection is to be closed.
#[derive(Debug)]
pub struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("closed on purpose")
    }
}

impl std::error::Error for HangUp {}

const JSON: (HeaderName, HeaderValue) = (
    header::CONTENT_TYPE,
    HeaderValue::from_static("application/json"),
);

/// Answers a request as the fault has it.
pub async fn disturb(
    fault: Happening,
    router: Router,
    request: Request<Body>,
) -> Result<Response<Body>, HangUp> {
    let delay = Duration::from_millis(fault.delay_ms);
    let answer = match fault.kind {
        FaultKind::Respond {
            status,
            headers,
            body,
        } => Ok(made_up(status, &headers, body)),
        FaultKind::Edit { set, remove } => {
            let response = process(router, request).await;
            Ok(edit(response, set, &remove).await)
        }
        FaultKind::Delay => {
            sleep(delay).await;
            return Ok(process(router, request).await);
        }
        FaultKind::Close => Err(HangUp),
        FaultKind::CloseAfter => {
            process(router, request).await;
            Err(HangUp)
        }
        FaultKind::Half { body: Some(body) } => {
            let response = ([JSON], body).into_response();
            Ok(cut(response).await)
        }
        FaultKind::Half { body: None } => {
            let response = process(router, request).await;
            Ok(cut(response).await)
        }
        FaultKind::Drip { drip_ms } => {
            let response = process(router, request).await;
            Ok(slow_down(response, Duration::from_millis(drip_ms)).await)
        }
        FaultKind::Oversize { bytes } => {
            let (body, size) = faulty_body::oversize(bytes);
            let headers = [JSON, (header::CONTENT_LENGTH, HeaderValue::from(size))];
            Ok((headers, body).into_response())
        }
    };
    sleep(delay).await;
    answer
}

fn made_up(status: u16, headers: &BTreeMap<String, String>, body: String) -> Response<Body> {
    let mut response = body.into_response();
    *response.status_mut() =
        StatusCode::from_u16(status).expect("checked when the fault was added");
    for (name, value) in headers {
        let name = HeaderName::try_from(name).expect("checked when the fault was added");
        let value = HeaderValue::try_from(value).expect("checked when the fault was added");
        response.headers_mut().insert(name, value);
    }
    response
}

/// Changes members of a successful JSON answer; any other answer stays as it is.
async fn edit(
    response: Response<Body>,
    set: Map<String, Value>,
    remove: &[String],
) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let body = whole(body).await;
    let edited = match serde_json::from_slice(&body) {
        Ok(Value::Object(mut members)) if parts.status.is_success() => {
            members.retain(|name, _| !remove.contains(name));
            members.extend(set);
            Bytes::from(Value::Object(members).to_string())
        }
        _ => body,
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, edited.into())
}

/// Announces the whole body and sends half of it.
async fn cut(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let body = whole(body).await;
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(parts, faulty_body::half(&body))
}

async fn slow_down(response: Response<Body>, pause: Duration) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let body = whole(body).await;
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, faulty_body::drip(body, pause))
}

async fn whole(body: Body) -> Bytes {
    to_bytes(body, usize::MAX)
        .await
        .expect("the sandbox's own answers are in memory")
}
