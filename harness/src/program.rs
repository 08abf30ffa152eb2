//! A C or C++ program, compiled with the system's compiler.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Library, require, root, tool};

/// What the C code of this repository is compiled with.
const FLAGS: [&str; 7] = [
    "-std=c11",
    "-D_GNU_SOURCE",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-g",
    "-pthread",
];

/// What the C++ code of this repository is compiled with.
const CPP_FLAGS: [&str; 8] = [
    "-std=c++17",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Werror",
    "-g",
    "-pthread",
];

/// A compiled C or C++ program.
pub struct Program {
    path: PathBuf,
}

impl Program {
    /// Compiles `source`, a path from the root of the repository, against clef; `flags` come last.
    pub fn compile(source: &str, into: &Path, flags: &[&str]) -> Program {
        Program::compile_against(Library::get(), source, into, flags)
    }

    /// [`Program::compile`] against a library of your choice.
    pub fn compile_against(
        library: &Library,
        source: &str,
        into: &Path,
        flags: &[&str],
    ) -> Program {
        let linked = linked(library);
        let flags = linked
            .iter()
            .map(String::as_str)
            .chain(flags.iter().copied());
        Program::compile_unlinked(source, into, flags)
    }

    /// [`Program::compile_against`] for a program in C++.
    pub fn compile_cpp_against(
        library: &Library,
        source: &str,
        into: &Path,
        flags: &[&str],
    ) -> Program {
        let linked = linked(library);
        let flags = linked
            .iter()
            .map(String::as_str)
            .chain(flags.iter().copied());
        let compiler = env::var_os("CLEF_TEST_CXX").unwrap_or_else(|| "c++".into());
        Program::compile_by(&compiler, &CPP_FLAGS, source, into, flags)
    }

    /// [`Program::compile`] for a program that loads clef itself.
    pub fn compile_unlinked<'a>(
        source: &str,
        into: &Path,
        flags: impl IntoIterator<Item = &'a str>,
    ) -> Program {
        let compiler = env::var_os("CLEF_TEST_CC").unwrap_or_else(|| "cc".into());
        Program::compile_by(&compiler, &FLAGS, source, into, flags)
    }

    fn compile_by<'a>(
        compiler: &OsStr,
        usual: &[&str],
        source: &str,
        into: &Path,
        flags: impl IntoIterator<Item = &'a str>,
    ) -> Program {
        let stem = Path::new(source).file_stem().expect("a source has a name");
        let path = into.join(stem);
        let more = env::var("CLEF_TEST_CFLAGS").unwrap_or_default();
        let output = Command::new(compiler)
            .current_dir(root())
            .args(usual)
            .args(["-I", "include", source, "-o"])
            .arg(&path)
            // Behind the source, which libraries among them are for.
            .args(more.split_whitespace())
            .args(flags)
            .output()
            .expect("the compiler is installed");
        assert!(
            output.status.success(),
            "{source} does not compile:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        // MinGW gives it the ending of Windows.
        match path.with_extension("exe") {
            of_windows if of_windows.exists() => Program { path: of_windows },
            _ => Program { path },
        }
    }

    /// A program that was compiled elsewhere.
    pub fn at(path: PathBuf) -> Program {
        Program { path }
    }

    /// The compiled file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A command that runs the program: under valgrind where that is asked for, or with the runner of its platform.
    pub fn command(&self) -> Command {
        let mut command = self.bare_command();
        // Cargo puts its own target folder there, which would win over the library that was linked.
        command.env_remove("LD_LIBRARY_PATH");
        command
    }

    fn bare_command(&self) -> Command {
        if let Ok(runner) = env::var("CLEF_TEST_RUNNER") {
            let mut words = runner.split_whitespace();
            let mut command = Command::new(words.next().expect("CLEF_TEST_RUNNER names a program"));
            command.args(words).arg(&self.path);
            return command;
        }
        if env::var_os("CLEF_TEST_VALGRIND").is_none()
            || !require("valgrind", tool::has("valgrind"))
        {
            return Command::new(&self.path);
        }
        let mut command = Command::new("valgrind");
        command
            .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
            .args(["--show-leak-kinds=definite,indirect,possible"])
            .args(["--errors-for-leak-kinds=definite,indirect,possible"])
            // The frames that the suppressions look for lie deep.
            .arg("--num-callers=40")
            .arg(format!(
                "--suppressions={}",
                root().join("tests/valgrind.supp").display()
            ))
            .arg(&self.path);
        command
    }

    /// Runs the program; gives its standard output, and fails with all it wrote where it fails.
    pub fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        let output = self
            .command()
            .args(arguments)
            .output()
            .expect("the program starts");
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{} failed with {}:\n{stdout}\n{}",
            self.path.display(),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        stdout
    }
}

/// The flags that link a program to this library.
fn linked(library: &Library) -> [String; 3] {
    let folder = library.folder.display();
    [
        format!("-L{folder}"),
        "-lclef".into(),
        format!("-Wl,-rpath,{folder}"),
    ]
}
