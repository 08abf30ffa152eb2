//! The Go toolchain, for the binding in `bindings/go`.

use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Library, has, root};

/// Whether what the binding is built with is there: Go, and `pkg-config`, by which cgo finds the library.
pub fn has_go() -> bool {
    let version = Command::new("go")
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success()) && has("pkg-config")
}

/// The command `tool`, `go` or another that comes with it, in the folder of the binding.
///
/// It finds `library` by a `clef.pc` that is written to `folder`, reaches for no network, and leaves nothing elsewhere than
/// there and beside it.
pub fn go_command(tool: impl AsRef<OsStr>, library: &Library, folder: &Path) -> Command {
    let include = root().join("include");
    let description = format!(
        "Name: clef\nDescription: Gets and keeps Spotify access tokens\nVersion: {}\nincludedir={}\n\
         Cflags: -I${{includedir}}\nLibs: -L{} -lclef\n",
        env!("CARGO_PKG_VERSION"),
        include.display(),
        library.folder.display(),
    );
    fs::write(folder.join("clef.pc"), description).expect("the target folder can be written");
    // Go does not see by itself that a header outside of its module has changed.
    let mut header = DefaultHasher::new();
    fs::read(include.join("clef.h"))
        .expect("the header is there")
        .hash(&mut header);
    // Beside the folders of all tests, which share it.
    let cache = folder.parent().unwrap_or(folder).join("go");
    let mut command = Command::new(tool);
    command
        .current_dir(root().join("bindings/go"))
        .env("PKG_CONFIG_PATH", folder)
        .env(
            "CGO_CFLAGS",
            format!("-g -O2 -DCLEF_HEADER={}", header.finish()),
        )
        .env(
            "CGO_LDFLAGS",
            format!("-Wl,-rpath,{}", library.folder.display()),
        )
        .env("CGO_ENABLED", "1")
        .env("GOCACHE", cache.join("cache"))
        .env("GOPATH", cache.join("path"))
        .env("GOENV", "off")
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
        // Cargo puts its own target folder there, which would win over the library that is linked.
        .env_remove("LD_LIBRARY_PATH");
    command
}
