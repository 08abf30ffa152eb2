//! An HTTP proxy, and what does not go through it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::web_url::split_authority;

use super::target::Place;

const USUAL_PORT: u16 = 80;

#[derive(Debug, Clone)]
pub(super) struct Proxy {
    host: String,
    port: u16,
    /// Basic credentials.
    authorization: Option<Secret>,
    exceptions: Vec<Exception>,
}

impl Proxy {
    /// Reads `http://[user:password@]host[:port]`. None where it is something else; nothing says what, since it may
    /// have a password in it.
    pub(super) fn parse(url: &str) -> Option<Proxy> {
        let (scheme, rest) = url.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let (authority, _) = split_authority(rest);
        let (user, authority) = match authority.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, authority),
        };
        let place = Place::parse(authority, USUAL_PORT)?;
        Some(Proxy {
            host: place.host.to_owned(),
            port: place.port,
            authorization: user.map(basic),
            exceptions: Vec::new(),
        })
    }

    pub(super) fn from_environment() -> Option<Proxy> {
        Proxy::from_variables(|name| std::env::var(name).ok())
    }

    /// The first of the variables that names an HTTP proxy counts.
    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Option<Proxy> {
        let names = [
            "ALL_PROXY",
            "all_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "HTTP_PROXY",
            "http_proxy",
        ];
        let mut proxy = names.into_iter().find_map(|name| {
            let url = Zeroizing::new(variable(name)?);
            match url.contains("://") {
                true => Proxy::parse(&url),
                false => Proxy::parse(&Zeroizing::new(["http://", &url].concat())),
            }
        })?;
        if let Some(list) = variable("NO_PROXY").or_else(|| variable("no_proxy")) {
            proxy.exceptions = parse_exceptions(&list);
        }
        Some(proxy)
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place {
            host: &self.host,
            port: self.port,
        }
    }

    /// Basic credentials, encoded.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref().map(Secret::expose)
    }

    /// Whether connections to `host` go through it.
    pub(super) fn is_for(&self, host: &str) -> bool {
        !self
            .exceptions
            .iter()
            .any(|exception| exception.matches(host))
    }
}

/// `user:password`, percent-encoded, the way HTTP wants it.
fn basic(user: &str) -> Secret {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    // Decoding makes nothing longer, so this never moves.
    let mut pair = Zeroizing::new(Vec::with_capacity(user.len() + 1));
    pair.extend(percent_decode_str(name));
    pair.push(b':');
    pair.extend(percent_decode_str(password));
    let encoded = Zeroizing::new(STANDARD.encode(&*pair));
    Secret::new(&encoded).expect("Base64 has no NUL")
}

/// One entry of `NO_PROXY`.
#[derive(Debug, Clone)]
enum Exception {
    Everything,
    /// `example.com`
    Name(String),
    /// `.example.com` or `*.example.com`
    Ending(String),
    /// `192.168.*`
    Beginning(String),
}

fn parse_exceptions(list: &str) -> Vec<Exception> {
    list.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(|entry| {
            if entry == "*" {
                return Exception::Everything;
            }
            if let Some(ending) = entry.strip_prefix('*') {
                return Exception::Ending(ending.to_owned());
            }
            match entry.strip_suffix('*') {
                Some(beginning) => Exception::Beginning(beginning.to_owned()),
                None if entry.starts_with('.') => Exception::Ending(entry.to_owned()),
                None => Exception::Name(entry.to_owned()),
            }
        })
        .collect()
}

impl Exception {
    fn matches(&self, host: &str) -> bool {
        let host = host.as_bytes();
        match self {
            Exception::Everything => true,
            Exception::Name(name) => host.eq_ignore_ascii_case(name.as_bytes()),
            Exception::Ending(ending) => host
                .len()
                .checked_sub(ending.len())
                .is_some_and(|start| host[start..].eq_ignore_ascii_case(ending.as_bytes())),
            Exception::Beginning(beginning) => host
                .get(..beginning.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(beginning.as_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_and_user(url: &str) -> Option<(String, Option<String>)> {
        let proxy = Proxy::parse(url)?;
        let user = proxy.authorization().map(|basic| {
            String::from_utf8(STANDARD.decode(basic).expect("it was encoded")).expect("UTF-8")
        });
        Some((proxy.place().to_string(), user))
    }

    #[test]
    fn a_proxy_is_an_http_url() {
        let read = |url, place: &str, user: Option<&str>| {
            let expected = (place.to_owned(), user.map(str::to_owned));
            assert_eq!(place_and_user(url), Some(expected), "{url}");
        };
        read("http://proxy:3128", "proxy:3128", None);
        read("HTTP://proxy/", "proxy:80", None);
        read("http://[::1]:1", "[::1]:1", None);
        read("http://user@proxy", "proxy:80", Some("user:"));
        read(
            "http://us%40er:p%40:%2540+@127.0.0.1:80/",
            "127.0.0.1:80",
            Some("us@er:p@:%40+"),
        );
        for url in [
            "",
            "proxy:3128",
            "https://proxy:3128",
            "socks5://proxy:1",
            "http://",
            "http://user:secret@p:x",
        ] {
            assert!(Proxy::parse(url).is_none(), "{url}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let proxy = Proxy::parse("http://user:hunter2@proxy").unwrap();
        let shown = format!("{proxy:?}");
        assert!(!shown.contains("hunter2") && !shown.contains(proxy.authorization().unwrap()));
    }

    #[test]
    fn the_environment_names_a_proxy_and_its_exceptions() {
        let read = |variables: &[(&str, &str)]| {
            let proxy = Proxy::from_variables(|name| {
                let known = variables.iter().find(|(known, _)| *known == name)?;
                Some(known.1.to_owned())
            })?;
            let is_for = ["example.com", "a.example.org"].map(|host| proxy.is_for(host));
            Some((proxy.place().to_string(), is_for))
        };
        assert_eq!(read(&[("NO_PROXY", "*")]), None);
        assert_eq!(
            read(&[("https_proxy", "lower:1"), ("HTTP_PROXY", "http://upper:2")]),
            Some(("lower:1".to_owned(), [true, true]))
        );
        assert_eq!(
            read(&[
                ("ALL_PROXY", "socks5://not-http:1"),
                ("HTTPS_PROXY", "http://user:pass@proxy"),
                ("no_proxy", "example.com, .example.org")
            ]),
            Some(("proxy:80".to_owned(), [false, false]))
        );
    }

    #[test]
    fn exceptions_are_names_endings_and_beginnings() {
        let is_exception = |list: &str, host| {
            parse_exceptions(list)
                .iter()
                .any(|exception| exception.matches(host))
        };
        assert!(is_exception("*", "accounts.spotify.com"));
        assert!(is_exception(
            "localhost, Accounts.Spotify.com",
            "accounts.spotify.COM"
        ));
        assert!(is_exception(".spotify.com", "accounts.spotify.com"));
        assert!(is_exception("*.spotify.com", "accounts.spotify.com"));
        assert!(is_exception("10.*", "10.1.2.3"));
        assert!(!is_exception("", "accounts.spotify.com"));
        assert!(!is_exception(",", "accounts.spotify.com"));
        assert!(!is_exception("spotify.com", "accounts.spotify.com"));
        assert!(!is_exception(".spotify.com", "spotify.com"));
        assert!(!is_exception(
            "x.accounts.spotify.com",
            "accounts.spotify.com"
        ));
    }
}
