//! clef as it is installed, and programs in empty folders that are built with it.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use clef_harness::{from_a_shell, root};
use clef_sandbox::{CLIENT_ID, CLIENT_SECRET, Options, Sandbox};

use crate::support::{scratch, text};

/// Where cargo builds what is installed: once for all tests.
pub fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("install")
}

/// A command of somebody who installs clef.
pub fn installer(program: impl AsRef<OsStr>) -> Command {
    let mut command = from_a_shell(program);
    command.current_dir(root());
    command
}

/// `packaging/install.sh` with these settings.
pub fn install<'a>(settings: impl IntoIterator<Item = &'a str>) {
    let mut script = installer(root().join("packaging/install.sh"));
    script.arg(setting("TARGET_DIR", &target_dir()));
    run(script.args(settings));
}

/// `NAME=VALUE`.
pub fn setting(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}

/// Runs a command, which has to succeed; gives all that it printed.
pub fn run(command: &mut Command) -> String {
    let (succeeded, printed) = attempt(command);
    assert!(succeeded, "{command:?}\n{printed}");
    printed
}

/// Whether a command succeeds, and all that it printed.
pub fn attempt(command: &mut Command) -> (bool, String) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let printed = text(&output.stdout) + &text(&output.stderr);
    (output.status.success(), printed)
}

/// What programs look for that are linked with the shared library.
pub fn soname() -> String {
    let minor = match env!("CARGO_PKG_VERSION_MAJOR") {
        "0" => concat!(".", env!("CARGO_PKG_VERSION_MINOR")),
        _ => "",
    };
    format!("libclef.so.{}{minor}", env!("CARGO_PKG_VERSION_MAJOR"))
}

/// The installed tree, which was moved after it was installed.
pub fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let folder = scratch("installation");
        let installed = folder.join("first");
        install([&*setting("PREFIX", &installed)]);
        let moved = folder.join("moved/to/here");
        fs::create_dir_all(moved.parent().expect("it is deep")).expect("folders can be made");
        fs::rename(&installed, &moved).expect("the tree can be moved");
        moved
    })
}

/// A folder outside the repository, gone at the end.
pub struct Outside {
    pub folder: PathBuf,
}

impl Outside {
    /// With copies of these files of `tests/packaging` in it.
    pub fn with(name: &str, files: &[&str]) -> Outside {
        let folder = env::temp_dir().join(format!("clef-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("folders can be made");
        for file in files {
            let from = root().join("tests/packaging").join(file);
            let to = folder.join(from.file_name().expect("a file has a name"));
            fs::copy(&from, to).expect("the file can be copied");
        }
        Outside { folder }
    }

    /// A tool of this machine, in this folder, that is told nothing but where to look for clef.
    pub fn tool(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", env::var_os("PATH").expect("there is a PATH"))
            .env("PKG_CONFIG_PATH", prefix().join("lib/pkgconfig"))
            .env("CMAKE_PREFIX_PATH", prefix());
        command
    }

    /// Compiles C with the flags that `pkg-config` gives for `package`.
    pub fn compile(&self, package: &str, arguments: &str) {
        // The shared library lies where the system does not search.
        let found = match package {
            "clef" => "-Wl,-rpath,$(pkg-config --variable=libdir clef)",
            _ => "",
        };
        let command = format!(
            "cc -Wall -Wextra -Werror {arguments} $(pkg-config --cflags --libs {package}) {found}"
        );
        run(self.tool("sh").args(["-c", &command]));
    }

    /// Runs a built `main.c`, in an empty environment: it gets a token from a sandbox.
    pub fn get_token(&self, program: &Path) {
        let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
        let printed = run(Command::new(self.folder.join(program))
            .current_dir(&self.folder)
            .env_clear()
            .args([&*sandbox.url(), CLIENT_ID, CLIENT_SECRET]));
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(printed, format!("clef {version} has a Bearer token\n"));
        assert_eq!(sandbox.count("/api/token", Some("client_credentials")), 1);
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What a program or a library says of itself under this name, `SONAME` or `NEEDED`.
pub fn dynamic(file: &Path, name: &str) -> Vec<String> {
    let listing = run(Command::new("readelf").args(["-dW"]).arg(file));
    assert!(listing.contains("NEEDED"), "readelf was misread: {listing}");
    let mark = format!("({name})");
    listing
        .lines()
        .filter(|line| line.contains(&mark))
        .filter_map(|line| Some(line.split_once('[')?.1.trim_end_matches(']').to_owned()))
        .collect()
}

/// The names that `nm` with these options lists.
pub fn symbols(file: &Path, options: &[&str]) -> Vec<String> {
    let mut command = Command::new("nm");
    command.args(["--defined-only", "--format=posix"]);
    run(command.args(options).arg(file))
        .lines()
        // A member of an archive, such as `libclef.a[clef.o]:`, has a line by itself.
        .filter_map(|line| Some(line.split_once(' ')?.0.to_owned()))
        .collect()
}
