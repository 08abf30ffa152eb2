//! An answer on its way to the browser.

use std::io::{self, Write};
use std::sync::Arc;

use super::page::{Page, Pages};

/// The address bar has the code in it: the page is not to be kept, loads nothing, runs nothing and tells nobody where the
/// user comes from. The images are those that the host puts into its own page.
const HEADERS: &str = "Content-Type: text/html; charset=utf-8\r\n\
    Cache-Control: no-store\r\n\
    Referrer-Policy: no-referrer\r\n\
    Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
    X-Content-Type-Options: nosniff\r\n\
    Connection: close\r\n";

pub(super) struct Response {
    head: String,
    body: Arc<str>,
    sent: usize,
}

impl Response {
    pub(super) fn new(page: Page, pages: &Pages, without_body: bool) -> Response {
        let body = pages.html(page);
        let allow = match page {
            Page::MethodNotAllowed => "Allow: GET, HEAD\r\n",
            _ => "",
        };
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Length: {}\r\n{HEADERS}{allow}\r\n",
            page.status(),
            body.len(),
        );
        Response {
            head,
            body: if without_body { "".into() } else { body },
            sent: 0,
        }
    }

    fn rest(&self) -> &[u8] {
        match self.head.as_bytes().get(self.sent..) {
            Some(head) if !head.is_empty() => head,
            _ => &self.body.as_bytes()[self.sent - self.head.len()..],
        }
    }

    /// Writes a part of what is left; whether that was the end of it.
    pub(super) fn write_to(&mut self, stream: &mut impl Write) -> io::Result<bool> {
        self.sent += stream.write(self.rest())?;
        Ok(self.sent == self.head.len() + self.body.len())
    }
}
