//! A local stand-in for the Spotify accounts service.
//!
//! It speaks the parts of OAuth 2 that Spotify speaks: the authorisation code flow with and without PKCE, client
//! credentials and refreshing. Faults of the service and of the network can be asked for, the clock can be moved, and
//! what was received can be counted and read back with every secret masked. It needs no credentials and no network.
//!
//! ```
//! use clef_sandbox::{Fault, Options, Sandbox};
//!
//! # fn main() -> std::io::Result<()> {
//! let sandbox = Sandbox::start(Options::default())?;
//! sandbox.add_fault(Fault::respond(503, "upstream unavailable").header("Retry-After", "1"));
//! println!("accounts service at {}", sandbox.url());
//! assert_eq!(sandbox.count("/api/token", Some("refresh_token")), 0);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod authorisation;
mod client;
mod clock;
mod connection;
mod consent_page;
mod disturbance;
mod endpoints;
mod fault;
mod fault_queue;
mod faulty_body;
mod form;
mod grants;
mod interception;
mod oauth_error;
mod options;
mod pkce;
mod random;
mod recent;
mod redirect_uri;
mod request_log;
mod sandbox;
mod scopes;
mod service;
mod settings;
mod tls;

pub use client::{CLIENT_ID, CLIENT_SECRET, Client, REDIRECT_URIS};
pub use fault::{Fault, FaultKind};
pub use options::Options;
pub use request_log::{Authentication, LogEntry};
pub use sandbox::Sandbox;
pub use settings::{Rotation, Settings};
pub use tls::{Authority, Certificate, Identity};
