//! The languages that play the scenarios of `tests/conformance`, each with a runner of its own.
//!
//! A language is one line below and one file beside this one, which builds its runner and says how it is called. The
//! benchmark of the bindings has them from here too.

mod c;
mod cpp;
mod csharp;
mod go;
mod swift;

use std::path::Path;
use std::process::Command;

use clef_harness::{Library, require};

/// A language, in the order of the table.
pub struct Language {
    /// Its name, for people.
    pub name: &'static str,
    /// Builds its runner against this library, in this folder, which is empty.
    pub build: fn(library: &Library, folder: &Path) -> Result<Runner, Absent>,
}

/// All languages that clef has a binding for.
pub const LANGUAGES: &[Language] = &[
    Language {
        name: "C",
        build: c::build,
    },
    Language {
        name: "C++",
        build: cpp::build,
    },
    Language {
        name: "Go",
        build: go::build,
    },
    Language {
        name: "C#",
        build: csharp::build,
    },
    Language {
        name: "Swift",
        build: swift::build,
    },
];

/// A runner that can be called.
pub struct Runner {
    command: Box<dyn Fn() -> Command>,
}

impl Runner {
    /// A runner that `command` starts, once the arguments of `tests/conformance/README.md` are added.
    pub fn new(command: impl Fn() -> Command + 'static) -> Runner {
        Runner {
            command: Box::new(command),
        }
    }

    /// A command that starts it, as from a shell.
    pub fn command(&self) -> Command {
        let mut command = (self.command)();
        // Cargo puts its own target folder there, which would win over the library that was linked.
        command.env_remove("LD_LIBRARY_PATH");
        command
    }
}

/// Why there is no runner here: `skipped: needs go`.
pub struct Absent(pub String);

impl Absent {
    /// Says that a tool is missing, and fails under `CLEF_TEST_ALL=1`; fine where it is there.
    pub fn unless(what: &str, is_present: bool) -> Result<(), Absent> {
        if require(what, is_present) {
            Ok(())
        } else {
            Err(Absent(format!("skipped: needs {what}")))
        }
    }
}
