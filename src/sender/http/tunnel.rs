//! The way through an HTTP proxy.

use std::io::{Read, Write};

use crate::error::{Error, Status};

use super::MAX_HEAD_BYTES;
use super::failure;
use super::head::Head;
use super::proxy::Proxy;
use super::socket::Socket;
use super::target::Place;
use crate::wiped_buffer::WipedBuffer;

/// Room for a usual request and its answer.
const USUAL_HEAD_BYTES: usize = 512;

/// Asks the proxy at the other end of `socket` to connect it with `place`.
pub(super) fn open(
    socket: &mut Socket,
    place: &Place,
    proxy: &Proxy,
    user_agent: &str,
) -> Result<(), Error> {
    let request = request(place, proxy, user_agent);
    socket.write_all(request.filled()).map_err(failure::of_io)?;
    let mut answer = WipedBuffer::with_capacity(USUAL_HEAD_BYTES);
    let mut received = 0;
    loop {
        let parsed = Head::parse(answer.filled())
            .map_err(|_| refused("the answer of the proxy is not HTTP"))?;
        if let Some((used, head)) = parsed {
            answer.consume(used);
            match head.status {
                _ if head.is_informational() => continue,
                // The service says nothing before it is spoken to.
                200..300 if answer.filled().is_empty() => return Ok(()),
                200..300 => return Err(refused("the proxy says more than it should")),
                status => return Err(refused(&format!("the proxy answered HTTP {status}"))),
            }
        }
        if received > MAX_HEAD_BYTES {
            return Err(refused("the answer of the proxy is too long"));
        }
        match socket.read(answer.spare()).map_err(failure::of_io)? {
            0 => return Err(refused("the proxy closed the connection")),
            read => {
                answer.advance(read);
                received += read;
            }
        }
    }
}

fn refused(problem: &str) -> Error {
    Error::new(Status::Transport, problem)
}

fn request(place: &Place, proxy: &Proxy, user_agent: &str) -> WipedBuffer {
    let place = place.to_string();
    let mut request = WipedBuffer::with_capacity(USUAL_HEAD_BYTES);
    let mut push = |parts: &[&str]| {
        for part in parts {
            request.push(part.as_bytes());
        }
    };
    push(&["CONNECT ", &place, " HTTP/1.1\r\nHost: ", &place, "\r\n"]);
    if !user_agent.is_empty() {
        push(&["User-Agent: ", user_agent, "\r\n"]);
    }
    if let Some(basic) = proxy.authorization() {
        push(&["Proxy-Authorization: Basic ", basic, "\r\n"]);
    }
    push(&["Proxy-Connection: Keep-Alive\r\n\r\n"]);
    request
}
