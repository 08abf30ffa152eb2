//! `cargo demo`: a C program logs a user in, lets the token expire and is handed a fresh one, all on this machine.
#![forbid(unsafe_code)]

mod browser;
mod steps;

use std::process::ExitCode;

use clap::Parser;
use clef_sandbox::Fault;

/// Shows what clef does, without credentials and without a network.
///
/// Builds the library and a C program, examples-c/refreshing_token.c; starts a sandbox that
/// stands in for Spotify's accounts service; and has the program log a user in with PKCE, wait
/// until its token is about to expire, and get a fresh one.
///
/// The exit status is 0 only if all of that worked.
#[derive(Debug, Parser)]
#[command(name = "cargo demo", bin_name = "cargo demo", verbatim_doc_comment)]
pub struct Arguments {
    /// Run examples-c/login.c in its place, twice: the first run opens your browser, for you to
    /// agree, and the second has no need of it
    #[arg(long)]
    browser: bool,

    /// A fault for the sandbox, as JSON: for the tests
    #[arg(long, hide = true, value_name = "JSON", value_parser = |json: &str| serde_json::from_str::<Fault>(json))]
    fault: Vec<Fault>,
}

fn main() -> ExitCode {
    match steps::run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\nThe demo failed: {problem}");
            ExitCode::FAILURE
        }
    }
}
