//! Runs `tests/c/loading.c`: loading the library and using nothing of it costs nothing but the loading.

use std::env::consts;
use std::path::Path;
use std::process::Command;

use clef_harness::{Library, Program, has, require};

use crate::support::{scratch, text};

fn library() -> String {
    let file = format!("{}clef{}", consts::DLL_PREFIX, consts::DLL_SUFFIX);
    Library::get().folder.join(file).display().to_string()
}

fn program(folder: &Path) -> Program {
    Program::compile_unlinked("tests/c/loading.c", folder, ["-ldl"])
}

#[test]
fn loading_starts_no_thread_and_allocates_nothing() {
    let program = program(&scratch("loading"));
    let output = Command::new(program.path())
        .arg(library())
        .output()
        .expect("it starts");
    let stdout = text(&output.stdout);
    print!("{stdout}");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let number = |name: &str| -> usize {
        let line = stdout.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|number| number.trim().parse().ok())
            .unwrap_or_else(|| panic!("it does not say {name}"))
    };
    assert_eq!(number("threads"), 1);
    assert_eq!(number("bytes by clef"), 0);
    assert!(
        number("allocations") > 0,
        "the loader allocates, so it was not seen"
    );
}

#[test]
fn loading_opens_what_the_system_loads_alone() {
    if !require("strace", has("strace")) {
        return;
    }
    let folder = scratch("loading_files");
    let program = program(&folder);
    let trace = folder.join("trace");
    let output = Command::new("strace")
        .args(["-f", "-o"])
        .arg(&trace)
        .args(["-e", "trace=%file,%process,%network,memfd_create"])
        .arg(program.path())
        .arg(library())
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let trace = std::fs::read_to_string(trace).expect("strace wrote it");
    let calls: Vec<_> = trace
        .lines()
        .skip_while(|line| !line.contains("/clef-loading-begins"))
        .skip(1)
        .take_while(|line| !line.contains("/clef-loading-ends"))
        .collect();
    let opened: Vec<_> = calls.iter().filter(|line| line.contains("open")).collect();
    assert!(
        opened.iter().any(|line| line.contains("libclef")),
        "the library was opened, so it was not seen: {trace}"
    );
    let strangers: Vec<_> = calls
        .iter()
        .filter(|line| !is_of_the_loader(line))
        .collect();
    assert!(strangers.is_empty(), "beside the loader: {strangers:#?}");
}

/// Looking for, opening and measuring shared libraries and the list of them.
fn is_of_the_loader(line: &str) -> bool {
    let looks = [
        "open(",
        "openat(",
        "newfstatat(",
        "fstat(",
        "stat(",
        "readlink(",
    ];
    looks.iter().any(|call| line.contains(call))
        && [".so\"", ".so.", "/ld.so.cache", "\"\""]
            .iter()
            .any(|part| line.contains(part))
}
