//! Writes what has to accompany a built library: the licences of all that is in it.
//!
//! cargo-about does as much and more, but takes minutes to build for what cargo itself knows.
#![forbid(unsafe_code)]

mod crates;
mod document;
mod standard_library;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Writes THIRD-PARTY-LICENSES.txt, and the notices of Rust's standard library, into a folder.
///
/// Fails if a crate has no licence text, or none of the licences that clef may be shipped under.
#[derive(Debug, Parser)]
#[command(name = "clef-licences", verbatim_doc_comment)]
struct Arguments {
    /// The folder to write to.
    #[arg(long)]
    into: PathBuf,
    /// The platform that the library is built for.
    #[arg(long)]
    target: String,
    /// The notices of Rust's standard library, where rustc does not bring them along.
    #[arg(long)]
    rust_notices: Option<PathBuf>,
    /// What cargo was told to build with, such as `--features keyring`.
    #[arg(last = true)]
    cargo_flags: Vec<String>,
}

fn main() -> ExitCode {
    match write(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("clef-licences: {message}");
            ExitCode::FAILURE
        }
    }
}

fn write(arguments: &Arguments) -> Result<(), String> {
    let crates = crates::linked(&arguments.target, &arguments.cargo_flags)?;
    let notices = match &arguments.rust_notices {
        Some(file) => file.clone(),
        None => standard_library::notices()?,
    };
    let extension = notices.extension().unwrap_or_else(|| "txt".as_ref());
    let copy = PathBuf::from("RUST-STANDARD-LIBRARY").with_extension(extension);
    let text = document::document(&crates, &standard_library::version(), &copy)?;

    let into = &arguments.into;
    let in_folder = |error: std::io::Error| format!("{}: {error}", into.display());
    fs::create_dir_all(into).map_err(in_folder)?;
    fs::write(into.join("THIRD-PARTY-LICENSES.txt"), text).map_err(in_folder)?;
    let contents = fs::read(&notices).map_err(|error| format!("{}: {error}", notices.display()))?;
    fs::write(into.join(copy), contents).map_err(in_folder)
}
