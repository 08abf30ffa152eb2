//! What the libraries weigh as they are shipped, and what the shared one needs of the system.

use std::iter;
use std::path::Path;
use std::process::Command;

use clef_harness::{build_shipped, root};

use crate::support::scratch;

/// What every system with a C program has; the part of the name before `.so`.
const SYSTEM_LIBRARIES: [&str; 6] = [
    "linux-vdso",
    "libgcc_s",
    "libc",
    "libm",
    "libpthread",
    "ld-linux-x86-64",
];

const MINIMAL: [&str; 1] = ["--no-default-features"];

/// One test for all, since they are built one after another anyway.
#[test]
#[cfg(target_os = "linux")]
fn shipped_libraries_are_small_and_need_the_system_alone() {
    let too_large: Vec<_> = [
        ("default", 2_000_000, &[][..]),
        ("keyring", 3_450_000, &["--features", "keyring"]),
        ("minimal", 920_000, &MINIMAL),
    ]
    .into_iter()
    .map(|(name, budget, features)| (name, budget, stripped_bytes(name, features)))
    // Right behind the minimal library, which is then not built again.
    .chain(iter::once_with(|| {
        let name = "a program with what it uses of the minimal static library";
        (name, 500_000, bytes_of_a_static_program())
    }))
    .filter(|(name, budget, bytes)| {
        println!("{name}: {bytes} of {budget} bytes, stripped");
        bytes > budget
    })
    .map(|(name, ..)| name)
    .collect();
    assert!(too_large.is_empty(), "over the budget: {too_large:?}");
}

/// Builds the library and looks at what it needs; gives its size.
fn stripped_bytes(name: &str, features: &[&str]) -> u64 {
    let library = build_shipped(features);
    let needed = run("ldd", &library);
    let strangers: Vec<_> = libraries(&needed)
        .filter(|name| !is_of_the_system(name))
        .collect();
    assert!(
        strangers.is_empty(),
        "{name}: not on every system: {strangers:?}"
    );
    assert!(
        libraries(&needed).any(|name| name.starts_with("libc.so")),
        "ldd says nothing of the C library, so it was misread: {needed}"
    );
    let stripped = scratch("size").join("libclef.so");
    std::fs::copy(&library, &stripped).expect("the library can be copied");
    run("strip", &stripped);
    stripped.metadata().expect("it was just copied").len()
}

/// Gets a token by HTTP of its own.
const PROGRAM_WITH_ITS_OWN_HTTP: &str = "examples-c/carry_it_yourself.c";

/// The size of a program that the static library of the minimal build is linked into.
fn bytes_of_a_static_program() -> u64 {
    let library = build_shipped(&MINIMAL).with_file_name("libclef.a");
    let program = scratch("size-static").join("program");
    let status = Command::new("cc")
        .current_dir(root())
        .args([
            "-O2",
            "-s",
            "-Wl,--gc-sections",
            "-Iinclude",
            PROGRAM_WITH_ITS_OWN_HTTP,
        ])
        .arg(library)
        .args(["-lm", "-ldl", "-pthread", "-o"])
        .arg(&program)
        .status()
        .expect("cc starts");
    assert!(status.success(), "the program does not link");
    program.metadata().expect("it was just linked").len()
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
