//! What the libraries are named and show.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use clef_harness::{Library, has, require};

use super::installation::{Outside, dynamic, prefix, run, soname, symbols};
use crate::declarations::functions;

#[test]
fn shared_library_is_named_after_its_abi() {
    let built = Library::get().folder.join("libclef.so");
    for library in [&built, &prefix().join("lib/libclef.so")] {
        assert_eq!(dynamic(library, "SONAME"), [soname()]);
        for path in ["RPATH", "RUNPATH"] {
            assert!(dynamic(library, path).is_empty());
        }
    }
    let link = built.with_file_name(soname());
    assert_eq!(
        fs::read_link(link).expect("build.rs lays it"),
        Path::new("libclef.so")
    );
}

#[test]
fn libraries_show_the_functions_of_the_header_alone() {
    let functions = functions();
    let declared: BTreeSet<_> = functions
        .iter()
        .map(|function| function.name.as_str())
        .collect();
    let lib = prefix().join("lib");
    for (file, options) in [
        ("libclef.so", &["--dynamic"] as &[&str]),
        ("libclef.a", &["--extern-only"]),
    ] {
        let shown = symbols(&lib.join(file), options);
        let shown: BTreeSet<_> = shown.iter().map(String::as_str).collect();
        assert_eq!(shown, declared, "{file}");
    }
}

/// The libraries are in the program as a whole, in either order, so that no name of one could clash with the other's.
#[test]
fn two_rust_libraries_go_into_one_program() {
    let outside = Outside::with("two-rust", &["other_rust.rs", "two_rust.c"]);
    run(Command::new("rustc")
        .current_dir(&outside.folder)
        .args(["--edition", "2024", "--crate-type", "staticlib", "-O"])
        .args(["other_rust.rs", "-o", "libother.a"]));
    let clef = prefix().join("lib/libclef.a").display().to_string();
    for (name, libraries) in [
        ("clef_first", [&*clef, "libother.a"]),
        ("clef_last", ["libother.a", &*clef]),
    ] {
        run(outside
            .tool("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-DCLEF_STATIC", "two_rust.c"])
            .arg("-I")
            .arg(prefix().join("include"))
            .args(["-o", name, "-Wl,--whole-archive"])
            .args(libraries)
            .args(["-Wl,--no-whole-archive", "-lpthread", "-lm", "-ldl"]));
        let printed = run(&mut outside.tool(&format!("./{name}")));
        assert_eq!(printed, "streaming user-read-email\n".repeat(3));
    }
}

#[test]
fn plugin_does_not_show_the_clef_in_it() {
    if !require("pkg-config", has("pkg-config")) {
        return;
    }
    let outside = Outside::with("plugin", &["plugin.c"]);
    outside.compile(
        "clef-static",
        "-shared -fPIC -Wl,-z,defs plugin.c -o plugin.so",
    );
    let plugin = outside.folder.join("plugin.so");
    assert_eq!(symbols(&plugin, &["--dynamic"]), ["plugin_name"]);
}
