//! clef gets and keeps Spotify access tokens.
//!
//! This is its core as a Rust crate; `include/clef.h` is the same for C. The core does no I/O and reads no clock by
//! itself: a [request](HttpRequest) is a value, a [response](HttpResponse) is bytes, the time comes from a [`Clock`], and
//! whoever carries the request is a [`Sender`].
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod clock;
mod cooldown;
mod credentials;
mod error;
pub mod ffi;
mod form;
mod grant;
mod login;
mod panics;
mod pkce;
mod poller;
pub mod prompt;
mod random;
mod redirect;
mod refreshing;
mod request;
mod response;
mod runtime;
mod scope;
mod secret;
pub mod sender;
mod sha256;
mod shortcuts;
mod stop;
mod store;
mod tekore_config;
mod text;
mod this_thread;
mod thread;
mod token;
mod token_endpoint;
mod token_json;
mod user_auth;
mod web_url;
mod wiped_buffer;
mod work;

// The unit tests share the scripted sender and the clock of the integration tests, which know this crate by name.
#[cfg(test)]
extern crate self as clef;
#[cfg(test)]
#[path = "../tests/all/core/helpers.rs"]
#[allow(dead_code, reason = "the integration tests use the rest")]
mod test_helpers;

pub use clock::{Clock, Moment, SystemClock, TIME_NEVER, TIME_UNKNOWN};
pub use credentials::{Credentials, PkceAuthorisation};
pub use error::{Error, Remedy, Result, Status};
pub use login::{LoginAttempt, LoginBrowser, LoginOptions, RedirectListener, login, start_login};
pub use pkce::{DEFAULT_VERIFIER_BYTES, VERIFIER_BYTES};
pub use redirect::{check_redirect_uri, parse_code_from_url, parse_state_from_url};
pub use refreshing::{Event, Listener, RefreshingCredentials, RefreshingToken};
pub use request::HttpRequest;
pub use response::{HttpResponse, MAX_BODY_BYTES};
pub use runtime::{Completion, Operation, Outcome, Runtime};
pub use scope::{Scope, ScopeSet};
pub use secret::Secret;
pub use sender::{Carrying, SendFailure, Sender};
pub use shortcuts::{refresh_pkce_token, refresh_user_token, request_client_token};
pub use store::{Key, StoreTask, StoreTaskKind, TokenStore};
pub use text::{NulInside, Text};
pub use token::Token;
pub use user_auth::{AuthOptions, DEFAULT_STATE_BYTES, UserAuth, gen_state};
pub use work::Context;
