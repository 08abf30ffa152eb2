//! Where a request goes.

use std::fmt;

use crate::web_url::{Authority, split_authority};

/// A host and a port.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// A name or an address, without the brackets that an IPv6 address has in a URL.
    pub(super) host: &'a str,
    pub(super) port: u16,
}

impl<'a> Place<'a> {
    /// Reads `host[:port]`.
    pub(super) fn parse(authority: &'a str, usual_port: u16) -> Option<Place<'a>> {
        let Authority { host, port } = Authority::parse(authority).ok()?;
        Some(Place {
            host: host.trim_start_matches('[').trim_end_matches(']'),
            port: port.unwrap_or(usual_port),
        })
    }
}

/// The way it stands behind `CONNECT`.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// The service at the URL of a request.
pub(super) struct Target<'a> {
    pub(super) is_https: bool,
    /// Scheme, host and port as they stand in the URL; the same for requests that can share a connection.
    pub(super) origin: &'a str,
    pub(super) place: Place<'a>,
    /// Host and port as they stand in the URL.
    pub(super) authority: &'a str,
    /// What follows them.
    pub(super) path: &'a str,
}

impl<'a> Target<'a> {
    /// None where it is no http or https URL.
    pub(super) fn parse(url: &'a str) -> Option<Target<'a>> {
        let (scheme, rest) = url.split_once("://")?;
        let (is_https, usual_port) = match scheme {
            "https" => (true, 443),
            "http" => (false, 80),
            _ => return None,
        };
        let (authority, path) = split_authority(rest);
        Some(Target {
            is_https,
            origin: &url[..url.len() - path.len()],
            place: Place::parse(authority, usual_port)?,
            authority,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> Option<(bool, &str, &str, u16)> {
        let target = Target::parse(url)?;
        let Place { host, port } = target.place;
        Some((target.is_https, target.origin, host, port))
    }

    #[test]
    fn a_url_says_where_to_go() {
        assert_eq!(
            parts("https://accounts.spotify.com/api/token"),
            Some((
                true,
                "https://accounts.spotify.com",
                "accounts.spotify.com",
                443
            ))
        );
        assert_eq!(
            parts("http://[::1]:8080"),
            Some((false, "http://[::1]:8080", "::1", 8080))
        );
        assert_eq!(
            Target::parse("https://[::1]/x").unwrap().place.to_string(),
            "[::1]:443"
        );
        assert_eq!(parts("ftp://host/"), None);
        assert_eq!(parts("host"), None);
    }
}
