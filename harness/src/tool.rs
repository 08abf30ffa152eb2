//! Tools that a plain machine may lack.

use std::env;
use std::process::{Command, Stdio};

/// Whether there is a program of this name that answers `--version`.
pub fn has(tool: &str) -> bool {
    Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether the C compiler finds this header, `curl/curl.h`.
pub fn has_header(header: &str) -> bool {
    Command::new("cc")
        .args(["-include", header, "-E", "-x", "c", "/dev/null"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Passes `present` on; where that is false it says so, and fails under `CLEF_TEST_ALL=1`.
pub fn require(what: &str, present: bool) -> bool {
    if !present {
        assert!(
            env::var_os("CLEF_TEST_ALL").is_none(),
            "{what} is missing, and CLEF_TEST_ALL is set"
        );
        println!("skipped: needs {what}");
    }
    present
}
