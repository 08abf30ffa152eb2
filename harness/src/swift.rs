//! Swift's package manager, for the binding in `bindings/swift`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Library, has, root};

/// Whether Swift is there. It takes gigabytes, so that it is not asked for where it is missing: `platforms/swift` has it.
pub fn has_swift() -> bool {
    has("swift")
}

/// The package of the binding, built against a library.
pub struct SwiftPackage {
    bin: PathBuf,
}

impl SwiftPackage {
    /// Builds it for `configuration`, `debug` or `release`, in a folder beside those of all tests, which share it.
    ///
    /// # Panics
    /// It does not build, or with warnings.
    pub fn build(library: &Library, folder: &Path, configuration: &str) -> SwiftPackage {
        let description = format!(
            "Name: clef\nDescription: Gets and keeps Spotify access tokens\nVersion: {}\n\
             Cflags: -I{}\nLibs: -L{} -lclef\n",
            env!("CARGO_PKG_VERSION"),
            root().join("include").display(),
            library.folder.display(),
        );
        fs::write(folder.join("clef.pc"), description).expect("the target folder can be written");
        let path = folder.parent().unwrap_or(folder).join("swift");
        let mut swift = Command::new("swift");
        swift
            .current_dir(root().join("bindings/swift"))
            .arg("build")
            .args(["--configuration", configuration, "--build-path"])
            .arg(&path)
            .args(["-Xlinker", "-rpath", "-Xlinker"])
            .arg(&library.folder)
            .env("PKG_CONFIG_PATH", folder)
            .env_remove("LD_LIBRARY_PATH");
        if configuration == "debug" {
            swift.arg("--build-tests");
        }
        let output = swift.output().expect("swift starts");
        let written = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && !written.contains("warning:"),
            "{written}"
        );
        SwiftPackage {
            bin: path.join(configuration),
        }
    }

    /// One of its programs.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        // Cargo puts its own target folder there, which would win over the library that was linked.
        command.env_remove("LD_LIBRARY_PATH");
        command
    }
}
