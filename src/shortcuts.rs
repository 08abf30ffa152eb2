//! The reference's helpers: a self-refreshing token in one call.

use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::Result;
use crate::refreshing::{RefreshingCredentials, RefreshingToken};
use crate::sender::Sender;

fn credentials(
    client_id: &str,
    client_secret: Option<&str>,
    sender: Option<Arc<dyn Sender>>,
) -> Result<RefreshingCredentials> {
    let credentials = Credentials::new(client_id, client_secret, None)?;
    Ok(RefreshingCredentials::new(&match sender {
        Some(sender) => credentials.with_sender(sender),
        None => credentials,
    }))
}

/// Requests a client token. Without a sender it is the built-in one.
pub fn request_client_token(
    client_id: &str,
    client_secret: &str,
    sender: Option<Arc<dyn Sender>>,
) -> Result<RefreshingToken> {
    credentials(client_id, Some(client_secret), sender)?.request_client_token()
}

/// Requests a refreshed token of a login with a client secret. Without a sender it is the built-in one.
pub fn refresh_user_token(
    client_id: &str,
    client_secret: &str,
    refresh_token: &str,
    sender: Option<Arc<dyn Sender>>,
) -> Result<RefreshingToken> {
    credentials(client_id, Some(client_secret), sender)?.refresh_user_token(refresh_token)
}

/// Requests a refreshed token of a login with PKCE. Without a sender it is the built-in one.
pub fn refresh_pkce_token(
    client_id: &str,
    refresh_token: &str,
    sender: Option<Arc<dyn Sender>>,
) -> Result<RefreshingToken> {
    credentials(client_id, None, sender)?.refresh_pkce_token(refresh_token)
}
