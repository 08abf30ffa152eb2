//! The raw authority of an http or https URL, as it is written: nothing is normalised.

use std::net::Ipv6Addr;

/// Host and port, between `//` and the path.
pub(crate) struct Authority<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// Reads `host[:port]`, or says what is wrong with it.
    pub(crate) fn parse(authority: &'a str) -> Result<Authority<'a>, &'static str> {
        if authority.contains('@') {
            return Err("has a user name or password");
        }
        let (host, port) = match authority.rfind(':') {
            Some(colon) if !authority[colon..].contains(']') => {
                (&authority[..colon], Some(&authority[colon + 1..]))
            }
            _ => (authority, None),
        };
        if host.is_empty() {
            return Err("has no host");
        }
        let port = port
            .map(|port| parse_port(port).ok_or("has a port that is not a number from 0 to 65535"))
            .transpose()?;
        Ok(Authority { host, port })
    }

    /// Whether the host is a loopback address that is written out.
    pub(crate) fn is_loopback_literal(&self) -> bool {
        self.host == "127.0.0.1" || self.host == "[::1]"
    }

    /// Whether the host could be looked up or connected to: ASCII letters, or an IPv6 address in brackets.
    pub(crate) fn is_name_or_address(&self) -> bool {
        match self.host.strip_prefix('[') {
            Some(rest) => rest
                .strip_suffix(']')
                .is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
            None => self
                .host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_')),
        }
    }

    /// Whether the host is the name `localhost` in any of its spellings.
    pub(crate) fn is_localhost(&self) -> bool {
        let bare = self.host.trim_end_matches('.').to_ascii_lowercase();
        bare == "localhost" || bare.ends_with(".localhost")
    }
}

fn parse_port(text: &str) -> Option<u16> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

/// What stands between `//` and the path, query or fragment, and what follows it.
pub(crate) fn split_authority(behind_slashes: &str) -> (&str, &str) {
    let end = behind_slashes
        .find(['/', '?', '#'])
        .unwrap_or(behind_slashes.len());
    behind_slashes.split_at(end)
}
