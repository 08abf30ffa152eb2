//! The runner for Go.

use std::path::Path;
use std::process::Command;

use clef_harness::{Library, go_command, has_go};

use super::{Absent, Runner};

pub fn build(library: &Library, folder: &Path) -> Result<Runner, Absent> {
    Absent::unless("go", has_go())?;
    let program = folder.join("conformance");
    let status = go_command("go", library, folder)
        .args(["build", "-o"])
        .arg(&program)
        .arg("./internal/conformance")
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "the runner for Go does not build"
    );
    Ok(Runner::new(move || Command::new(&program)))
}
