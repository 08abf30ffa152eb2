//! Which redirect URIs are accepted, before a browser opens.

use crate::error::{Error, Result, Status};
use crate::web_url::{Authority, split_authority};

/// Schemes that a browser runs or opens by itself, so that a code would go astray.
const FORBIDDEN_SCHEMES: [&str; 6] = ["javascript", "data", "file", "blob", "about", "vbscript"];

/// Refuses a redirect URI that the service refuses or that would be unsafe.
///
/// Accepted are `https` with any host but `localhost`, `http` with the literal host `127.0.0.1` or `[::1]`, and
/// schemes of one's own. The URI is looked at as it is written, since it is sent byte for byte: nothing is
/// normalised, so `http://2130706433/` is no loopback address here.
pub fn check_redirect_uri(uri: &str) -> Result<()> {
    match problem(uri) {
        None => Ok(()),
        Some(problem) => Err(Error::new(Status::InvalidRedirectUri, problem)),
    }
}

fn problem(uri: &str) -> Option<String> {
    if uri.is_empty() {
        return Some("the redirect URI is empty".into());
    }
    if uri.contains(|c: char| c.is_control() || c == ' ' || c == '\\') {
        return Some("the redirect URI has a space, a backslash or a control character".into());
    }
    if uri.contains('#') {
        return Some(
            "the redirect URI has a fragment: remove the '#' and what is behind it".into(),
        );
    }
    let Some((scheme, rest)) = uri.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Some(
            "the redirect URI has no scheme: write for example http://127.0.0.1:8888/callback"
                .into(),
        );
    };
    let scheme = scheme.to_ascii_lowercase();
    if FORBIDDEN_SCHEMES.contains(&scheme.as_str()) {
        return Some(format!(
            "a redirect URI must not have the scheme '{scheme}'"
        ));
    }
    let authority = rest.strip_prefix("//").map(|rest| split_authority(rest).0);
    match scheme.as_str() {
        "http" | "https" => {
            let Some(authority) = authority else {
                return Some(format!(
                    "the redirect URI has no host: write '//' behind '{scheme}:'"
                ));
            };
            web_problem(&scheme, authority)
        }
        // A scheme of one's own has no rules for what follows, except that nobody logs in there.
        _ => authority
            .is_some_and(|authority| authority.contains('@'))
            .then(|| "the redirect URI has a user name or password".into())
            .or_else(|| {
                rest.is_empty()
                    .then(|| "the redirect URI has nothing behind its scheme".into())
            }),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

fn web_problem(scheme: &str, authority: &str) -> Option<String> {
    let authority = match Authority::parse(authority) {
        Ok(authority) => authority,
        Err(problem) => return Some(format!("the redirect URI {problem}")),
    };
    if authority.is_localhost() {
        return Some(
            "the service refuses 'localhost': write http://127.0.0.1 or http://[::1] instead"
                .into(),
        );
    }
    (scheme == "http" && !authority.is_loopback_literal()).then(|| {
        "plain http is for loopback addresses only: write https, http://127.0.0.1 or http://[::1]".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for uri in [
            "https://example.com/callback",
            "https://example.com",
            "https://example.com:8443/a?b=c",
            "https://[2001:db8::1]/callback",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:8888/callback",
            "HTTP://127.0.0.1:0",
            "http://[::1]:8888/callback",
            "http://[::1]/callback?x=y",
            "myapp://callback",
            "com.example.app:/callback",
            "my-app+v1.2:callback",
        ] {
            assert_eq!(problem(uri), None, "{uri}");
        }
    }

    #[test]
    fn refused() {
        for (uri, says) in [
            ("", "empty"),
            ("callback", "no scheme"),
            ("/callback", "no scheme"),
            ("127.0.0.1:8888/callback", "no scheme"),
            ("1x://callback", "no scheme"),
            ("://callback", "no scheme"),
            ("myapp:", "nothing behind"),
            ("http://localhost/callback", "http://127.0.0.1"),
            ("http://LOCALHOST:8888", "http://127.0.0.1"),
            ("https://localhost/callback", "http://127.0.0.1"),
            ("http://localhost./callback", "http://127.0.0.1"),
            ("http://app.localhost/callback", "http://127.0.0.1"),
            ("http://example.com/callback", "plain http"),
            ("http://2130706433/callback", "plain http"),
            ("http://127.0.0.01/callback", "plain http"),
            ("http://127.1/callback", "plain http"),
            ("http://0x7f.0.0.1/callback", "plain http"),
            ("http://127.0.0.1.example.com/", "plain http"),
            ("http://[::ffff:127.0.0.1]/", "plain http"),
            ("http://[0:0:0:0:0:0:0:1]/", "plain http"),
            ("http://127.0.0.1@example.com/", "user name"),
            ("https://user:password@example.com/", "user name"),
            ("myapp://user@callback", "user name"),
            ("http:/127.0.0.1/callback", "no host"),
            ("https:///callback", "no host"),
            ("https://", "no host"),
            ("https://?x", "no host"),
            ("http://:8888/", "no host"),
            ("http://127.0.0.1:/callback", "port"),
            ("http://127.0.0.1:65536/callback", "port"),
            ("http://127.0.0.1:+1/callback", "port"),
            ("https://example.com/#x", "fragment"),
            ("https://example.com/#", "fragment"),
            ("https://example.com\\@evil", "backslash"),
            ("https://example.com/a b", "space"),
            ("https://example.com/\n", "control"),
            ("https://example.com/\u{7f}", "control"),
            ("javascript:alert(1)", "javascript"),
            ("JavaScript:alert(1)", "javascript"),
            ("data:text/html,x", "data"),
            ("file:///etc/passwd", "file"),
            ("blob:https://example.com/x", "blob"),
            ("about:blank", "about"),
            ("vbscript:x", "vbscript"),
        ] {
            let problem = problem(uri).unwrap_or_else(|| panic!("{uri} was accepted"));
            assert!(problem.contains(says), "{uri}: {problem}");
        }
    }
}
