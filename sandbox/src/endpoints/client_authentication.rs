//! Who asks for a token.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::form::Form;
use crate::grants::Caller;
use crate::oauth_error::OAuthError;
use crate::service::Service;

/// The application behind a token request: by id and secret in the `Authorization` header, or only by its id in the
/// form, as with PKCE.
pub fn authenticate<'a>(
    service: &'a Service,
    headers: &HeaderMap,
    form: &Form,
) -> Result<Caller<'a>, OAuthError> {
    if headers.contains_key(header::AUTHORIZATION) {
        let (id, secret) = basic_credentials(headers).ok_or(OAuthError::INVALID_CLIENT)?;
        let client = service.client(&id).ok_or(OAuthError::INVALID_CLIENT)?;
        if client.secret != secret {
            return Err(OAuthError::INVALID_CLIENT_SECRET);
        }
        Ok(Caller {
            client_id: &client.id,
            has_secret: true,
        })
    } else {
        let id = form.get("client_id").ok_or(OAuthError::NO_CLIENT)?;
        let client = service.client(id).ok_or(OAuthError::INVALID_CLIENT)?;
        Ok(Caller {
            client_id: &client.id,
            has_secret: false,
        })
    }
}

/// Client id and secret of a Basic `Authorization` header. Spotify takes them as they are, without the URL encoding
/// that RFC 6749 asks for.
pub fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
