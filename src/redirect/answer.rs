//! What a redirect brings back: a code or an error, and a state.

use crate::error::{Error, Remedy, Result, Status};
use crate::form;
use crate::secret::{self, Secret};

/// The query of a redirect, not yet believed.
pub(crate) struct Answer<'a> {
    query: &'a str,
}

/// How the user or the service has decided.
pub(crate) enum Verdict {
    Code(Secret),
    /// What they said instead of a code.
    Refusal(Error),
}

impl<'a> Answer<'a> {
    /// Takes a whole URL, a request target (`/callback?code=…`) or a bare query.
    pub(crate) fn new(url: &'a str) -> Answer<'a> {
        let url = url.trim();
        let before_fragment = url.split('#').next().unwrap_or_default();
        Answer {
            query: query_of(before_fragment),
        }
    }

    /// The parameter `state`.
    pub(crate) fn state(&self) -> Result<Secret> {
        self.required("state")
    }

    /// The parameter `code`; where the redirect says `error=` instead, that error.
    pub(crate) fn code(&self) -> Result<Secret> {
        match self.verdict()? {
            Verdict::Code(code) => Ok(code),
            Verdict::Refusal(error) => Err(error),
        }
    }

    /// What the redirect brings; an error where it brings nothing.
    pub(crate) fn verdict(&self) -> Result<Verdict> {
        let Some(error) = self.parameter("error")? else {
            return self.required("code").map(Verdict::Code);
        };
        let description = self.parameter("error_description")?;
        let description = description.map(|text| self.without_secrets(&text));
        let refusal = refusal(error.expose())
            .with_oauth(&self.without_secrets(&error), description.as_deref());
        Ok(Verdict::Refusal(refusal))
    }

    /// What a stranger says, without the code and the state beside it, decoded or not.
    fn without_secrets(&self, text: &Secret) -> String {
        secret::hide(text.expose(), form::secrets(self.query, &["code", "state"]))
    }

    fn required(&self, name: &str) -> Result<Secret> {
        self.parameter(name)?.ok_or_else(|| {
            Error::new(
                Status::MissingParameter,
                format!("the redirect URL has no parameter '{name}'"),
            )
        })
    }

    /// The value of a parameter that may be there once; an empty one counts as absent.
    fn parameter(&self, name: &str) -> Result<Option<Secret>> {
        let mut values = form::pairs(self.query).filter(|(key, _)| key == name);
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Error::new(
                Status::RepeatedParameter,
                format!("the redirect URL has the parameter '{name}' more than once"),
            ));
        }
        if value.is_empty() {
            return Ok(None);
        }
        Secret::new(&value).map(Some).map_err(|_| {
            Error::new(
                Status::MissingParameter,
                format!("the parameter '{name}' of the redirect URL has a NUL inside"),
            )
        })
    }
}

fn query_of(url: &str) -> &str {
    let first_pair = url.find(['=', '&']).unwrap_or(url.len());
    let mark = url.find('?');
    let before = &url[..first_pair.min(mark.unwrap_or(url.len()))];
    let is_url = url.starts_with('/') || before.contains("://");
    match mark {
        Some(mark) if is_url || mark < first_pair => &url[mark + 1..],
        _ if is_url => "",
        _ => url,
    }
}

/// What the user or the service said instead of a code (RFC 6749 section 4.1.2.1).
fn refusal(error: &str) -> Error {
    match error {
        "access_denied" => Error::new(Status::AccessDenied, "the user denied access"),
        "server_error" | "temporarily_unavailable" => {
            Error::new(Status::Oauth, "the service could not authorise just now")
                .with_remedy(Remedy::RetryLater)
        }
        _ => Error::new(Status::Oauth, "the service refused to authorise"),
    }
}

/// The value of the parameter `code` of a redirect URL.
///
/// Takes a whole URL, a request target or a bare query. A redirect that says `error=` instead is that error:
/// [`Status::AccessDenied`] or [`Status::Oauth`].
pub fn parse_code_from_url(url: &str) -> Result<Secret> {
    Answer::new(url).code()
}

/// The value of the parameter `state` of a redirect URL, in any of the forms of [`parse_code_from_url`].
pub fn parse_state_from_url(url: &str) -> Result<Secret> {
    Answer::new(url).state()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_status(url: &str) -> Status {
        parse_code_from_url(url).unwrap_err().status()
    }

    #[test]
    fn every_form_of_a_redirect_is_read() {
        for url in [
            "https://example.com/callback?code=a%20b&state=s",
            "http://127.0.0.1:8888/callback?state=s&code=a+b#_=_",
            "/callback?code=a+b&state=s",
            "?code=a+b&state=s",
            "code=a+b&state=s",
            "  state=s&code=a+b\n",
            "myapp:callback?code=a+b&state=s",
            "127.0.0.1:8888/?code=a+b&state=s",
            "https://example.com/a=b/callback?code=a+b&state=s",
            "/callback;v=1?code=a+b&state=s",
            "code=a+b&state=s&iss=https://accounts.spotify.com",
        ] {
            assert_eq!(parse_code_from_url(url).unwrap().expose(), "a b", "{url}");
            assert_eq!(parse_state_from_url(url).unwrap().expose(), "s", "{url}");
        }
    }

    #[test]
    fn a_question_mark_inside_a_value_begins_no_query() {
        assert_eq!(
            parse_code_from_url("code=a?code=b").unwrap().expose(),
            "a?code=b"
        );
    }

    #[test]
    fn missing_empty_and_repeated_parameters_are_errors() {
        for url in [
            "",
            "https://example.com",
            "https://example.com/?state=s",
            "https://example.com/?code=",
            "https://example.com/?code",
            "https://example.com/code=x",
            "/callback",
            "https://example.com/#code=x",
            "code=%00",
        ] {
            assert_eq!(code_status(url), Status::MissingParameter, "{url}");
        }
        assert_eq!(code_status("code=a&code=a"), Status::RepeatedParameter);
        assert_eq!(code_status("code=a&code="), Status::RepeatedParameter);
        assert_eq!(code_status("error=a&error=b"), Status::RepeatedParameter);
    }

    #[test]
    fn an_error_in_the_redirect_is_that_error() {
        let denied = parse_code_from_url("/?error=access_denied&state=s").unwrap_err();
        assert_eq!(denied.status(), Status::AccessDenied);
        assert_eq!(denied.oauth_error(), Some("access_denied"));
        let scope =
            parse_code_from_url("/?error=invalid_scope&error_description=no+such").unwrap_err();
        assert_eq!(scope.status(), Status::Oauth);
        assert_eq!(scope.remedy(), Remedy::FixSettings);
        assert_eq!(scope.oauth_description(), Some("no such"));
        let busy = parse_code_from_url("error=temporarily_unavailable").unwrap_err();
        assert_eq!(busy.remedy(), Remedy::RetryLater);
    }
}
