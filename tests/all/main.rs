//! All integration tests, in one program since each would link everything anew.
#![forbid(unsafe_code)]

mod c_programs;
mod core;
mod demo;
mod examples;
mod panic;
mod secrets;
mod support;
mod tls;
