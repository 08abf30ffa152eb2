//! The runner for Swift, whose toolchain is too large to be installed by CI.

use std::path::Path;

use clef_harness::{Library, SwiftPackage, has_swift};

use super::{Absent, Runner};

pub fn build(library: &Library, folder: &Path) -> Result<Runner, Absent> {
    if !has_swift() {
        return Err(Absent("not run here: see docs/platforms.md".into()));
    }
    let package = SwiftPackage::build(library, folder, "release");
    Ok(Runner::new(move || package.command("conformance")))
}
