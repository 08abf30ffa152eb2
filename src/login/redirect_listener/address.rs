//! Where a listener listens, and which requests are meant for it.

use std::borrow::Cow;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mio::net::TcpListener;
use percent_encoding::percent_decode_str;

use crate::error::{Error, Result, Status};
use crate::redirect::check_redirect_uri;
use crate::text::Text;
use crate::web_url::{Authority, split_authority};

/// Longer ones leave no room for a code in the head of a request.
const MAX_URI_BYTES: usize = 2048;

/// The port that a browser leaves out.
const HTTP_PORT: u16 = 80;

/// A redirect URI that is listened at.
pub(super) struct Address {
    uri: Text,
    /// How much of the URI is scheme, host and port.
    origin_bytes: usize,
    host: &'static str,
    port: u16,
    /// Without the escapes, of which a browser may write more than the URI has.
    path: Vec<u8>,
}

impl Address {
    /// Takes the port of this redirect URI, at its own address alone.
    pub(super) fn listen(redirect_uri: &str) -> Result<(TcpListener, Address)> {
        check_redirect_uri(redirect_uri)?;
        let (scheme, (authority, behind)) = redirect_uri
            .split_once("://")
            .map(|(scheme, rest)| (scheme, split_authority(rest)))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("http"))
            .ok_or_else(|| invalid("only http on this computer can be listened at: write for example http://127.0.0.1/callback"))?;
        if redirect_uri.len() > MAX_URI_BYTES {
            return Err(invalid(
                "the redirect URI is too long: write a shorter path, for example /callback",
            ));
        }
        let path = path_of(behind);
        if path
            .split(|byte| *byte == b'/')
            .any(|segment| matches!(segment, b"." | b".."))
        {
            return Err(invalid(
                "the path of the redirect URI has '.' or '..', which browsers take out: write the path without",
            ));
        }
        let written = Authority::parse(authority).map_err(invalid)?;
        let (host, address) = match written.host {
            "[::1]" => ("[::1]", IpAddr::V6(Ipv6Addr::LOCALHOST)),
            _ => ("127.0.0.1", IpAddr::V4(Ipv4Addr::LOCALHOST)),
        };
        let wanted = written.port.filter(|port| *port != 0);
        let failed = |error| cannot_listen(host, wanted, error);
        let listener = bind(SocketAddr::new(address, wanted.unwrap_or(0))).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();

        let origin = match wanted {
            Some(_) => format!("{scheme}://{authority}"),
            None => format!("{scheme}://{host}:{port}"),
        };
        let uri = Text::new(&format!("{origin}{behind}"))
            .map_err(|_| invalid("the redirect URI has a NUL inside"))?;
        let address = Address {
            uri,
            origin_bytes: origin.len(),
            host,
            port,
            path,
        };
        Ok((listener, address))
    }

    pub(super) fn uri(&self) -> &Text {
        &self.uri
    }

    /// Scheme, host and port.
    pub(super) fn origin(&self) -> &str {
        &self.uri.as_str()[..self.origin_bytes]
    }

    /// Whether a `Host` header or the like names this address. Any other name, `localhost` among them, may be that of a
    /// page elsewhere whose name was made to lead here.
    pub(super) fn is_named_by(&self, authority: &str) -> bool {
        Authority::parse(authority.trim_ascii()).is_ok_and(|named| {
            named.host == self.host && named.port.unwrap_or(HTTP_PORT) == self.port
        })
    }

    /// Path and query of the target of a request, which may be a whole URL.
    pub(super) fn path_and_query<'a>(&self, target: &'a str) -> Option<&'a str> {
        if target.starts_with('/') {
            return Some(target);
        }
        let (scheme, rest) = target.split_once("://")?;
        let (authority, behind) = split_authority(rest);
        (scheme.eq_ignore_ascii_case("http") && self.is_named_by(authority)).then_some(behind)
    }

    /// Whether the path is that of the redirect URI.
    pub(super) fn has_path_of(&self, path_and_query: &str) -> bool {
        path_of(path_and_query) == self.path
    }
}

#[cfg(not(windows))]
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}

#[cfg(windows)]
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    crate::ffi::windows::listen_alone(address).map(TcpListener::from_std)
}

fn path_of(behind_authority: &str) -> Vec<u8> {
    let path = behind_authority.split('?').next().unwrap_or_default();
    let path = if path.is_empty() { "/" } else { path };
    Cow::from(percent_decode_str(path)).into_owned()
}

