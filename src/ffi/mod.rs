//! The C ABI, one file per section of the header. Each function takes three steps: check the arguments, call the core,
//! hand the result over. The documentation here becomes the header's, so it is written for C programmers.
//!
//! This is the only unsafe code. What it relies on is what the header asks of its callers: a handle is NULL or came
//! from clef and is not freed yet, a string is NULL or ends in NUL, an output is NULL or may be written.
#![allow(unsafe_code)]
#![allow(non_camel_case_types)]
// The contract of every function is the one above; a copy of it in each comment would be read by nobody.
#![allow(clippy::missing_safety_doc)]

mod arguments;
mod guard;
mod strings;
mod user_data;
#[cfg(windows)]
pub(crate) mod windows;

pub mod version;
// Errors come first in the header: everything else speaks of them.
pub mod error;
pub mod text;
// Then what a program meets in the order it meets it; rustfmt would sort lines that touch.
pub mod scope;

pub mod http_config;

pub mod sender;

pub mod exchange;

pub mod credentials;

pub mod http_request;

pub mod http_response;

pub mod token;

pub mod refreshing_credentials;

pub mod refreshing_token;

pub mod user_auth;

pub mod redirect;

pub mod redirect_listener;

pub mod token_store;

pub mod store_task;

pub mod stored_token;

pub mod login_options;

pub mod login_attempt;

pub mod login;

pub mod shortcuts;

pub mod prompt;

pub mod runtime;

pub mod operation;
