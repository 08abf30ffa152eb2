//! Finds the body in what comes from the service.

use httparse::{Status, parse_chunk_size};

use crate::wiped_buffer::WipedBuffer;

use super::head::{Framing, NotHttp};

/// How far the body was read.
pub(super) struct Body {
    state: State,
}

enum State {
    /// So many bytes are left, of the body or of its chunk.
    Data {
        left: u64,
        chunked: bool,
    },
    UntilClose,
    ChunkSize,
    /// The end of the line behind a chunk.
    ChunkEnd,
    /// Behind the last chunk, where lines may stand before the empty one.
    Trailer,
    Ended,
}

impl Body {
    pub(super) fn new(framing: Framing) -> Body {
        let state = match framing {
            Framing::Length(left) => State::Data {
                left,
                chunked: false,
            },
            Framing::Chunked => State::ChunkSize,
            Framing::UntilClose => State::UntilClose,
        };
        Body { state }
    }

    /// Moves what is there of the body from `input`; true once the body has ended.
    pub(super) fn take(
        &mut self,
        input: &mut WipedBuffer,
        body: &mut WipedBuffer,
    ) -> Result<bool, NotHttp> {
        loop {
            let received = input.filled();
            let (used, next) = match self.state {
                State::Ended => return Ok(true),
                State::Data {
                    left: 0,
                    chunked: false,
                } => (0, State::Ended),
                State::Data {
                    left: 0,
                    chunked: true,
                } => (0, State::ChunkEnd),
                _ if received.is_empty() => return Ok(false),
                State::UntilClose => {
                    body.push(received);
                    (received.len(), State::UntilClose)
                }
                State::Data { left, chunked } => {
                    let here = received
                        .len()
                        .min(usize::try_from(left).unwrap_or(usize::MAX));
                    body.push(&received[..here]);
                    let left = left - here as u64;
                    (here, State::Data { left, chunked })
                }
                // `httparse` takes a line without a number for the last chunk.
                State::ChunkSize if !received[0].is_ascii_hexdigit() => return Err(NotHttp),
                State::ChunkSize => match parse_chunk_size(received).map_err(|_| NotHttp)? {
                    Status::Partial => return Ok(false),
                    Status::Complete((used, 0)) => (used, State::Trailer),
                    Status::Complete((used, left)) => (
                        used,
                        State::Data {
                            left,
                            chunked: true,
                        },
                    ),
                },
                State::ChunkEnd => match received {
                    [b'\r', b'\n', ..] => (2, State::ChunkSize),
                    b"\r" => return Ok(false),
                    _ => return Err(NotHttp),
                },
                State::Trailer => match received.iter().position(|b| *b == b'\n') {
                    None => return Ok(false),
                    Some(end) if received[..end].trim_ascii().is_empty() => (end + 1, State::Ended),
                    Some(end) => (end + 1, State::Trailer),
                },
            };
            input.consume(used);
            self.state = next;
        }
    }

    /// Whether it is whole where the connection ends here. Some services leave out the empty line behind the last chunk.
    pub(super) fn may_end_here(&self) -> bool {
        matches!(
            self.state,
            State::UntilClose | State::Trailer | State::Ended
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read where it comes byte by byte; none where it is no HTTP or has no end.
    fn read(framing: Framing, received: &[u8]) -> Option<(String, usize)> {
        let mut state = Body::new(framing);
        let (mut input, mut body) = (WipedBuffer::with_capacity(1), WipedBuffer::with_capacity(1));
        for byte in received {
            input.push(&[*byte]);
            state.take(&mut input, &mut body).ok()?;
        }
        let text = String::from_utf8(body.filled().to_vec()).unwrap();
        state.may_end_here().then_some((text, input.filled().len()))
    }

    fn whole(text: &str, behind: usize) -> Option<(String, usize)> {
        Some((text.to_owned(), behind))
    }

    #[test]
    fn a_body_ends_where_its_head_said() {
        assert_eq!(read(Framing::Length(2), b"{}+"), whole("{}", 1));
        assert_eq!(read(Framing::Length(3), b"{}"), None);
        assert_eq!(read(Framing::UntilClose, b"{}"), whole("{}", 0));
    }

    #[test]
    fn chunks_are_put_together() {
        let chunks = b"1;name=value\r\n{\r\nA\r\n0123456789\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n+";
        assert_eq!(read(Framing::Chunked, chunks), whole("{0123456789}", 1));
        assert_eq!(read(Framing::Chunked, b"1\r\n{\r\n0\r\n"), whole("{", 0));
    }

    #[test]
    fn chunks_that_do_not_fit_are_no_http() {
        for chunks in [
            "1\r\n{}\r\n0\r\n\r\n",
            "x\r\n",
            "-1\r\n",
            "1\r\n{\r\n\r\n\r\n",
            "1\r\n{\r\n;name=value\r\n\r\n",
            "1\r\n{\r\n \r\n\r\n",
            "1\r\n{",
            "1\r\n{\r\n",
        ] {
            assert_eq!(read(Framing::Chunked, chunks.as_bytes()), None, "{chunks}");
        }
    }
}