fn invalid(problem: &str) -> Error {
    Error::new(Status::InvalidRedirectUri, problem)
}

fn cannot_listen(host: &str, port: Option<u16>, error: io::Error) -> Error {
    let place = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    // Windows refuses a port to those who may not share it with its owner, and one that it keeps for itself.
    let is_taken = |kind| {
        kind == io::ErrorKind::AddrInUse || cfg!(windows) && kind == io::ErrorKind::PermissionDenied
    };
    match error.kind() {
        kind if is_taken(kind) => Error::new(
            Status::AddressInUse,
            format!("{place} is in use: another program listens on that port"),
        ),
        _ => Error::new(
            Status::Io,
            format!("{place} cannot be listened at: {error}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(uri: &str) -> Address {
        Address::listen(uri)
            .unwrap_or_else(|error| panic!("{uri}: {error}"))
            .1
    }

    #[test]
    fn the_uri_has_the_port_that_is_listened_on() {
        for (uri, before, behind) in [
            (
                "http://127.0.0.1/callback",
                "http://127.0.0.1:",
                "/callback",
            ),
            ("http://127.0.0.1", "http://127.0.0.1:", ""),
            ("HTTP://127.0.0.1:0/?x=y", "HTTP://127.0.0.1:", "/?x=y"),
            ("http://127.0.0.1:00?x=y", "http://127.0.0.1:", "?x=y"),
            ("http://[::1]/callback", "http://[::1]:", "/callback"),
        ] {
            let address = listen(uri);
            assert_ne!(address.port, 0);
            assert_eq!(address.origin(), format!("{before}{}", address.port));
            assert_eq!(
                address.uri().as_str(),
                format!("{}{behind}", address.origin())
            );
        }
    }

    #[test]
    fn a_port_that_is_given_stays_as_it_is_written() {
        let free = listen("http://127.0.0.1").port;
        let uri = format!("http://127.0.0.1:0{free}/a");
        let address = listen(&uri);
        assert_eq!(address.uri().as_str(), uri);
        assert_eq!(address.port, free);
    }

    #[test]
    fn other_addresses_are_refused_with_what_to_write_instead() {
        let long = format!("http://127.0.0.1/{}", "x".repeat(3000));
        for (uri, says) in [
            ("https://127.0.0.1/callback", "http://127.0.0.1/callback"),
            ("https://example.com/callback", "http://127.0.0.1/callback"),
            ("myapp://callback", "http://127.0.0.1/callback"),
            ("myapp:callback", "http://127.0.0.1/callback"),
            ("http://localhost:8888/callback", "http://127.0.0.1"),
            ("http://0.0.0.0/callback", "http://127.0.0.1"),
            ("http://127.0.0.2/callback", "http://127.0.0.1"),
            ("http://[::]/callback", "http://[::1]"),
            ("http://127.0.0.1/a/../b", "without"),
            ("http://127.0.0.1/%2E%2e/b", "without"),
            ("http://127.0.0.1/callback#a", "fragment"),
            (&long, "shorter"),
        ] {
            let Err(error) = Address::listen(uri) else {
                panic!("{uri} was accepted");
            };
            assert_eq!(error.status(), Status::InvalidRedirectUri, "{uri}");
            assert!(error.message().contains(says), "{uri}: {error}");
        }
    }

    #[test]
    fn only_its_own_name_is_its_name() {
        let address = listen("http://127.0.0.1");
        let port = address.port;
        assert!(address.is_named_by(&format!(" 127.0.0.1:{port}")));
        for name in [
            "localhost",
            "[::1]",
            "evil.example",
            "127.0.0.2",
            "x@127.0.0.1",
            "",
        ] {
            assert!(!address.is_named_by(&format!("{name}:{port}")), "{name}");
        }
        assert!(!address.is_named_by("127.0.0.1"));
        let default = Address {
            port: 80,
            ..address
        };
        assert!(default.is_named_by("127.0.0.1"));
        assert!(default.is_named_by("127.0.0.1:80"));
    }

    #[test]
    fn a_path_may_be_escaped_more_than_it_was_given() {
        let address = listen("http://127.0.0.1/a{b}/é");
        assert!(address.has_path_of("/a%7Bb%7D/%c3%a9?code=x"));
        for other in ["/a{b}/e", "/a{b}/é/", "/a{b}", "/", "", "/A{b}/é"] {
            assert!(!address.has_path_of(other), "{other}");
        }
        assert!(listen("http://127.0.0.1").has_path_of("/?code=x"));
    }
}
