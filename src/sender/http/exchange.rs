//! One request and its answer, over a connection that stands.

use std::io::{Read, Write};

use crate::error::{Error, Status};
use crate::request::HttpRequest;
use crate::response::{HttpResponse, MAX_BODY_BYTES};
use crate::wiped_buffer::WipedBuffer;

use super::MAX_HEAD_BYTES;
use super::body::Body;
use super::failure::{lost, not_http};
use super::head::{Head, NotHttp};
use super::stream::Stream;
use super::target::Target;

/// More than a usual answer has, so that reading one never moves it.
const USUAL_ANSWER_BYTES: usize = 4 * 1024;

/// The most that is read of an answer altogether: a whole body in chunks of one byte, and what comes before and behind it.
const MAX_ANSWER_BYTES: usize = 8 * MAX_BODY_BYTES;

/// What stands in a head beside the URL and the headers of the request.
const MORE_HEAD_BYTES: usize = 256;

/// A request the way it goes out.
pub(super) struct Outgoing {
    /// Head and body, so that they go out in one write: two would wake the service twice, and fill two packets or TLS
    /// records.
    bytes: WipedBuffer,
}

/// An answer, read as far as is needed.
pub(super) struct Answer {
    pub(super) response: HttpResponse,
    /// Whether the connection can carry another request.
    pub(super) can_be_kept: bool,
}

impl Outgoing {
    pub(super) fn new(
        request: &HttpRequest,
        target: &Target,
        user_agent: &str,
    ) -> Result<Outgoing, Error> {
        let (host, path) = (target.authority, target.path);
        let is_fit = [host, path].into_iter().all(is_visible)
            && request
                .headers()
                .all(|(name, value)| is_visible(name) && is_printable(value))
            && is_printable(user_agent);
        if !is_fit {
            let problem = "the request has what HTTP cannot carry";
            return Err(Error::invalid_argument(problem));
        }
        let body = request.body();
        let headers: usize = request
            .headers()
            .map(|(name, value)| name.len() + value.len() + ": \r\n".len())
            .sum();
        let head = MORE_HEAD_BYTES + host.len() + path.len() + user_agent.len() + headers;
        let mut bytes = WipedBuffer::with_capacity(head + body.len());
        let mut push = |parts: &[&str]| {
            for part in parts {
                bytes.push(part.as_bytes());
            }
        };
        let slash = if path.starts_with('/') { "" } else { "/" };
        push(&[
            request.method(),
            " ",
            slash,
            path,
            " HTTP/1.1\r\nHost: ",
            host,
            "\r\n",
        ]);
        if !user_agent.is_empty() {
            push(&["User-Agent: ", user_agent, "\r\n"]);
        }
        for (name, value) in request.headers() {
            push(&[name, ": ", value, "\r\n"]);
        }
        push(&[
            "Content-Length: ",
            &body.len().to_string(),
            "\r\n\r\n",
            body,
        ]);
        Ok(Outgoing { bytes })
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
            read: 0,
        };
        let head = input.read_head()?;
        let mut body = WipedBuffer::with_capacity(USUAL_ANSWER_BYTES);
        let has_ended = input.read_body(&head, &mut body)?;
        Ok(Answer {
            response: response(&head, body.filled()),
            can_be_kept: has_ended && head.keeps_connection() && input.bytes.filled().is_empty(),
        })
    }
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|b| b >= b' ' && b != 0x7f)
}

/// What comes from the service.
struct Input<'a> {
    stream: &'a mut Stream,
    /// What was read and not looked at yet.
    bytes: WipedBuffer,
    /// How much was read altogether.
    read: usize,
}

impl Input<'_> {
    /// The head of the answer itself; others may come before, which say that it will.
    fn read_head(&mut self) -> Result<Head, Error> {
        loop {
            match Head::parse(self.bytes.filled()) {
                Err(NotHttp) => return Err(not_http()),
                Ok(Some((used, head))) => {
                    self.bytes.consume(used);
                    if !head.is_informational() {
                        return Ok(head);
                    }
                }
                Ok(None) if self.read_more()? => {}
                Ok(None) => return Err(ended()),
            }
        }
    }

    /// Says whether the body has ended while the connection stands.
    fn read_body(&mut self, head: &Head, body: &mut WipedBuffer) -> Result<bool, Error> {
        let mut state = Body::new(head.framing().map_err(|_| not_http())?);
        loop {
            let has_ended = state.take(&mut self.bytes, body).map_err(|_| not_http())?;
            if body.filled().len() > MAX_BODY_BYTES {
                return Ok(false);
            }
            if has_ended {
                return Ok(true);
            }
            if !self.read_more()? {
                return match state.may_end_here() {
                    true => Ok(false),
                    false => Err(ended()),
                };
            }
        }
    }

    /// Says whether anything came before the connection ended.
    fn read_more(&mut self) -> Result<bool, Error> {
        if self.bytes.filled().len() > MAX_HEAD_BYTES || self.read > MAX_ANSWER_BYTES {
            return Err(not_http());
        }
        let read = self.stream.read(self.bytes.spare()).map_err(lost)?;
        self.bytes.advance(read);
        self.read += read;
        Ok(read > 0)
    }
}

fn ended() -> Error {
    Error::new(
        Status::Transport,
        "the connection failed: it ended before the answer did",
    )
}

fn response(head: &Head, body: &[u8]) -> HttpResponse {
    let mut response = HttpResponse::new(head.status, body);
    for (name, value) in &head.headers {
        response.add_header(name, value);
    }
    response
}
