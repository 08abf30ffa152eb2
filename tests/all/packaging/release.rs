//! The archive that is published: it is whole, works wherever it is unpacked, and comes out the same again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clef_harness::{has, require, root};

use super::installation::{Outside, attempt, installer, run, setting, target_dir};
use crate::support::{scratch, text};

/// What `packaging/release.sh` makes, for a user with this umask.
fn released(folder: &str, umask: &str, settings: &[&str]) -> PathBuf {
    let out = scratch(folder);
    let script = root().join("packaging/release.sh");
    let printed = run(installer("sh")
        .args(["-c", "umask $0 && exec \"$@\"", umask])
        .arg(script)
        .arg(setting("OUT", &out))
        .arg(setting("TARGET_DIR", &target_dir()))
        .args(settings));
    let archive = printed
        .lines()
        .find(|line| Path::new(line).starts_with(&out))
        .expect("it says where the archive is");
    PathBuf::from(archive)
}

/// Unpacks it and moves what was in it: a program that is linked with that gets a token.
#[test]
fn unpacked_elsewhere_it_works_and_names_the_licences() {
    if !require("pkg-config", has("pkg-config")) {
        return;
    }
    let archive = released("release", "022", &[]);
    let folder = archive.parent().expect("a file has a folder");
    run(Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(folder));

    let outside = Outside::with("release", &["main.c"]);
    run(outside.tool("tar").arg("xzf").arg(&archive));
    let name = archive.file_name().expect("a file has a name");
    let name = name.to_string_lossy();
    let name = name.strip_suffix(".tar.gz").expect("it is one");
    assert_eq!(
        name,
        concat!("clef-", env!("CARGO_PKG_VERSION"), "-x86_64-linux-gnu")
    );
    let tree = outside.folder.join(name);
    for package in ["clef", "clef-static"] {
        let command = format!(
            "cc -Wall -Wextra -Werror main.c -o {package} $(pkg-config --cflags --libs {package}) \
             -Wl,-rpath,$(pkg-config --variable=libdir clef)"
        );
        run(outside
            .tool("sh")
            .args(["-c", &command])
            .env("PKG_CONFIG_PATH", tree.join("lib/pkgconfig")));
        outside.get_token(Path::new(package));
    }
    assert_licences_of_all_crates(&tree.join("share/licenses/clef"));
    assert_no_trace_of_who_built_it(&tree);
    let build = fs::read_to_string(tree.join("BUILD.txt")).expect("it says how it was built");
    assert!(build.contains("\nNeeds glibc 2."), "{build}");
}

fn assert_licences_of_all_crates(folder: &Path) {
    let document = folder.join("THIRD-PARTY-LICENSES.txt");
    let document = fs::read_to_string(document).expect("it is there");
    let tree = installer("cargo")
        .args(["tree", "--package", "clef-auth", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}|{l}|"])
        .output()
        .expect("cargo runs");
    let tree = text(&tree.stdout);
    let mut crates = 0;
    for line in tree.lines().filter(|line| !line.starts_with("clef-auth ")) {
        // A third part, which says that its dependencies were printed before, is of no interest.
        let mut parts = line.split('|');
        let mut part = || parts.next().expect("it is in the format");
        let (package, expression) = (part().replacen(" v", " ", 1), part());
        let entry = format!("\n{package}: {expression}\n");
        assert!(document.contains(&entry), "not named: {entry}");
        crates += 1;
    }
    assert!(crates > 30, "cargo tree was misread: {tree}");
    // Texts of a crate, of what a crate has taken in, and of the standard library.
    for part in [
        "Apache License",
        "Community Data License",
        "third_party/fiat/LICENSE of ring",
    ] {
        assert!(document.contains(part), "not there: {part}");
    }
    let rust = fs::read_to_string(folder.join("RUST-STANDARD-LIBRARY.html"));
    assert!(rust.expect("it is there").contains("hashbrown"));
}

/// Panics name source files, but not where they lay.
fn assert_no_trace_of_who_built_it(tree: &Path) {
    let home = std::env::var("HOME").expect("there is one");
    for folder in [&*home, &root().display().to_string()] {
        let found = attempt(
            Command::new("grep")
                .args(["-rlF", &format!("{folder}/")])
                .arg(tree),
        );
        assert_eq!(found, (false, String::new()), "{folder} is named");
    }
}

#[test]
fn comes_out_the_same_again() {
    let mut formats = vec!["tar.gz"];
    if require("zip", Command::new("zip").arg("-v").output().is_ok()) {
        formats.push("zip");
    }
    for format in formats {
        let setting = format!("FORMAT={format}");
        let first = released("release-first", "022", &[&setting]);
        let second = released("release-second", "077", &[&setting]);
        assert_eq!(first.file_name(), second.file_name());
        let bytes = |file: &Path| fs::read(file).expect("it was just made");
        assert!(
            bytes(&first) == bytes(&second),
            "{} differs",
            first.display()
        );
    }
}

#[test]
fn nothing_is_made_of_a_setting_that_is_not_known() {
    let (succeeded, printed) =
        attempt(installer(root().join("packaging/release.sh")).arg("FEATURES=keyring"));
    assert!(!succeeded);
    assert!(
        printed.contains("'FEATURES=keyring' is none of"),
        "{printed}"
    );
}
