//! One request and its answer, over a connection that stands.

use std::io::{Read, Write};

use bytes::Bytes;
use ureq_proto::client::state::{RecvBody, RecvResponse, SendRequest};
use ureq_proto::client::{Call, RecvBodyResult, RecvResponseResult, SendRequestResult};
use ureq_proto::http::header::{CONTENT_LENGTH, USER_AGENT};
use ureq_proto::http::{HeaderName, HeaderValue, Request, Response};
use ureq_proto::{BodyMode, Error as ProtocolError};

use crate::error::{Error, Status};
use crate::request::HttpRequest;
use crate::response::{HttpResponse, MAX_BODY_BYTES};
use crate::secret::Secret;

use super::MAX_HEAD_BYTES;
use super::failure::{lost, not_http};
use super::stream::Stream;
use crate::wiped_buffer::WipedBuffer;

/// More than a usual answer has, so that reading one never moves it.
const USUAL_ANSWER_BYTES: usize = 4 * 1024;

/// What stands in a head beside the URL and the headers of the request.
const MORE_HEAD_BYTES: usize = 256;

/// A request the way it goes out.
pub(super) struct Outgoing {
    /// Head and body, so that they go out in one write: two would wake the service twice, and fill two packets or TLS
    /// records.
    bytes: WipedBuffer,
    call: Call<RecvResponse>,
}

/// An answer, read as far as is needed.
pub(super) struct Answer {
    pub(super) response: HttpResponse,
    /// Whether the connection can carry another request.
    pub(super) can_be_kept: bool,
}

impl Outgoing {
    pub(super) fn new(request: &HttpRequest, user_agent: &str) -> Result<Outgoing, Error> {
        let unfit = || Error::invalid_argument("the request has what HTTP cannot carry");
        let call = prepare(request, user_agent).ok_or_else(unfit)?;
        write_out(call, request, user_agent).ok_or_else(unfit)
    }

    /// Sends it and reads its answer.
    pub(super) fn exchange(self, stream: &mut Stream) -> Result<Answer, Error> {
        stream
            .write_all(self.bytes.filled())
            .and_then(|()| stream.flush())
            .map_err(lost)?;
        drop(self.bytes);
        let mut input = Input {
            stream,
            bytes: WipedBuffer::with_capacity(USUAL_ANSWER_BYTES),
        };
        let mut call = self.call;
        let head = input.read_head(&mut call)?;
        let mut body = WipedBuffer::with_capacity(USUAL_ANSWER_BYTES);
        let can_be_kept = match call.proceed() {
            Some(RecvResponseResult::RecvBody(call)) => input.read_body(call, &mut body)?,
            Some(RecvResponseResult::Redirect(call)) => !call.must_close_connection(),
            Some(RecvResponseResult::Cleanup(call)) => !call.must_close_connection(),
            None => false,
        };
        Ok(Answer {
            response: response(&head, body.filled()),
            can_be_kept: can_be_kept && input.bytes.filled().is_empty(),
        })
    }
}

fn prepare(request: &HttpRequest, user_agent: &str) -> Option<Call<SendRequest>> {
    let mut outgoing = Request::post(request.url()).body(()).ok()?;
    let headers = outgoing.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body().len()));
    if !user_agent.is_empty() {
        headers.insert(USER_AGENT, HeaderValue::from_str(user_agent).ok()?);
    }
    for header in &request.parts().headers {
        let name = HeaderName::from_bytes(header.name.as_str().as_bytes()).ok()?;
        headers.append(name, secret_value(header.value.clone())?);
    }
    Some(Call::new(outgoing).ok()?.proceed())
}

/// A header's value that is wiped with its last copy, and that no `Debug` shows.
fn secret_value(secret: Secret) -> Option<HeaderValue> {
    struct Owner(Secret);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            self.0.expose().as_bytes()
        }
    }
    let bytes = Bytes::from_owner(Owner(secret));
    let mut value = HeaderValue::from_maybe_shared(bytes).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn write_out(
    mut call: Call<SendRequest>,
    request: &HttpRequest,
    user_agent: &str,
) -> Option<Outgoing> {
    let body = request.body().as_bytes();
    let headers: usize = request
        .headers()
        .map(|(name, value)| name.len() + value.len() + ": \r\n".len())
        .sum();
    // The host stands in the URL, and once more in a header.
    let head = MORE_HEAD_BYTES + 2 * request.url().len() + user_agent.len() + headers;
    let mut bytes = WipedBuffer::with_capacity(head + body.len());
    let written = call.write(bytes.spare()).ok()?;
    bytes.advance(written);
    let call = match call.proceed().ok()?? {
        SendRequestResult::SendBody(mut call) => {
            let (_, written) = call.write(body, bytes.spare()).ok()?;
            bytes.advance(written);
            call.proceed()?
        }
        SendRequestResult::RecvResponse(call) => call,
        SendRequestResult::Await100(_) => return None,
    };
    Some(Outgoing { bytes, call })
}

/// What comes from the service.
struct Input<'a> {
    stream: &'a mut Stream,
    /// What was read and not looked at yet.
    bytes: WipedBuffer,
}

impl Input<'_> {
    fn read_head(&mut self, call: &mut Call<RecvResponse>) -> Result<Response<()>, Error> {
        loop {
            let (used, head) = call
                .try_response(self.bytes.filled(), false)
                .map_err(|_: ProtocolError| not_http())?;
            self.bytes.consume(used);
            match head {
                Some(head) => return Ok(head),
                // It was one that says that another one follows.
                None if used > 0 => {}
                None if !self.read_more()? => return Err(ended()),
                None => {}
            }
        }
    }

    /// Says whether the connection can be kept.
    fn read_body(
        &mut self,
        mut call: Call<RecvBody>,
        body: &mut WipedBuffer,
    ) -> Result<bool, Error> {
        let ends_with_connection = call.body_mode() == BodyMode::CloseDelimited;
        loop {
            let (used, written) = call
                .read(self.bytes.filled(), body.spare())
                .map_err(|_: ProtocolError| not_http())?;
            self.bytes.consume(used);
            body.advance(written);
            if body.filled().len() > MAX_BODY_BYTES {
                return Ok(false);
            }
            if call.can_proceed() && !ends_with_connection {
                return Ok(match call.proceed() {
                    Some(RecvBodyResult::Redirect(call)) => !call.must_close_connection(),
                    Some(RecvBodyResult::Cleanup(call)) => !call.must_close_connection(),
                    None => false,
                });
            }
            if used == 0 && written == 0 && !self.read_more()? {
                // Some services leave out the empty line behind the last chunk.
                return match ends_with_connection || call.is_ended_chunked() {
                    true => Ok(false),
                    false => Err(ended()),
                };
            }
        }
    }

    /// Says whether anything came before the connection ended.
    fn read_more(&mut self) -> Result<bool, Error> {
        if self.bytes.filled().len() > MAX_HEAD_BYTES {
            return Err(not_http());
        }
        let read = self.stream.read(self.bytes.spare()).map_err(lost)?;
        self.bytes.advance(read);
        Ok(read > 0)
    }
}

fn ended() -> Error {
    Error::new(
        Status::Transport,
        "the connection failed: it ended before the answer did",
    )
}

fn response(head: &Response<()>, body: &[u8]) -> HttpResponse {
    let mut response = HttpResponse::new(head.status().as_u16(), body);
    for (name, value) in head.headers() {
        if let Ok(value) = value.to_str() {
            response.add_header(name.as_str(), value);
        }
    }
    response
}
