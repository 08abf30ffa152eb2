//! The runner for C++.

use std::path::Path;

use clef_harness::{Library, Program, has};

use super::{Absent, Runner};

pub fn build(library: &Library, folder: &Path) -> Result<Runner, Absent> {
    Absent::unless("c++", has("c++"))?;
    let source = "tests/conformance/conformance.cpp";
    let program = Program::compile_cpp_against(library, source, folder, &["-O2"]);
    Ok(Runner::new(move || program.command()))
}
