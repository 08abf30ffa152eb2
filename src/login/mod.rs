//! Logging a user in with their browser.

mod redirect_listener;

pub use redirect_listener::RedirectListener;
