//! C# programs, compiled and run by Mono.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Library, has, root};

/// The sources of the binding.
const BINDING: &str = "bindings/csharp/package/Runtime";

/// As old as Unity's compilers are, and without a warning.
const FLAGS: [&str; 5] = [
    "-langversion:7",
    "-warn:4",
    "-warnaserror",
    "-debug",
    "-r:System.Net.Http.dll",
];

/// Whether C# can be compiled and run here.
pub fn has_csharp() -> bool {
    has("mcs") && has("mono")
}

/// The compiled binding, and the programs beside it.
pub struct CSharp {
    folder: PathBuf,
}

impl CSharp {
    /// Compiles the binding into a folder; it will load this library.
    pub fn compile(library: &Library, into: &Path) -> CSharp {
        let csharp = CSharp {
            folder: into.to_owned(),
        };
        csharp.assemble(
            "Clef.dll",
            &[
                "-target:library",
                "-unsafe",
                "-doc:Clef.xml",
                // Every public member has a comment.
                &format!("-recurse:{}/*.cs", root().join(BINDING).display()),
            ],
        );
        let file = format!(
            "{}clef{}",
            std::env::consts::DLL_PREFIX,
            std::env::consts::DLL_SUFFIX
        );
        let config = format!(
            "<configuration><dllmap dll=\"clef\" target=\"{}\"/></configuration>",
            library.folder.join(file).display()
        );
        fs::write(into.join("Clef.dll.config"), config).expect("the folder can be written");
        csharp
    }

    /// Compiles a program against the binding, from files whose paths begin at the root of the repository.
    pub fn program(&self, name: &str, sources: &[impl AsRef<str>], flags: &[&str]) -> PathBuf {
        let sources: Vec<String> = sources
            .iter()
            .map(|source| root().join(source.as_ref()).display().to_string())
            .collect();
        let arguments: Vec<&str> = ["-r:Clef.dll"]
            .into_iter()
            .chain(flags.iter().copied())
            .chain(sources.iter().map(String::as_str))
            .collect();
        self.assemble(name, &arguments)
    }

    /// Runs the compiler; gives what it made.
    pub fn assemble(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let output = Command::new("mcs")
            .current_dir(&self.folder)
            .args(FLAGS)
            .arg(format!("-out:{name}"))
            .args(arguments)
            .output()
            .expect("mcs is installed");
        assert!(
            output.status.success(),
            "{name} does not compile:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        self.folder.join(name)
    }
}

/// A command that runs a compiled program.
pub fn mono(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("mono");
    // Cargo puts its own target folder there.
    command.arg(program).env_remove("LD_LIBRARY_PATH");
    command
}
