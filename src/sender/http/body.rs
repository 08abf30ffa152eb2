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

    /// What is read, how much is left behind it, and whether its end was seen; none where more has to come.
    type Outcome = Result<Option<(String, usize, bool)>, NotHttp>;

    /// However it is cut into pieces, the outcome has to be the same.
    #[track_caller]
    fn read(framing: Framing, received: &[u8]) -> Outcome {
        let outcome = read_in_pieces(framing, received, 1);
        for size in 2..=received.len() {
            let other = read_in_pieces(framing, received, size);
            assert_eq!(other, outcome, "in pieces of {size}");
        }
        outcome
    }

    fn read_in_pieces(framing: Framing, received: &[u8], size: usize) -> Outcome {
        let mut state = Body::new(framing);
        let (mut input, mut body) = (WipedBuffer::with_capacity(1), WipedBuffer::with_capacity(1));
        let mut has_ended = false;
        for piece in received.chunks(size) {
            input.push(piece);
            has_ended = state.take(&mut input, &mut body)?;
        }
        let text = String::from_utf8(body.filled().to_vec()).unwrap();
        let outcome = (text, input.filled().len(), has_ended);
        Ok(state.may_end_here().then_some(outcome))
    }

    fn ended(text: &str, behind: usize) -> Outcome {
        Ok(Some((text.to_owned(), behind, true)))
    }

    fn may_go_on(text: &str) -> Outcome {
        Ok(Some((text.to_owned(), 0, false)))
    }

    #[test]
    fn a_body_ends_where_its_head_said() {
        assert_eq!(read(Framing::Length(0), b"+"), ended("", 1));
        assert_eq!(read(Framing::Length(2), b"{}+"), ended("{}", 1));
        assert_eq!(read(Framing::Length(3), b"{}"), Ok(None));
        assert_eq!(read(Framing::Length(u64::MAX), b"{}"), Ok(None));
        assert_eq!(read(Framing::UntilClose, b"{}"), may_go_on("{}"));
    }

    #[test]
    fn chunks_are_put_together() {
        let chunks = b"1;name=value\r\n{\r\nA\r\n0123456789\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n+";
        assert_eq!(read(Framing::Chunked, chunks), ended("{0123456789}", 1));
        assert_eq!(read(Framing::Chunked, b"1\r\n{\r\n0\r\n"), may_go_on("{"));
    }

    #[test]
    fn chunks_that_do_not_fit_are_no_http() {
        for chunks in [
            "x\r\n",
            "-1\r\n",
            "1x\r\n\r\n",
            "1 1\r\n{",
            "1\n{",
            "00000000000000001\r\n{",
            "\r\n\r\n",
            ";name=value\r\n\r\n",
            " \r\n\r\n",
            "1\r\n{x",
            "1\r\n{}\r\n0\r\n\r\n",
            "1\r\n{0\r\n\r\n",
            "1\r\n{xx0\r\n\r\n",
            "1\r\n{x\n0\r\n\r\n",
            "1\r\n{\rx0\r\n\r\n",
            "1\r\n{\r\n\r\n\r\n",
        ] {
            let outcome = read(Framing::Chunked, chunks.as_bytes());
            assert_eq!(outcome, Err(NotHttp), "{chunks:?}");
        }
    }

    #[test]
    fn chunks_may_not_end_anywhere() {
        for chunks in [
            "",
            "1",
            "1\r\n",
            "1\r\n{",
            "1\r\n{\r\n",
            "FFFFFFFFFFFFFFFF\r\n{",
        ] {
            let outcome = read(Framing::Chunked, chunks.as_bytes());
            assert_eq!(outcome, Ok(None), "{chunks:?}");
        }
    }
}
