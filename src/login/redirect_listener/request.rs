//! What a browser asks for, and whether that is the redirect.

use std::sync::{Mutex, PoisonError};

use httparse::{EMPTY_HEADER, Request};

use crate::error::Status;
use crate::redirect::{self, Answer};
use crate::secret::{Secret, SecretBuffer};

use super::address::Address;
use super::page::{Page, Pages};
use super::response::Response;

/// Browsers send about twenty.
const MAX_HEADERS: usize = 64;

/// What a request is judged by.
pub(super) struct Reception<'a> {
    pub(super) address: &'a Address,
    pub(super) expected_state: Option<&'a Secret>,
    pub(super) pages: &'a Mutex<Pages>,
}

/// What becomes of a request.
pub(super) struct Verdict {
    pub(super) response: Response,
    /// The URL, where the request is the redirect that is waited for.
    pub(super) redirect: Option<Secret>,
}

impl Reception<'_> {
    /// Judges what a browser has sent so far; none where the head of the request is not complete.
    pub(super) fn receive(&self, received: &[u8]) -> Option<Verdict> {
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut request = Request::new(&mut headers);
        let outcome = match request.parse(received) {
            Ok(httparse::Status::Complete(_)) => self.judge(&request),
            Ok(httparse::Status::Partial) => return None,
            Err(httparse::Error::TooManyHeaders) => Err(Page::TooLarge),
            Err(_) => Err(Page::BadRequest),
        };
        let without_body = request.method == Some("HEAD");
        let (page, redirect) = match outcome {
            // Who asks for the head alone, a preview for example, shows no page to the user.
            Ok((page, _)) if without_body => (page, None),
            Ok((page, url)) => (page, Some(url)),
            Err(page) => (page, None),
        };
        Some(Verdict {
            response: self.response(page, without_body),
            redirect,
        })
    }

    /// The answer to a request that is longer than we read.
    pub(super) fn too_large(&self) -> Verdict {
        Verdict {
            response: self.response(Page::TooLarge, false),
            redirect: None,
        }
    }

    fn response(&self, page: Page, without_body: bool) -> Response {
        let pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        Response::new(page, &pages, without_body)
    }

    /// The page and the URL of the redirect, or the page for something else.
    fn judge(&self, request: &Request) -> Result<(Page, Secret), Page> {
        if !self.is_for_this_address(request) {
            return Err(Page::BadRequest);
        }
        if !matches!(request.method, Some("GET" | "HEAD")) {
            return Err(Page::MethodNotAllowed);
        }
        let target = request.path.unwrap_or_default();
        let path_and_query = self
            .address
            .path_and_query(target)
            .filter(|_| !target.contains('#'))
            .ok_or(Page::BadRequest)?;
        if !self.address.has_path_of(path_and_query) {
            return Err(Page::NotFound);
        }
        let mut url = SecretBuffer::with_capacity(received_url_bytes(self.address, path_and_query));
        url.push_str(self.address.origin());
        url.push_str(path_and_query);
        let page = self.answer(&Answer::new(url.as_str()))?;
        let url = url.into_secret().map_err(|_| Page::BadRequest)?;
        Ok((page, url))
    }

    /// Every browser says which host it wants; only HTTP/1.0 lets a client leave it out.
    fn is_for_this_address(&self, request: &Request) -> bool {
        let mut hosts = request
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case("Host"));
        match (hosts.next(), hosts.next()) {
            (None, _) => request.version == Some(0),
            (Some(host), None) => std::str::from_utf8(host.value)
                .is_ok_and(|authority| self.address.is_named_by(authority)),
            (Some(_), Some(_)) => false,
        }
    }

    /// The page for what the redirect brings, read as it will be read by the login.
    fn answer(&self, answer: &Answer) -> Result<Page, Page> {
        let is_this_login = match (answer.state(), self.expected_state) {
            (Ok(state), Some(expected)) => state == *expected,
            (Ok(_), None) => true,
            (Err(error), None) => error.status() == Status::MissingParameter,
            (Err(_), Some(_)) => false,
        };
        if !is_this_login {
            return Err(Page::AnotherLogin);
        }
        match answer.verdict() {
            Ok(redirect::Verdict::Code(_)) => Ok(Page::Success),
            Ok(redirect::Verdict::Refusal(_)) => Ok(Page::Failure),
            Err(_) => Err(Page::AnotherLogin),
        }
    }
}

/// With room for the NUL of a [`Secret`].
fn received_url_bytes(address: &Address, path_and_query: &str) -> usize {
    address.origin().len() + path_and_query.len() + 1
}
