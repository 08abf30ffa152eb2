//! Programs in empty folders find clef by pkg-config, CMake and a module map, or bring it along.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use clef_harness::{has, require, root};

use super::installation::{
    Outside, attempt, dynamic, install, installer, prefix, run, setting, soname, target_dir,
};

#[test]
fn make_needs_pkg_config_alone() {
    if !require("make and pkg-config", has("make") && has("pkg-config")) {
        return;
    }
    let outside = Outside::with("make", &["pkg_config/Makefile", "main.c"]);
    run(&mut outside.tool("make"));
    run_both(&outside, Path::new(""));
}

#[test]
fn cmake_needs_find_package_alone() {
    if !require("cmake", has("cmake")) {
        return;
    }
    let outside = Outside::with("find-package", &["find_package/CMakeLists.txt", "main.c"]);
    run(outside.tool("cmake").args(["-S", ".", "-B", "build"]));
    run(outside.tool("cmake").args(["--build", "build"]));
    run_both(&outside, Path::new("build"));
}

#[test]
fn find_package_knows_which_versions_fit() {
    if !require("cmake", has("cmake")) {
        return;
    }
    let outside = Outside::with("versions", &["versions/CMakeLists.txt"]);
    let wanted = "0.1;0.1.0;0.1.99;0.0.9;0.2;1;0.1...<1;0.2...1;0.0.5...<0.1";
    let printed = run(outside
        .tool("cmake")
        .args(["-S", ".", "-B", "build"])
        .arg(format!("-DWANTED={wanted}")));
    let found: Vec<_> = printed
        .lines()
        .filter_map(|line| line.strip_suffix(" 1"))
        .collect();
    assert_eq!(found, ["0.1", "0.1.0", "0.1...<1"], "{printed}");
}

#[test]
fn cmake_fetches_clef_along() {
    if !require("cmake", has("cmake")) {
        return;
    }
    let outside = Outside::with("fetch-content", &["fetch_content/CMakeLists.txt", "main.c"]);
    bring_along(
        &outside,
        &[&setting("-DFETCHCONTENT_SOURCE_DIR_CLEF", root())],
    );
}

#[test]
fn cmake_has_clef_in_a_subdirectory() {
    if !require("cmake", has("cmake")) {
        return;
    }
    let outside = Outside::with(
        "add-subdirectory",
        &["add_subdirectory/CMakeLists.txt", "main.c"],
    );
    symlink(root(), outside.folder.join("clef")).expect("links can be made");
    bring_along(&outside, &[]);
}

/// Builds clef as a part of the project, and once more: nothing of the project's is built anew then.
fn bring_along(outside: &Outside, settings: &[&str]) {
    run(installer("cmake")
        .current_dir(&outside.folder)
        .args(["-S", ".", "-B", "build"])
        .arg(setting("-DCLEF_CARGO_TARGET_DIR", &target_dir()))
        .args(settings));
    let build = || {
        run(installer("cmake")
            .current_dir(&outside.folder)
            .args(["--build", "build"]))
    };
    assert!(build().contains("Linking C executable"));
    assert!(!build().contains("Linking C executable"));
    run_both(outside, Path::new("build"));
    let script = fs::read_to_string(outside.folder.join("build/cmake_install.cmake"));
    let script = script.expect("cmake writes it");
    assert!(!script.contains("/tree/"), "clef is installed along");
}

/// Runs `shared` and `static`, and sees to it that they are that.
fn run_both(outside: &Outside, folder: &Path) {
    for (name, needs_clef) in [("shared", true), ("static", false)] {
        let program = folder.join(name);
        let needed = dynamic(&outside.folder.join(&program), "NEEDED");
        let of_clef: Vec<_> = needed
            .iter()
            .filter(|library| library.contains("clef"))
            .collect();
        if needs_clef {
            assert_eq!(of_clef, [&soname()]);
        } else {
            assert!(of_clef.is_empty(), "{needed:?}");
        }
        outside.get_token(&program);
    }
}

#[test]
fn clang_has_clef_as_a_module() {
    if !require("clang and pkg-config", has("clang") && has("pkg-config")) {
        return;
    }
    let outside = Outside::with("module", &["main.c"]);
    let command = "clang -Wall -Werror -fmodules -fmodules-cache-path=cache main.c -o main \
                   -fmodule-map-file=$(pkg-config --variable=modulemap clef) \
                   $(pkg-config --cflags --libs clef) \
                   -Wl,-rpath,$(pkg-config --variable=libdir clef)";
    run(outside.tool("sh").args(["-c", command]));
    let cached = run(outside.tool("find").args(["cache", "-name", "clef-*.pcm"]));
    assert_eq!(cached.lines().count(), 1, "clef is no module: {cached}");
    outside.get_token(Path::new("main"));
}

#[test]
fn libraries_may_lie_deeper() {
    if !require("pkg-config", has("pkg-config")) {
        return;
    }
    let outside = Outside::with("deeper", &[]);
    let tree = outside.folder.join("tree");
    install([
        "PREFIX=/usr",
        "LIBDIR=lib/x86_64-linux-gnu",
        "ONLY=texts",
        &setting("DESTDIR", &tree),
    ]);
    let folder = tree.join("usr/lib/x86_64-linux-gnu");
    let ask = |variable: &str| {
        let printed = run(outside
            .tool("pkg-config")
            .env("PKG_CONFIG_PATH", folder.join("pkgconfig"))
            .arg(format!("--variable={variable}"))
            .arg("clef"));
        fs::canonicalize(printed.trim()).expect("there is such a folder")
    };
    let real = |path: &Path| fs::canonicalize(path).expect("it is there");
    assert_eq!(ask("libdir"), real(&folder));
    assert_eq!(ask("includedir"), real(&tree.join("usr/include")));
    assert!(ask("modulemap").is_file());
}

#[test]
fn pkg_config_names_the_system_libraries_where_they_are_needed() {
    if !require("pkg-config", has("pkg-config")) {
        return;
    }
    let outside = Outside::with("system-libraries", &[]);
    for (arguments, are_needed) in [
        (&["--libs", "clef"] as &[&str], false),
        (&["--static", "--libs", "clef"], true),
        (&["--libs", "clef-static"], true),
    ] {
        let printed = run(outside.tool("pkg-config").args(arguments));
        let flags: Vec<_> = printed.split_whitespace().collect();
        for library in ["-lpthread", "-lm", "-ldl"] {
            assert_eq!(flags.contains(&library), are_needed, "{printed}");
        }
    }
}

#[test]
fn nothing_that_is_installed_names_the_folder_it_was_installed_to() {
    let first = prefix()
        .ancestors()
        .nth(3)
        .expect("it was moved deeper")
        .join("first");
    let found = attempt(
        Command::new("grep")
            .args(["-rlF", &first.display().to_string()])
            .arg(prefix()),
    );
    assert_eq!(found, (false, String::new()));
}
