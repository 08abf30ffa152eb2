//! Redirect URIs, as strings: a client's URI is never normalised, so neither is it here.

/// The hosts whose port is free to choose, because a native application cannot know which one will be free.
const LOOPBACK_LITERALS: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Whether a registered redirect URI covers the one in a request.
pub fn matches(registered: &str, given: &str) -> bool {
    registered == given
        || LOOPBACK_LITERALS.iter().any(|origin| {
            match (registered.strip_prefix(origin), given.strip_prefix(origin)) {
                (Some(path), Some(rest)) => {
                    (path.is_empty() || path.starts_with('/')) && strip_port(rest) == Some(path)
                }
                _ => false,
            }
        })
}

/// What follows `:port`, if there is a valid one.
fn strip_port(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix(':')?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (port, path) = rest.split_at(end);
    (port.parse::<u16>().ok()? != 0).then_some(path)
}

/// The redirect URI with parameters added to whatever query it already has.
pub fn with_parameters(uri: &str, parameters: &[(&str, &str)]) -> String {
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let added = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{uri}{separator}{added}")
}

/// Whether a URI can stand in a `Location` header.
pub fn is_sendable(uri: &str) -> bool {
    !uri.is_empty() && uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_literal_without_a_port_covers_every_port() {
        let registered = "http://127.0.0.1/callback";
        assert!(matches(registered, "http://127.0.0.1/callback"));
        assert!(matches(registered, "http://127.0.0.1:5000/callback"));
        assert!(matches("http://[::1]/cb", "http://[::1]:5000/cb"));
        assert!(matches("http://127.0.0.1", "http://127.0.0.1:80"));
    }

    #[test]
    fn anything_else_must_be_equal() {
        let registered = "http://127.0.0.1/callback";
        for given in [
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:70000/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:5000/callback/",
            "http://127.0.0.1:5000@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://localhost/callback",
            "http://[::1]:5000/callback",
        ] {
            assert!(!matches(registered, given), "{given}");
        }
        assert!(!matches("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"));
        assert!(!matches(
            "https://example.com/cb",
            "https://example.com:1/cb"
        ));
    }

    #[test]
    fn parameters_are_added_to_an_existing_query() {
        let added = [("code", "a b&c")];
        assert_eq!(with_parameters("x://y", &added), "x://y?code=a+b%26c");
        assert_eq!(with_parameters("x://y?", &added), "x://y?code=a+b%26c");
        assert_eq!(
            with_parameters("x://y?z=1", &added),
            "x://y?z=1&code=a+b%26c"
        );
    }
}
