//! Applications that are registered with the sandbox.

use crate::redirect_uri;

/// The id of the application that is registered unless told otherwise.
pub const CLIENT_ID: &str = "sandbox-client";

/// The secret of [`CLIENT_ID`].
pub const CLIENT_SECRET: &str = "sandbox-secret";

/// The redirect URIs of [`CLIENT_ID`]. The two loopback ones have no port, so any port is welcome.
pub const REDIRECT_URIS: [&str; 4] = [
    "http://127.0.0.1/callback",
    "http://[::1]/callback",
    "https://example.com/callback",
    "clef-demo://callback",
];

/// An application registered with the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client id.
    pub id: String,
    /// The client secret, which applications that use PKCE do not need.
    pub secret: String,
    /// Where a login may lead back to. Compared byte for byte, except that a loopback literal (`http://127.0.0.1`,
    /// `http://[::1]`) registered without a port stands for every port.
    pub redirect_uris: Vec<String>,
}

impl Client {
    /// An application with the default redirect URIs.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            redirect_uris: REDIRECT_URIS.map(String::from).to_vec(),
        }
    }

    /// Whether a login may lead back to this URI.
    pub(crate) fn accepts_redirect_uri(&self, uri: &str) -> bool {
        self.redirect_uris
            .iter()
            .any(|registered| redirect_uri::matches(registered, uri))
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new(CLIENT_ID, CLIENT_SECRET)
    }
}
