//! Logging a user in with their browser.

pub(crate) mod browser;
mod redirect_listener;

pub use redirect_listener::RedirectListener;
