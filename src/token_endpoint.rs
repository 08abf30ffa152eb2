//! What the service's answer to a token request means.

use crate::clock::{Moment, TIME_UNKNOWN};
use crate::error::{Error, Remedy, Result, Status};
use crate::grant::Grant;
use crate::request::HttpRequest;
use crate::response::{HttpResponse, MAX_BODY_BYTES};
use crate::secret::Secret;
use crate::token::{Contents, Token};
use crate::token_json::Members;

/// Reads the answer to a request that was sent at `sent_at`.
pub(crate) fn read(
    request: &HttpRequest,
    sent_at: Moment,
    response: &HttpResponse,
) -> Result<Token> {
    let members = match response.body() {
        Some(body) => Members::parse(body),
        None => Err(format!("is longer than {MAX_BODY_BYTES} bytes")),
    };
    let oauth = members.as_ref().ok().and_then(OauthError::of);
    if oauth.is_some() || !(200..300).contains(&response.status()) {
        return Err(refused(request, response, oauth));
    }
    members
        .and_then(|members| accepted(request, sent_at, members))
        .map_err(|problem| {
            Error::new(
                Status::InvalidResponse,
                format!("the answer of the service {problem}"),
            )
            .with_http_status(response.status())
        })
}

/// The error body of RFC 6749 section 5.2, which may repeat secrets of the request.
#[derive(Clone, Copy)]
struct OauthError<'a> {
    error: &'a str,
    description: Option<&'a str>,
}

impl OauthError<'_> {
    fn of(members: &Members) -> Option<OauthError<'_>> {
        Some(OauthError {
            error: members.error.as_ref()?.expose(),
            description: members.error_description.as_ref().map(Secret::expose),
        })
    }
}

fn refused(request: &HttpRequest, response: &HttpResponse, oauth: Option<OauthError>) -> Error {
    let http_status = response.status();
    let retry_after = response.retry_after(request.parts().clock.now());
    let error = match oauth {
        _ if http_status == 429 => Error::new(
            Status::RateLimited,
            match retry_after {
                Some(seconds) => format!("the service asks to wait {seconds} s"),
                None => "the service asks to wait".to_owned(),
            },
        ),
        Some(oauth) => by_oauth_error(&request.parts().grant, http_status, oauth.error),
        None => Error::new(
            Status::Http,
            if (300..400).contains(&http_status) {
                format!(
                    "the service answered with a redirect (HTTP {http_status}), which is not followed"
                )
            } else {
                format!("the service answered HTTP {http_status} without an OAuth error")
            },
        ),
    };
    let error = error
        .with_http_status(http_status)
        .with_retry_after(retry_after);
    match oauth {
        Some(oauth) => {
            let description = oauth.description.map(|text| request.redact(text));
            error.with_oauth(&request.redact(oauth.error), description.as_deref())
        }
        None => error,
    }
}

fn by_oauth_error(grant: &Grant, http_status: u16, oauth_error: &str) -> Error {
    let is_final = matches!(http_status, 400 | 401);
    match oauth_error {
        "invalid_grant" if is_final && grant.is_refresh() => Error::new(
            Status::LoginRequired,
            "the grant is dead, the user has to log in again",
        ),
        "invalid_grant" if is_final && grant.is_code() => Error::new(
            Status::Oauth,
            "the code was used before, has expired or belongs to another login",
        )
        .with_remedy(Remedy::LogIn),
        "invalid_client" if http_status < 500 => Error::new(
            Status::InvalidClient,
            "the service does not accept the client id or the client secret",
        ),
        _ => {
            let error = Error::new(
                Status::Oauth,
                format!("the service refused the request (HTTP {http_status})"),
            );
            if http_status >= 500 || oauth_error == "temporarily_unavailable" {
                error.with_remedy(Remedy::RetryLater)
            } else {
                error
            }
        }
    }
}

fn accepted(request: &HttpRequest, sent_at: Moment, mut members: Members) -> Result<Token, String> {
    let access_token = members.access_token.take().ok_or("has no access_token")?;
    let grant = &request.parts().grant;
    let lifetime = members.lifetime();
    let refresh_token = members.refresh_token.take();
    let (refresh_token, scopes, authorised_at) = match grant {
        // A client token has no grant behind it, whatever the service says.
        Grant::Client => (None, members.scopes().unwrap_or_default(), TIME_UNKNOWN),
        Grant::Code { .. } => (
            refresh_token,
            members.scopes().unwrap_or_default(),
            sent_at.unix_seconds(),
        ),
        Grant::Refresh { earlier, .. } => (
            refresh_token.or_else(|| Some(Secret::clone(&earlier.refresh_token))),
            members.scopes().unwrap_or_else(|| earlier.scopes.clone()),
            earlier.authorised_at,
        ),
    };
    let token_type = members.token_type();
    let mut unknown_members = members.into_unknown();
    if let Grant::Refresh { earlier, .. } = grant
        && unknown_members.expose().is_empty()
    {
        unknown_members = Secret::clone(&earlier.unknown_members);
    }
    Ok(Token::new(Contents {
        access_token,
        refresh_token,
        token_type,
        scopes,
        uses_pkce: grant.uses_pkce(),
        client_id: Some(request.parts().client_id.clone()),
        authorised_at,
        lifetime,
        stamp: sent_at,
        expires_at_ms: sent_at
            .unix_ms
            .saturating_add(lifetime.saturating_mul(1000)),
        unknown_members,
        clock: request.parts().clock.clone(),
    }))
}
