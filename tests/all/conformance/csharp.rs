//! The runner for C#.

use std::fs;
use std::path::Path;

use clef_harness::{CSharp, Library, has_csharp, mono, root};

use super::{Absent, Runner};

const SOURCES: &str = "tests/conformance/csharp";

pub fn build(library: &Library, folder: &Path) -> Result<Runner, Absent> {
    Absent::unless("mcs and mono", has_csharp())?;
    let sources: Vec<String> = fs::read_dir(root().join(SOURCES))
        .expect("the runner has sources")
        .map(|entry| entry.expect("it can be read").path().display().to_string())
        .collect();
    let program = CSharp::compile(library, folder).program("conformance.exe", &sources, &[]);
    Ok(Runner::new(move || mono(&program)))
}
