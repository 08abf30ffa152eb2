//! C++: the header for every compiler, the programs of `tests/cpp`, and what `bindings/cpp` says and shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clef_harness::{Library, Program, has, has_header, require, root, visitor};
use clef_sandbox::{CLIENT_ID, Options, Sandbox};

use crate::declarations::functions;
#[cfg(target_os = "linux")]
use crate::desktop::Desktop;
use crate::support::{scratch, text};

const WARNINGS: [&str; 7] = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wshadow",
    "-Wundef",
    "-Werror",
];
const STANDARDS: [&str; 3] = ["-std=c++17", "-std=c++20", "-std=c++2b"];
/// How a program may do without exceptions or type information.
const WAYS: [&[&str]; 4] = [
    &["-fno-exceptions"],
    &["-fno-rtti"],
    &["-fno-exceptions", "-fno-rtti"],
    &["-DCLEF_NO_EXCEPTIONS"],
];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The header without its comments.
fn code() -> String {
    read("include/clef.hpp")
        .split("*/")
        .last()
        .expect("split gives one part")
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

#[test]
fn every_function_of_c_is_called() {
    let code = code();
    let called: BTreeSet<&str> = words(&code).collect();
    let functions = functions();
    assert!(functions.len() > 200, "the header of C was misread");
    let left_out: Vec<&str> = functions
        .iter()
        .map(|function| function.name.as_str())
        .filter(|name| !called.contains(name))
        .collect();
    assert!(left_out.is_empty(), "clef.hpp leaves out {left_out:?}");
}

#[test]
fn every_constant_of_c_has_its_name() {
    let code = code();
    let named: BTreeSet<&str> = words(&code).collect();
    let header = read("include/clef.h");
    let left_out: Vec<&str> = header
        .lines()
        .filter_map(|line| line.trim().split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("CLEF_") && !named.contains(name))
        .collect();
    assert!(left_out.is_empty(), "clef.hpp leaves out {left_out:?}");
}

/// What gives a result has a twin that throws.
#[test]
fn what_can_fail_comes_twice() {
    let code = code();
    let all: BTreeSet<&str> = words(&code).collect();
    // A constructor, and operators.
    let otherwise = ["make", "of", "union", "difference"];
    let results: BTreeSet<&str> = all
        .iter()
        .filter_map(|name| name.strip_prefix("try_"))
        .filter(|name| !otherwise.contains(name))
        .collect();
    assert!(results.len() > 60, "the header was misread: {results:?}");
    for name in results {
        assert!(
            code.contains(&format!(" {name}(")) || code.contains(&format!("&{name}(")),
            "nothing throws where try_{name} gives a result"
        );
    }
}

fn compile(compiler: &str, source: &Path, arguments: &[&str]) {
    let output = Command::new(compiler)
        .args(WARNINGS)
        .arg("-I")
        .arg(root().join("include"))
        .arg(source)
        .args(arguments)
        .output()
        .expect("the compiler runs");
    assert!(
        output.status.success(),
        "{} does not compile with {compiler} {arguments:?}:\n{}",
        source.display(),
        text(&output.stderr)
    );
}

fn header_compiles_with(compiler: &str) {
    if !require(compiler, has(compiler)) {
        return;
    }
    let part = root().join("tests/cpp/parts.cpp");
    let check = ["-fsyntax-only", "-DPART=one"];
    let macros = root().join("tests/cpp/macros.hpp").display().to_string();
    let behind_macros = ["-std=c++17", "-include", &macros];
    compile(compiler, &part, &[&check[..], &behind_macros].concat());
    for way in WAYS {
        compile(compiler, &part, &[way, &check, &["-std=c++17"]].concat());
    }
    for standard in STANDARDS {
        let without = ["-fno-exceptions", "-fno-rtti", standard];
        compile(compiler, &part, &[&check[..], &without].concat());
        let values = root().join("tests/cpp/values.cpp");
        compile(compiler, &values, &[standard, "-fsyntax-only"]);
    }
}

#[test]
fn header_compiles_with_gcc() {
    header_compiles_with("g++");
}

#[test]
fn header_compiles_with_clang() {
    header_compiles_with("clang++");
}

/// In files of one program that are compiled by two compilers, for two standards, with exceptions and without.
#[test]
fn header_may_be_in_many_files() {
    let compilers = has("g++") && has("clang++");
    if !require("g++ and clang++", compilers) {
        return;
    }
    let folder = scratch("cpp-parts");
    let source = root().join("tests/cpp/parts.cpp");
    let parts: [(&str, &str, &[&str]); 3] = [
        ("one", "g++", &["-std=c++17"]),
        ("two", "clang++", &["-std=c++20"]),
        (
            "without_exceptions",
            "g++",
            &["-std=c++17", "-fno-exceptions", "-fno-rtti"],
        ),
    ];
    let mut objects = Vec::new();
    for (part, compiler, flags) in parts {
        let object = folder.join(part).with_extension("o").display().to_string();
        let define = format!("-DPART={part}");
        let arguments = [flags, &["-c", &define, "-o", &object]].concat();
        compile(compiler, &source, &arguments);
        objects.push(object);
    }
    let mut flags = vec!["-DMAIN"];
    flags.extend(objects.iter().map(String::as_str));
    // The linker reads from left to right.
    flags.push("-lclef");
    let program =
        Program::compile_cpp_against(Library::get(), "tests/cpp/parts.cpp", &folder, &flags);
    assert_eq!(program.run([""; 0]), "ok parts\n");
}

/// Runs a program of `tests/cpp` as it is, and again watched by sanitisers.
fn run(name: &str, flags: &[&str], with_sandbox: bool) {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let arguments = if with_sandbox {
        vec![sandbox.url()]
    } else {
        vec![]
    };
    let output = build(name, "plain", flags).run(&arguments);
    print!("{output}");
    assert!(output.contains("ok "), "{name} ran no test");
    run_without_valgrind(&build_watched(name, flags), &arguments);
}

/// Valgrind has no room for sanitisers, and memory of its own.
fn run_without_valgrind(program: &Program, arguments: &[String]) {
    let output = Command::new(program.path())
        .args(arguments)
        .env_remove("LD_LIBRARY_PATH")
        // What is freed is given back at once, so that memory can be flat.
        .env(
            "ASAN_OPTIONS",
            "quarantine_size_mb=0:thread_local_quarantine_size_kb=0",
        )
        .output()
        .expect("the program starts");
    let said = text(&output.stdout) + &text(&output.stderr);
    print!("{said}");
    assert!(
        output.status.success() && said.contains("ok "),
        "{} is not clean:\n{said}",
        program.path().display()
    );
}

fn build_watched(name: &str, flags: &[&str]) -> Program {
    let sanitisers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    build(name, "watched", &[flags, &sanitisers].concat())
}

fn build(name: &str, kind: &str, flags: &[&str]) -> Program {
    let source = format!("tests/cpp/{name}.cpp");
    let folder = scratch(&format!("cpp-{name}-{kind}"));
    Program::compile_cpp_against(Library::get(), &source, &folder, flags)
}

#[test]
fn values() {
    run("values", &[], false);
}

#[test]
fn ownership() {
    run("ownership", &[], false);
}

#[test]
fn exceptions() {
    run("exceptions", &[], true);
}

#[test]
fn background() {
    run("background", &[], true);
}

#[test]
fn no_exceptions() {
    run("no_exceptions", &["-fno-exceptions", "-fno-rtti"], true);
}

#[test]
#[cfg(target_os = "linux")]
fn memory() {
    run_without_valgrind(&build("memory", "plain", &["-O1"]), &[]);
    run_without_valgrind(&build_watched("memory", &["-O1"]), &[]);
}

/// A leak in a program of C++ is seen, or the test above says nothing.
#[test]
fn a_leak_is_seen() {
    let folder = scratch("cpp-leak");
    let source = folder.join("leak.cpp");
    let program = "#include <clef.hpp>\n\
        int main()\n{\n    for (int each = 0; each < 100; each++) // one may still lie on the stack\n\
        static_cast<void>(new clef::scope_set{\"a\"});\n}\n";
    fs::write(&source, program).expect("the target folder can be written");
    let leak = Program::compile_cpp_against(
        Library::get(),
        source.to_str().expect("a plain name"),
        &folder,
        &["-fsanitize=address"],
    );
    let output = Command::new(leak.path())
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .expect("the program starts");
    assert!(!output.status.success(), "the leak went unnoticed");
    let said = text(&output.stderr);
    assert!(
        said.contains("LeakSanitizer: detected memory leaks"),
        "{said}"
    );
}

#[test]
fn readme_begins_with_the_first_example() {
    let readme = read("bindings/cpp/README.md");
    let (before, rest) = readme.split_once("```cpp\n").expect("an example");
    let example = rest.split("```").next().expect("split gives one part");
    assert_eq!(example, read("bindings/cpp/examples/web_api.cpp"));
    assert!(example.lines().count() <= 15, "it is too long");
    assert!(before.lines().count() <= 8, "it comes late: {before}");
}

/// Every other piece of code of the README compiles, in the order in which they stand.
#[test]
fn what_the_readme_shows_compiles() {
    let readme = read("bindings/cpp/README.md");
    let pieces: Vec<&str> = readme
        .split("```cpp\n")
        .skip(2)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(pieces.len() >= 4, "the README was misread");
    let mut source = read("tests/cpp/readme.hpp");
    for (number, piece) in pieces.iter().enumerate() {
        source += &format!("void piece_{number}()\n{{\n{piece}}}\n");
    }
    let file = scratch("cpp-readme").join("pieces.cpp");
    fs::write(&file, source).expect("the target folder can be written");
    compile(
        "c++",
        &file,
        &["-std=c++17", "-fsyntax-only", "-Wno-unused", "-Wno-shadow"],
    );
}

/// An example at a desktop whose user does as they are told.
#[cfg(target_os = "linux")]
struct Example {
    program: Program,
    sandbox: Sandbox,
    desktop: Desktop,
    folder: PathBuf,
}

#[cfg(target_os = "linux")]
impl Example {
    fn new(name: &str, flags: &[&str]) -> Example {
        let folder = scratch(&format!("cpp-example-{name}"));
        let source = format!("bindings/cpp/examples/{name}.cpp");
        let flags = [&["-Wshadow"], flags].concat();
        Example {
            program: Program::compile_cpp_against(Library::get(), &source, &folder, &flags),
            sandbox: Sandbox::start(Options::default()).expect("the sandbox starts"),
            desktop: Desktop::new(&folder),
            folder,
        }
    }

    /// Runs it; gives whether it worked, what it wrote, and how often the user was asked.
    fn run(
        &self,
        arguments: &[String],
        decide: impl Fn(&str) -> std::io::Result<String> + Sync,
    ) -> (bool, String, usize) {
        let mut command = self.program.command();
        command
            .args(arguments)
            .env("ACCOUNTS_URL", self.sandbox.url())
            .env("CLIENT_ID", CLIENT_ID)
            .env("XDG_STATE_HOME", &self.folder)
            .env("PATH", self.desktop.path());
        let mut asked = 0;
        let output = self.desktop.during(
            || command.output().expect("the program starts"),
            |url| {
                asked += 1;
                let redirect = decide(url).expect("the sandbox redirects");
                visitor::open(&redirect).expect("the redirect is received");
            },
        );
        let said = text(&output.stdout) + &text(&output.stderr);
        print!("{said}");
        (output.status.success(), said, asked)
    }
}

#[test]
#[cfg(target_os = "linux")]
fn example_web_api() {
    if !require("libcurl", has_header("curl/curl.h")) {
        return;
    }
    let example = Example::new("web_api", &["-lcurl"]);
    let me = format!("{}/v1/me", example.sandbox.url());
    let (worked, said, asked) = example.run(&[me], visitor::agree);
    assert!(worked && asked == 1, "{said}");
    let answer: serde_json::Value = serde_json::from_str(&said).expect("the answer of the Web API");
    assert!(answer["id"].is_string(), "{said}");
    assert_eq!(example.sandbox.count("/v1/me", None), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn example_login() {
    let example = Example::new("login", &[]);
    let (worked, said, asked) = example.run(&[], visitor::agree);
    assert!(worked && asked == 1, "{said}");
    assert!(said.starts_with("Authorization: Bearer BQ"), "{said}");
    assert!(said.len() < 40, "it shows too much: {said}");
    let (worked, said, asked) = example.run(&[], visitor::agree);
    assert!(worked && asked == 0, "the token was not kept: {said}");
    assert_eq!(example.sandbox.count("/api/token", None), 1);

    let other = Example::new("login", &[]);
    let (worked, said, _) = other.run(&[], visitor::refuse);
    assert!(!worked && said.contains("denied"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn example_game_loop() {
    let example = Example::new("game_loop", &["-fno-exceptions", "-fno-rtti"]);
    example
        .sandbox
        .settings(|settings| settings.token_delay_ms = 300);
    let (worked, said, asked) = example.run(&[], visitor::agree);
    assert!(worked && asked == 1, "{said}");
    let frames = said
        .split_whitespace()
        .find_map(|word| word.parse::<u32>().ok());
    // A frame that waited for the answer would be the only one meanwhile.
    assert!(frames.is_some_and(|frames| frames > 5), "{said}");
    let (worked, said, _) = example.run(&[], visitor::refuse);
    assert!(!worked && said.contains("denied"), "{said}");
}
