//! The core's decisions, with a clock that is set and a sender that is scripted.

mod helpers;
mod login;
mod prompt;
mod refreshing;
mod responses;
mod retrying;
mod token;
mod whole_login;
