//! Rust's own standard library, which is linked in like a crate but is none for cargo.

use std::path::PathBuf;
use std::process::Command;

/// `rustc 1.95.0 (59807616e 2026-04-14)`
pub fn version() -> String {
    rustc("--version")
}

/// The file with the notices of all that is in it, licences included, which comes with rustc.
pub fn notices() -> Result<PathBuf, String> {
    let root = PathBuf::from(rustc("--print=sysroot"));
    let file = root.join("share/doc/rust/COPYRIGHT-library.html");
    match file.is_file() {
        true => Ok(file),
        false => Err(format!(
            "{} is missing, which Rust from rustup.rs has; name a file with the notices of this Rust's standard library, \
             such as /usr/share/doc/libstd-rust-dev/copyright",
            file.display()
        )),
    }
}

fn rustc(argument: &str) -> String {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program)
        .arg(argument)
        .output()
        .expect("rustc runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
