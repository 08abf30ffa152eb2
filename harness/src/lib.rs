//! Builds C and C++ programs against clef and runs them, for the tests and the demo.
//!
//! What CI varies comes from the environment:
//!
//! - `CLEF_TEST_ALL=1`: a missing tool fails a test, which else says `skipped: needs …`.
//! - `CLEF_TEST_VALGRIND=1`: C programs run under valgrind memcheck, and any error or leak fails them.
//! - `CLEF_TEST_LONG=1`: processes share a token for a minute and are killed 300 times, for a tenth of that else.
//! - `CLEF_TEST_LANGUAGES=C,Go`: these alone play the conformance scenarios.
//! - `CLEF_TEST_LIBRARY=DIR`: the library in this folder is used, in place of one that is built now.
//! - `CLEF_TEST_CC=COMPILER`: the C compiler, `cc` where it is not set.
//! - `CLEF_TEST_CXX=COMPILER`: the C++ compiler, `c++` where it is not set.
//! - `CLEF_TEST_CFLAGS=FLAGS`: more flags for both compilers, such as `-fsanitize=address`.
//! - `CLEF_TEST_RUNNER=COMMAND`: what runs programs of another platform, such as `qemu-aarch64`; see `platforms/run`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod csharp;
mod go;
mod library;
mod login;
mod node;
mod program;
mod swift;
mod tool;
pub mod visitor;

pub use csharp::{CSharp, has_csharp, mono};
pub use go::{go_command, has_go};
pub use library::{Library, build_shipped, cargo, cargo_build, from_a_shell, root};
pub use login::run_with_login;
pub use node::install_packages;
pub use program::Program;
pub use swift::{SwiftPackage, has_swift};
pub use tool::{has, has_header, require};
