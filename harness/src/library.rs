//! The library that C programs are built against.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the harness lies in the repository")
}

/// Cargo, in the root of the repository, as from a shell.
pub fn cargo() -> Command {
    let mut cargo = from_a_shell(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// A program that runs cargo, as from a shell.
///
/// What cargo tells the tests that it runs is left out: `ring` takes a change of that for a reason to be built anew, and
/// everything above it with it.
pub fn from_a_shell(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_remove("OUT_DIR");
    for (name, _) in env::vars_os() {
        let of_a_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"]
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix));
        if of_a_package {
            command.env_remove(name);
        }
    }
    command
}

/// Builds the library with further arguments for `cargo build`; gives the path of the shared library.
pub fn cargo_build(arguments: &[&str]) -> PathBuf {
    shared_library_of("build", arguments)
}

/// Builds the libraries as they are shipped, with further arguments for `cargo rustc`; gives the path of the shared one,
/// which the static one lies beside.
///
/// By themselves: beside a Rust library, which cannot be optimised as a whole, Cargo leaves that out for these too.
pub fn build_shipped(arguments: &[&str]) -> PathBuf {
    let mut all = vec!["--release", "--crate-type", "cdylib,staticlib"];
    all.extend(arguments);
    shared_library_of("rustc", &all)
}

fn shared_library_of(command: &str, arguments: &[&str]) -> PathBuf {
    let output = cargo()
        .args([command, "--package", "clef-auth", "--lib"])
        .args(["--message-format", "json-render-diagnostics"])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the library does not build");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "clef")
        .filter_map(|message| message["filenames"].as_array().cloned())
        .flatten()
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == env::consts::DLL_EXTENSION)
        })
        .expect("cargo names the shared library")
}

/// A built library.
pub struct Library {
    /// The folder of the shared library.
    pub folder: PathBuf,
}

impl Library {
    /// The library of this work tree, built once a process.
    pub fn get() -> &'static Library {
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        LIBRARY.get_or_init(|| match env::var_os("CLEF_TEST_LIBRARY") {
            Some(folder) => Library {
                folder: folder.into(),
            },
            None => Library::of(&cargo_build(&[])),
        })
    }

    /// The library in this file.
    pub fn of(file: &Path) -> Library {
        Library {
            folder: file.parent().expect("a file has a folder").into(),
        }
    }
}
