//! The command line.

use std::path::PathBuf;

use clap::Parser;
use clef_sandbox::{
    CLIENT_ID, CLIENT_SECRET, Certificate, Client, Options, REDIRECT_URIS, Rotation, Settings,
};

const GUIDE: &str = concat!(
    include_str!("endpoints.txt"),
    "\n",
    include_str!("guide.txt")
);

/// A local stand-in for the Spotify accounts service
///
/// Test an application that logs in with Spotify, in any language, without credentials and
/// without a network: the sandbox hands out codes and tokens, rotates refresh tokens, expires
/// them on a clock that you move, and fails in all the ways that the service and the network can.
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment, after_long_help = GUIDE)]
pub struct Cli {
    /// Port for http on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 8888)]
    port: u16,

    /// Serve https too, on this port; 0 picks a free one
    #[arg(long)]
    https_port: Option<u16>,

    /// Write the certificate of the authority to trust for https to this file (PEM)
    #[arg(long, value_name = "PATH", requires = "https_port")]
    pub ca_file: Option<PathBuf>,

    /// Id of the registered application
    #[arg(long, value_name = "ID", default_value = CLIENT_ID)]
    client_id: String,

    /// Secret of the registered application
    #[arg(long, value_name = "SECRET", default_value = CLIENT_SECRET)]
    client_secret: String,

    /// Where a login may lead back to; repeat it for several
    ///
    /// A URI on http://127.0.0.1 or http://[::1] without a port stands for every port.
    #[arg(long = "redirect-uri", value_name = "URI", default_values = REDIRECT_URIS)]
    redirect_uris: Vec<String>,

    /// Seconds an access token lives
    #[arg(long, value_name = "SECONDS", default_value_t = Settings::default().expires_in)]
    expires_in: i64,

    /// Whether a refresh hands out a new refresh token and spends the old one: on, off, or pkce-only as at Spotify
    #[arg(long, default_value = "pkce-only", value_parser = parse_rotation)]
    rotation: Rotation,

    /// Agree to every login at once, without the consent page
    #[arg(long)]
    auto_approve: bool,

    /// Milliseconds each answer of /api/token is held back
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    token_delay_ms: u64,
}

impl Cli {
    /// The application that is to be registered.
    pub fn client(&self) -> Client {
        Client {
            id: self.client_id.clone(),
            secret: self.client_secret.clone(),
            redirect_uris: self.redirect_uris.clone(),
        }
    }

    /// What to start the sandbox with.
    pub fn options(&self) -> Options {
        Options {
            port: self.port,
            https: self
                .https_port
                .map(|_| Certificate::Good)
                .into_iter()
                .collect(),
            https_port: self.https_port.unwrap_or_default(),
            clients: vec![self.client()],
            settings: Settings {
                expires_in: self.expires_in,
                rotation: self.rotation,
                auto_approve: self.auto_approve,
                token_delay_ms: self.token_delay_ms,
                ..Settings::default()
            },
        }
    }
}

/// The spelling of the settings is welcome too.
fn parse_rotation(text: &str) -> Result<Rotation, &'static str> {
    match text {
        "on" => Ok(Rotation::On),
        "off" => Ok(Rotation::Off),
        "pkce-only" | "pkce_only" => Ok(Rotation::PkceOnly),
        _ => Err("on, off or pkce-only"),
    }
}
