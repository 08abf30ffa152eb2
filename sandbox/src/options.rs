//! What a sandbox is started with.

use std::io;

use crate::{Certificate, Client, Settings, redirect_uri};

/// What a sandbox is started with. The default is what tests want: free ports, one application, no https.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The port for http on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// One https listener on 127.0.0.1 for each of these certificates.
    pub https: Vec<Certificate>,
    /// The port of the first https listener; 0 picks a free one. The others always pick.
    pub https_port: u16,
    /// The registered applications.
    pub clients: Vec<Client>,
    /// The settings to start with and to return to on a reset.
    pub settings: Settings,
}

impl Options {
    /// An application that cannot be sent back to is an error now, not in the middle of a login.
    pub(crate) fn check(&self) -> io::Result<()> {
        let uris = self.clients.iter().flat_map(|client| &client.redirect_uris);
        for uri in uris {
            if !redirect_uri::is_sendable(uri) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    format!(
                        "redirect URI {uri:?} is empty, not plain ASCII, or has a space or a fragment"
                    ),
                ));
            }
        }
        Ok(())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            https: Vec::new(),
            https_port: 0,
            clients: vec![Client::default()],
            settings: Settings::default(),
        }
    }
}
