//! The head of an answer, and what it says of the body and the connection (RFC 9112 sections 6 and 9).

use httparse::{EMPTY_HEADER, Response, Status};

/// Services send about twenty.
const MAX_HEADERS: usize = 128;

/// What was received is not the head of an HTTP answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotHttp;

pub(super) struct Head {
    pub(super) status: u16,
    /// All of them: one that cannot be read could say where the body ends.
    pub(super) headers: Vec<(String, String)>,
    is_http_1_1: bool,
}

/// Where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

impl Head {
    /// Reads what was received so far; none where the head is not complete. Else it says how long the head is.
    pub(super) fn parse(received: &[u8]) -> Result<Option<(usize, Head)>, NotHttp> {
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut response = Response::new(&mut headers);
        let Status::Complete(length) = response.parse(received).map_err(|_| NotHttp)? else {
            return Ok(None);
        };
        let head = Head {
            status: response.code.ok_or(NotHttp)?,
            headers: response
                .headers
                .iter()
                .map(|header| {
                    let value = String::from_utf8_lossy(header.value);
                    (header.name.to_owned(), value.into_owned())
                })
                .collect(),
            is_http_1_1: response.version == Some(1),
        };
        Ok(Some((length, head)))
    }

    pub(super) fn is_informational(&self) -> bool {
        matches!(self.status, 100..200)
    }

    /// Where the body of the answer to a `POST` ends.
    pub(super) fn framing(&self) -> Result<Framing, NotHttp> {
        if matches!(self.status, 204 | 304) {
            return Ok(Framing::Length(0));
        }
        let encodings = self.tokens("transfer-encoding");
        if let Some(last) = encodings.filter(|encoding| !encoding.is_empty()).last() {
            return Ok(match last.eq_ignore_ascii_case("chunked") {
                true => Framing::Chunked,
                false => Framing::UntilClose,
            });
        }
        let mut lengths = self.tokens("content-length");
        let Some(length) = lengths.next() else {
            return Ok(Framing::UntilClose);
        };
        let is_number = length.bytes().all(|b| b.is_ascii_digit());
        // Said twice, it has to be the same.
        match length.parse() {
            Ok(number) if is_number && lengths.all(|other| other == length) => {
                Ok(Framing::Length(number))
            }
            _ => Err(NotHttp),
        }
    }

    /// Whether the service lets the connection stand. One that says where the body ends in two ways is not relied on.
    pub(super) fn keeps_connection(&self) -> bool {
        let says_both = self.tokens("transfer-encoding").next().is_some()
            && self.tokens("content-length").next().is_some();
        let closes = self
            .tokens("connection")
            .any(|token| token.eq_ignore_ascii_case("close"));
        self.is_http_1_1 && !closes && !says_both
    }

    /// What all headers of this name say, in order.
    fn tokens<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim_ascii)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(lines: &str) -> Head {
        let text = format!("{}\r\n\r\n", lines.replace('\n', "\r\n"));
        let (length, head) = Head::parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!(length, text.len());
        head
    }

    #[test]
    fn a_head_says_where_its_body_ends() {
        for (lines, expected) in [
            ("HTTP/1.1 200 OK", Ok(Framing::UntilClose)),
            ("HTTP/1.1 200 OK\nContent-Length: 7", Ok(Framing::Length(7))),
            (
                "HTTP/1.1 200 OK\nContent-Length: 7, 7",
                Ok(Framing::Length(7)),
            ),
            (
                "HTTP/1.1 200 OK\nContent-Length: 7\nContent-Length: 8",
                Err(NotHttp),
            ),
            ("HTTP/1.1 200 OK\nContent-Length: +7", Err(NotHttp)),
            ("HTTP/1.1 200 OK\nContent-Length: 7\u{a0}", Err(NotHttp)),
            ("HTTP/1.1 200 OK\nContent-Length: ", Err(NotHttp)),
            (
                "HTTP/1.1 200 OK\ntransfer-encoding: gzip, Chunked",
                Ok(Framing::Chunked),
            ),
            (
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked,\nTransfer-Encoding:",
                Ok(Framing::Chunked),
            ),
            (
                "HTTP/1.1 200 OK\nTransfer-Encoding: gzip",
                Ok(Framing::UntilClose),
            ),
            (
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\u{a0}\nContent-Length: 7",
                Ok(Framing::UntilClose),
            ),
            (
                "HTTP/1.1 200 OK\nContent-Length: 7\nTransfer-Encoding: chunked",
                Ok(Framing::Chunked),
            ),
            (
                "HTTP/1.1 200 OK\nContent-Length: 18446744073709551615",
                Ok(Framing::Length(u64::MAX)),
            ),
            (
                "HTTP/1.1 200 OK\nContent-Length: 18446744073709551616",
                Err(NotHttp),
            ),
            ("HTTP/1.1 204 No\nContent-Length: 7", Ok(Framing::Length(0))),
            ("HTTP/1.1 304 No\nContent-Length: 7", Ok(Framing::Length(0))),
        ] {
            assert_eq!(head(lines).framing(), expected, "{lines}");
        }
    }

    #[test]
    fn a_head_says_whether_the_connection_stays() {
        for (lines, expected) in [
            ("HTTP/1.1 200 OK", true),
            ("HTTP/1.1 200 OK\nContent-Length: 7", true),
            ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", true),
            ("HTTP/1.1 200 OK\nConnection: Upgrade, Close", false),
            ("HTTP/1.0 200 OK", false),
            ("HTTP/1.0 200 OK\nConnection: keep-alive", false),
            (
                "HTTP/1.1 200 OK\nContent-Length: 7\nTransfer-Encoding: chunked",
                false,
            ),
        ] {
            assert_eq!(head(lines).keeps_connection(), expected, "{lines}");
        }
    }

    #[test]
    fn what_begins_with_1_says_that_the_answer_will_come() {
        for (status, expected) in [(99, false), (100, true), (199, true), (200, false)] {
            let head = head(&format!("HTTP/1.1 {status:03} X"));
            assert_eq!(head.is_informational(), expected, "{status}");
        }
    }

    #[test]
    fn more_headers_than_services_send_are_no_http() {
        let with = |headers| format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: x\r\n".repeat(headers));
        let parsed = Head::parse(with(MAX_HEADERS).as_bytes());
        assert_eq!(parsed.unwrap().unwrap().1.headers.len(), 128);
        assert!(Head::parse(with(MAX_HEADERS + 1).as_bytes()).is_err());
    }

    #[test]
    fn half_a_head_is_none() {
        assert!(matches!(
            Head::parse(b"HTTP/1.1 200 OK\r\nContent"),
            Ok(None)
        ));
        assert!(Head::parse(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
    }
}
