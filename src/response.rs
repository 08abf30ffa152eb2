//! The answer to a request, as bytes.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::clock::Moment;

/// The most that is read of a body. A longer one is not a token response.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// An HTTP response: a status, headers and a body.
#[derive(Clone)]
pub struct HttpResponse {
    status: u16,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
}

impl HttpResponse {
    /// A response without headers. Of `body`, only so much is kept as shows whether it is too long.
    pub fn new(status: u16, body: &[u8]) -> HttpResponse {
        HttpResponse {
            status,
            headers: Vec::new(),
            body: Zeroizing::new(body[..body.len().min(MAX_BODY_BYTES + 1)].to_vec()),
        }
    }

    /// Adds a header. clef reads `Retry-After` and `Date`.
    pub fn add_header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body, unless it is longer than [`MAX_BODY_BYTES`].
    pub fn body(&self) -> Option<&[u8]> {
        Some(self.body.as_slice()).filter(|body| body.len() <= MAX_BODY_BYTES)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The seconds of `Retry-After`, which the service gives as a number or as a date (RFC 9110 section 10.2.3).
    pub(crate) fn retry_after(&self, now: Moment) -> Option<u32> {
        let value = self.header("retry-after")?;
        if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
            return Some(value.parse().unwrap_or(u32::MAX));
        }
        let until = httpdate::parse_http_date(value).ok()?;
        // The service's own clock tells best how far away its date is.
        let from = self
            .header("date")
            .and_then(|date| httpdate::parse_http_date(date).ok())
            .unwrap_or_else(|| {
                UNIX_EPOCH + Duration::from_millis(u64::try_from(now.unix_ms).unwrap_or(0))
            });
        let wait = until.duration_since(from).unwrap_or(Duration::ZERO);
        let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Some(u32::try_from(whole).unwrap_or(u32::MAX))
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fri, 31 Dec 1999 23:59:59 GMT
    const NOW: Moment = Moment {
        unix_ms: 946_684_799_000,
        monotonic_ms: 0,
    };

    fn retry_after(headers: &[(&str, &str)]) -> Option<u32> {
        let mut response = HttpResponse::new(429, b"");
        for (name, value) in headers {
            response.add_header(name, value);
        }
        response.retry_after(NOW)
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        assert_eq!(retry_after(&[]), None);
        assert_eq!(retry_after(&[("Retry-After", "12471")]), Some(12_471));
        assert_eq!(
            retry_after(&[("retry-after", "99999999999")]),
            Some(u32::MAX)
        );
        assert_eq!(retry_after(&[("retry-after", "soon")]), None);
        assert_eq!(retry_after(&[("retry-after", "-1")]), None);
        let date = "Sat, 01 Jan 2000 00:00:29 GMT";
        assert_eq!(retry_after(&[("Retry-After", date)]), Some(30));
        let past = "Fri, 31 Dec 1999 23:59:00 GMT";
        assert_eq!(retry_after(&[("Retry-After", past)]), Some(0));
    }

    #[test]
    fn a_date_counts_from_the_clock_of_the_service() {
        let headers = [
            ("Retry-After", "Sat, 01 Jan 2000 01:00:10 GMT"),
            ("Date", "Sat, 01 Jan 2000 01:00:00 GMT"),
        ];
        assert_eq!(retry_after(&headers), Some(10));
    }

    #[test]
    fn a_body_over_the_limit_is_not_handed_out() {
        let body = vec![b' '; MAX_BODY_BYTES + 1];
        assert!(HttpResponse::new(200, &body).body().is_none());
        assert!(HttpResponse::new(200, &body[1..]).body().is_some());
    }
}
