//! The C header: fresh, clean for every compiler, documented, and just what the library exports.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use clef_harness::{Library, has, require, root};

use crate::declarations::{Kind, declarations, functions, header};
use crate::support::{scratch, text};

#[test]
fn is_fresh() {
    let fresh = fs::read_to_string(env!("CLEF_FRESH_HEADER")).expect("build.rs writes it");
    assert!(
        header() == fresh,
        "include/clef.h is not what src/ffi declares; renew it: CLEF_RENEW_HEADER=1 cargo build"
    );
}

const WARNINGS: [&str; 6] = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wundef",
    "-Wconversion",
    "-Werror",
];
const C_STANDARDS: [&str; 4] = ["-std=c99", "-std=c11", "-std=c17", "-std=c2x"];
const CPP_STANDARDS: [&str; 5] = [
    "-std=c++11",
    "-std=c++14",
    "-std=c++17",
    "-std=c++20",
    "-std=c++2b",
];

/// Alone, twice, and with its macros used by the preprocessor.
const USES: [(&str, &str); 3] = [
    ("alone", "#include <clef.h>\n"),
    ("twice", "#include <clef.h>\n#include <clef.h>\n"),
    (
        "version",
        "#include <clef.h>\n\
         #if CLEF_VERSION_NUMBER < CLEF_VERSION_MAJOR * 1000000 || CLEF_VERSION_NUMBER < 1\n\
         #error \"the version is wrong\"\n\
         #endif\n\
         #if !CLEF_VERSION_AT_LEAST(0, CLEF_VERSION_MINOR, 0) || CLEF_VERSION_AT_LEAST(99, 0, 0)\n\
         #error \"the version is compared wrongly\"\n\
         #endif\n\
         clef_status status(void);\n\
         clef_status status(void) { return CLEF_STATUS_OK; }\n",
    ),
];

fn compiles_with(compiler: &str, extension: &str, standards: &[&str], warnings: &[&str]) {
    let folder = scratch(&format!("header-{compiler}"));
    for (name, text) in USES {
        let source = folder.join(name).with_extension(extension);
        fs::write(&source, text).expect("the target folder can be written");
        for standard in standards {
            compile(compiler, &source, standard, warnings);
        }
    }
}

