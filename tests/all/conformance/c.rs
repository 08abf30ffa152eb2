//! The runner for C.

use std::path::Path;

use clef_harness::{Library, Program, has};

use super::{Absent, Runner};

pub fn build(library: &Library, folder: &Path) -> Result<Runner, Absent> {
    Absent::unless("cc", has("cc"))?;
    let source = "tests/conformance/conformance.c";
    let program = Program::compile_against(library, source, folder, &["-O2"]);
    Ok(Runner::new(move || program.command()))
}
