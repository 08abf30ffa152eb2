//! The redirect that ends a login: where it may go, and what it brings back.

mod answer;
mod uri;

pub(crate) use answer::{Answer, Verdict};
pub use answer::{parse_code_from_url, parse_state_from_url};
pub use uri::check_redirect_uri;