fn compile(compiler: &str, source: &Path, standard: &str, warnings: &[&str]) {
    let output = Command::new(compiler)
        .arg(standard)
        .args(warnings)
        .arg("-I")
        .arg(root().join("include"))
        .arg("-c")
        .arg(source)
        .arg("-o")
        .arg(source.with_extension("o"))
        .output()
        .expect("the compiler runs");
    assert!(
        output.status.success(),
        "{} does not compile with {compiler} {standard}:\n{}",
        source.display(),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn compiles_with_the_system_compiler() {
    compiles_with("cc", "c", &C_STANDARDS, &WARNINGS);
}

#[test]
fn compiles_with_gcc() {
    if require("gcc", has("gcc")) {
        compiles_with("gcc", "c", &C_STANDARDS, &WARNINGS);
    }
    if require("g++", has("g++")) {
        compiles_with("g++", "cpp", &CPP_STANDARDS, &WARNINGS);
    }
}

#[test]
fn compiles_with_clang() {
    if require("clang", has("clang")) {
        compiles_with("clang", "c", &C_STANDARDS, &WARNINGS);
    }
    if require("clang++", has("clang++")) {
        compiles_with("clang++", "cpp", &CPP_STANDARDS, &WARNINGS);
    }
}

#[test]
fn compiles_with_tcc() {
    if require("tcc", has("tcc")) {
        compiles_with("tcc", "c", &["-std=c99", "-std=c11"], &["-Wall", "-Werror"]);
    }
}

/// What the preprocessor leaves of the header.
fn preprocessed(flags: &[&str]) -> String {
    let output = Command::new("cc")
        .args(["-E", "-P"])
        .args(flags)
        .arg(root().join("include/clef.h"))
        .output()
        .expect("a C compiler is installed as cc");
    text(&output.stdout)
}

/// LuaJIT's `ffi.cdef` and most other readers of C see what the preprocessor leaves.
#[test]
fn constants_survive_the_preprocessor() {
    let left = preprocessed(&[]);
    let left: BTreeSet<&str> = left.split([',', '{', '}']).map(str::trim).collect();
    for constant in declarations() {
        if constant.kind == Kind::Enumerator {
            assert!(left.contains(&*constant.text), "{} is gone", constant.text);
        }
    }
}

const LUA: &str = "\
    local ffi = require 'ffi'\n\
    ffi.cdef(io.open(arg[1]):read('*a'))\n\
    local clef = ffi.load(arg[2])\n\
    print(ffi.string(clef.clef_status_name(clef.CLEF_STATUS_TIMEOUT)))\n";

#[test]
#[cfg(target_os = "linux")]
fn luajit_reads_what_the_preprocessor_leaves() {
    if !require("luajit", has_luajit()) {
        return;
    }
    for flags in [&[] as &[&str], &["-DCLEF_API="]] {
        let folder = scratch("header-luajit");
        let (file, script) = (folder.join("clef.i"), folder.join("read.lua"));
        fs::write(&file, preprocessed(flags)).expect("the target folder can be written");
        fs::write(&script, LUA).expect("the target folder can be written");
        let output = Command::new("luajit")
            .args([script, file, Library::get().folder.join("libclef.so")])
            .env_remove("LD_LIBRARY_PATH")
            .output()
            .expect("luajit runs");
        assert_eq!(
            (text(&output.stdout), text(&output.stderr)),
            ("CLEF_STATUS_TIMEOUT\n".into(), String::new())
        );
    }
}

#[cfg(target_os = "linux")]
fn has_luajit() -> bool {
    Command::new("luajit").arg("-v").output().is_ok()
}

#[test]
fn windows_imports_functions_unless_they_are_linked_statically() {
    if !require("clang", has("clang")) {
        return;
    }
    let folder = scratch("header-windows");
    let source = folder.join("call.c");
    let call = "#include <clef.h>\nuint32_t version(void) { return clef_version_number(); }\n";
    fs::write(&source, call).expect("the target folder can be written");
    for (flags, is_imported) in [(&[] as &[&str], true), (&["-DCLEF_STATIC"], false)] {
        for target in ["x86_64-pc-windows-msvc", "x86_64-w64-windows-gnu"] {
            let output = Command::new("clang")
                .arg(format!("--target={target}"))
                .args(["-ffreestanding", "-S", "-o", "-"])
                .args(flags)
                .args(["-I", "include"])
                .arg(&source)
                .current_dir(root())
                .output()
                .expect("clang runs");
            assert!(output.status.success(), "{}", text(&output.stderr));
            let assembly = text(&output.stdout);
            assert!(assembly.contains("clef_version_number"), "{assembly}");
            assert_eq!(assembly.contains("__imp_clef_version_number"), is_imported);
        }
    }
}

#[test]
fn deprecation_is_heard_unless_silenced() {
    let folder = scratch("header-deprecated");
    let source = folder.join("deprecated.c");
    let call = "#include <clef.h>\n\
                CLEF_API\nCLEF_DEPRECATED(\"use clef_newer\")\nvoid clef_older(void);\n\
                void call(void);\nvoid call(void) { clef_older(); }\n";
    fs::write(&source, call).expect("the target folder can be written");
    for (flags, is_heard) in [(&[] as &[&str], true), (&["-DCLEF_NO_DEPRECATED"], false)] {
        let output = Command::new("cc")
            .args([
                "-Wall",
                "-Wextra",
                "-Wpedantic",
                "-fsyntax-only",
                "-I",
                "include",
            ])
            .args(flags)
            .arg(&source)
            .current_dir(root())
            .output()
            .expect("a C compiler is installed as cc");
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr).contains("use clef_newer"), is_heard);
        assert_eq!(output.stderr.is_empty(), !is_heard);
    }
}

