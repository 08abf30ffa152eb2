//! A copy of the sources in which the ABI is changed, built: its header and its library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clef_harness::{cargo, cargo_build, has, require, root};

use super::library::{calls_of_header, calls_of_library, disagreements};
use super::surface::Surface;
use super::{baseline, verdict};
use crate::support::{scratch, text};

/// What is replaced in which file.
const CHANGES: [(&str, &str, &str); 6] = [
    // A parameter is removed.
    (
        "src/ffi/sender.rs",
        "fn clef_sender_new_polled(\n    timeout_ms: i64,",
        "fn clef_sender_new_polled(",
    ),
    (
        "src/ffi/sender.rs",
        "PolledSender::new(timeout_from_the_queue(timeout_ms)?)",
        "PolledSender::new(timeout_from_the_queue(-1)?)",
    ),
    // An enumeration is reordered.
    ("src/error.rs", "    RetryLater = 1,", "    RetryLater = 2,"),
    ("src/error.rs", "    LogIn = 2,", "    LogIn = 1,"),
    // A function is dropped.
    (
        "src/ffi/error.rs",
        "#[unsafe(no_mangle)]\npub extern \"C\" fn clef_status_name(",
        "pub fn clef_status_name(",
    ),
    // A function is added.
    (
        "src/ffi/version.rs",
        "/// The version of the library that is loaded, as text",
        "/// New.\n#[unsafe(no_mangle)]\npub extern \"C\" fn clef_version_patch() -> u32 {\n    \
         const { number(env!(\"CARGO_PKG_VERSION_PATCH\")) }\n}\n\n\
         /// The version of the library that is loaded, as text",
    ),
];

/// So that it is built beside the library, from the same crates, and replaces nothing.
const NAMES: [(&str, &str, &str); 2] = [
    (
        "Cargo.toml",
        "name = \"clef-auth\"",
        "name = \"clef-auth-changed\"",
    ),
    (
        "Cargo.toml",
        "name = \"clef\"\ncrate-type = [\"cdylib\", \"staticlib\", \"rlib\"]",
        "name = \"clef_changed\"\ncrate-type = [\"cdylib\"]",
    ),
];

#[test]
fn what_changed_in_a_copy_is_told() {
    if !require("abidw (abigail-tools)", has("abidw")) {
        return;
    }
    let copy = scratch("abi-copy");
    for name in ["Cargo.toml", "Cargo.lock", "build.rs", "cbindgen.toml"] {
        fs::copy(root().join(name), copy.join(name)).expect("the file can be copied");
    }
    for name in ["src", "include", "sandbox", "harness", "benches"] {
        copy_folder(&root().join(name), &copy.join(name));
    }
    for (file, replaced, by) in CHANGES.into_iter().chain(NAMES) {
        let file = copy.join(file);
        let before = fs::read_to_string(&file).expect("the file was copied");
        assert_eq!(before.matches(replaced).count(), 1, "{replaced}");
        fs::write(&file, before.replace(replaced, by)).expect("the copy can be written");
    }
    let library = build(&copy);

    let header = fs::read_to_string(copy.join("include/clef.h")).expect("it was copied");
    let header = Surface::of_header(&header);
    let told = verdict(&baseline(), &header).expect_err("the ABI is broken");
    println!("{told}");
    for change in [
        "- clef_sender_new_polled: was 'clef_status clef_sender_new_polled(int64_t timeout_ms, ",
        "- CLEF_REMEDY_RETRY_LATER was 1, is 2\n- CLEF_REMEDY_LOG_IN was 2, is 1\n",
        "- clef_status_name is gone\n",
        "not yet in the baseline:\n- uint32_t clef_version_patch(void)\n",
    ] {
        assert!(told.contains(change), "not told: {change}");
    }

    // The library has it so as well, and a header that did not say so would be found out.
    let (compiled, _) = calls_of_library(&library);
    let found = disagreements(&calls_of_header(&header), &compiled);
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(
        disagreements(&calls_of_header(&baseline()), &compiled),
        [
            "clef_sender_new_polled: i32(i64, pointer, pointer) in the header, \
             i32(pointer, pointer) in the library",
            "clef_status_name: pointer(i32) in the header, not there in the library",
            "clef_version_patch: not there in the header, u32() in the library",
        ]
    );

    // abidiff sees in the two libraries what it can: to debug information, the numbers of an enumeration are no interface.
    let differences = differences(&cargo_build(&[]), &library);
    assert!(
        differences.contains("Functions changes summary: 1 Removed, 1 Changed")
            && differences.contains("1 Added function"),
        "{differences}"
    );
    for (kind, name) in [
        ("[D]", "clef_status_name"),
        ("[C]", "clef_sender_new_polled"),
        ("[A]", "clef_version_patch"),
    ] {
        let is_told = |line: &str| line.trim_start().starts_with(kind) && line.contains(name);
        assert!(
            differences.lines().any(is_told),
            "{kind} {name}\n{differences}"
        );
    }
}

fn differences(before: &Path, now: &Path) -> String {
    let output = Command::new("abidiff")
        .args([before, now])
        .output()
        .expect("abidiff comes with abidw");
    text(&output.stdout)
}

/// Renews the header of the copy; gives its library.
fn build(copy: &Path) -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("");
    let output = cargo()
        .current_dir(copy)
        .args([
            "build",
            "--lib",
            "--offline",
            "--package",
            "clef-auth-changed",
        ])
        .arg("--target-dir")
        .arg(&target)
        .env("CLEF_RENEW_HEADER", "1")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    target.join("debug/libclef_changed.so")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the target folder can be written");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("the file can be copied");
        }
    }
}
