//! What the release library weighs, and what it needs of the system.

use std::path::Path;
use std::process::Command;

use clef_harness::cargo_build;

use crate::support::scratch;

const BUDGET_BYTES: u64 = 2_700_000;

/// What every system with a C program has; the part of the name before `.so`.
const SYSTEM_LIBRARIES: [&str; 6] = [
    "linux-vdso",
    "libgcc_s",
    "libc",
    "libm",
    "libpthread",
    "ld-linux-x86-64",
];

#[test]
#[cfg(target_os = "linux")]
fn release_library_is_small_and_needs_the_system_alone() {
    let library = cargo_build(&["--release"]);

    let stripped = scratch("size").join("libclef.so");
    std::fs::copy(&library, &stripped).expect("the library can be copied");
    run("strip", &stripped);
    let bytes = stripped.metadata().expect("it was just copied").len();
    println!("libclef.so, release, stripped: {bytes} of {BUDGET_BYTES} bytes");

    let needed = run("ldd", &library);
    println!("it needs:\n{needed}");
    let strangers: Vec<_> = libraries(&needed)
        .filter(|name| !is_of_the_system(name))
        .collect();
    assert!(strangers.is_empty(), "not on every system: {strangers:?}");
    assert!(
        libraries(&needed).any(|name| name.starts_with("libc.so")),
        "ldd says nothing of the C library, so it was misread"
    );
    assert!(
        bytes <= BUDGET_BYTES,
        "{bytes} bytes are over the budget of {BUDGET_BYTES}"
    );
}

/// The standard output of a tool that is given a file.
fn run(tool: &str, file: &Path) -> String {
    let output = Command::new(tool)
        .arg(file)
        .output()
        .unwrap_or_else(|error| panic!("{tool} does not start: {error}"));
    assert!(
        output.status.success(),
        "{tool}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("file names here are UTF-8")
}

/// The file names in lines such as `libc.so.6 => /lib/libc.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`.
fn libraries(ldd: &str) -> impl Iterator<Item = &str> {
    ldd.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(|path| path.rsplit('/').next().unwrap_or(path))
}

fn is_of_the_system(name: &str) -> bool {
    name.split_once(".so")
        .is_some_and(|(stem, _)| SYSTEM_LIBRARIES.contains(&stem))
}

#[test]
fn a_library_that_is_not_of_the_system_is_seen() {
    let ldd = "\tlinux-vdso.so.1 (0x0)\n\tlibssl.so.3 => /lib/libssl.so.3 (0x0)\n\
               \tlibcurl.so.4 => not found\n\t/lib64/ld-linux-x86-64.so.2 (0x0)\n";
    let strangers: Vec<_> = libraries(ldd)
        .filter(|name| !is_of_the_system(name))
        .collect();
    assert_eq!(strangers, ["libssl.so.3", "libcurl.so.4"]);
}