/// A C++ compiler may tell callbacks of C from its own.
#[test]
fn all_types_are_of_c() {
    let header = header();
    let opening = header.find("extern \"C\" {").expect("it is opened");
    let first = header.find("typedef").expect("there are types");
    assert!(opening < first);
    assert_eq!(header.matches("extern \"C\" {").count(), 1);
}

#[test]
fn everything_has_a_comment() {
    let declarations = declarations();
    assert!(declarations.len() > 200, "the header was not understood");
    for declaration in declarations {
        assert!(
            !declaration.comment.is_empty(),
            "'{}' has no comment",
            declaration.text
        );
    }
}

/// Who owns a string or a handle, and what the flags are, stands with each function.
#[test]
fn comments_say_who_owns_what() {
    for declaration in declarations() {
        let Kind::Function(function) = &declaration.kind else {
            continue;
        };
        let name = &function.name;
        let says = |what: &str| declaration.comment.to_lowercase().contains(what);
        if function.result.starts_with("const ") {
            assert!(
                says("borrowed: lives") || says("static: never free it") || says("borrowed until"),
                "the comment of {name} does not say how long the result lives"
            );
        } else if let Some(handle) = function.result.strip_suffix('*') {
            let free = format!("free it with `{}_free`", handle.trim());
            let free_them = free.replace("free it", "free them");
            assert!(
                says(&free) || says(&free_them),
                "the comment of {name} does not say '{free}'"
            );
        }
        for parameter in &function.parameters {
            if parameter.starts_with("char **") {
                assert!(
                    says("`clef_string_free`"),
                    "the comment of {name} does not say how to free the string"
                );
            }
            if parameter == "uint32_t flags" {
                assert!(
                    says("`flags`"),
                    "the comment of {name} does not say its flags"
                );
            }
        }
    }
}

/// A number from C may be any, so the type of a parameter is one that has every number.
#[test]
fn enumerations_are_constants_and_no_types() {
    for declaration in declarations() {
        match declaration.kind {
            Kind::Enumeration => assert!(
                declaration.text.starts_with("enum {"),
                "'{}' has a name",
                declaration.text
            ),
            Kind::Enumerator => {
                let number = declaration
                    .text
                    .split_once(" = ")
                    .and_then(|(_, number)| number.parse::<i32>().ok());
                assert!(
                    number.is_some(),
                    "'{}' has no explicit number",
                    declaration.text
                );
            }
            _ => assert!(
                !declaration.text.contains("enum "),
                "'{}' has an enumeration in it",
                declaration.text
            ),
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn declares_what_the_library_exports() {
    assert_exports_what_is_declared(&Library::get().folder.join("libclef.so"));
}

/// Whatever features a library is built with, a program finds the same functions in it.
#[cfg(target_os = "linux")]
pub fn assert_exports_what_is_declared(library: &Path) {
    let output = Command::new("nm")
        .args(["-D", "--defined-only", "--format=posix"])
        .arg(library)
        .output()
        .expect("nm is installed with the C compiler");
    let listing = String::from_utf8_lossy(&output.stdout);
    let exported: BTreeSet<&str> = listing
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let functions = functions();
    let declared: BTreeSet<&str> = functions
        .iter()
        .map(|function| function.name.as_str())
        .collect();
    assert_eq!(exported, declared);
}

#[test]
fn every_function_is_called_by_a_c_program() {
    let mut sources = String::new();
    for folder in ["tests/c", "examples-c"] {
        let Ok(files) = fs::read_dir(root().join(folder)) else {
            continue;
        };
        for file in files {
            let path = file.expect("the folder can be read").path();
            sources += &fs::read_to_string(path).expect("the source can be read");
        }
    }
    for function in functions() {
        assert!(
            sources.contains(&format!("{}(", function.name)),
            "no C program calls {}",
            function.name
        );
    }
}
