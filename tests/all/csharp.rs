//! The binding for C#: compiled by Mono without a warning, and tested against the sandbox by programs in C#.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use clef_harness::{CSharp, Library, has_csharp, mono, require, root};
use clef_sandbox::{Options, Sandbox};

use crate::support::{scratch, text};

const RUNTIME: &str = "bindings/csharp/package/Runtime";
const TESTS: &str = "bindings/csharp/tests";

/// Where the functions of the header are declared: those without a callback, and those with one.
const DECLARATIONS: [&str; 2] = ["Native/NativeMethods.cs", "Callbacks/CallbackMethods.cs"];

/// Functions of the header that the binding leaves out, each with the reason.
const LEFT_OUT: [(&str, &str); 0] = [];

/// Words that stand for native code that calls managed code.
const REVERSE: [&str; 5] = [
    "GetFunctionPointerForDelegate",
    "GCHandle",
    "MonoPInvokeCallback",
    "UnmanagedFunctionPointer",
    "Clef.Callbacks;",
];

fn is_here() -> bool {
    require("mcs and mono", has_csharp())
}

/// The binding and its tests, compiled once.
fn tests() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let sources: Vec<String> = sources(TESTS)
            .into_iter()
            .map(|(path, _)| path)
            .filter(|path| !path.ends_with("EntryPoint.cs"))
            .collect();
        binding("csharp").program("tests.exe", &sources, &[])
    })
}

fn binding(name: &str) -> CSharp {
    CSharp::compile(Library::get(), &scratch(name))
}

/// Has the tests of these classes run, and checks that all of them did.
fn run(classes: &[&str]) {
    if !is_here() {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let output = mono(tests())
        .arg(sandbox.url())
        .args(classes)
        .env("MONO_ENV_OPTIONS", "--debug")
        .stdin(Stdio::null())
        .output()
        .expect("mono starts");
    let shown = text(&output.stdout);
    print!("{shown}");
    assert!(
        output.status.success(),
        "{}\n{shown}{}",
        output.status,
        text(&output.stderr)
    );
    let ran: BTreeSet<&str> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("ok "))
        .collect();
    for class in classes {
        let expected = tests_of(class);
        assert!(!expected.is_empty(), "{class} has no tests");
        for name in expected {
            assert!(ran.contains(&*name), "{name} did not run");
        }
    }
}

/// The tests that stand in the file of a class.
fn tests_of(class: &str) -> Vec<String> {
    let source = read(&format!("{TESTS}/{class}.cs"));
    source
        .lines()
        .filter_map(|line| line.strip_prefix("        public static void "))
        .map(|rest| format!("{class}.{}", rest.trim_end_matches("()")))
        .collect()
}

#[test]
fn values() {
    run(&["Values"]);
}

#[test]
fn requests() {
    run(&["Requests"]);
}

#[test]
fn senders() {
    run(&["Senders"]);
}

#[test]
fn logins_and_stores() {
    run(&["UserLogins", "Stores"]);
}

#[test]
fn opt_ins() {
    run(&["OptIns"]);
}

#[test]
fn handlers() {
    run(&["Handlers"]);
}

#[test]
fn disposal() {
    run(&["Disposal"]);
}

#[test]
fn lifetimes() {
    run(&["Lifetimes"]);
}

/// A class of tests that no test above runs would be taken for one that passes.
#[test]
fn every_class_of_tests_runs() {
    let driver = read("tests/all/csharp.rs");
    for (path, source) in sources(TESTS) {
        let name = Path::new(&path).file_stem().expect("a file has a name");
        let has_tests = source.contains("        public static void ");
        assert_eq!(
            has_tests,
            driver.contains(&format!("\"{}\"", name.display())),
            "{path}"
        );
    }
}

#[test]
fn every_function_is_declared_as_in_the_header_and_used() {
    let header = functions_of_the_header();
    assert!(header.len() > 200, "the header has {}", header.len());
    let declared: BTreeMap<String, Vec<String>> = DECLARATIONS
        .iter()
        .flat_map(|path| imports(&read(&format!("{RUNTIME}/{path}"))))
        .collect();
    let everything: String = sources(RUNTIME).into_iter().map(|(_, text)| text).collect();
    for (name, parameters) in &header {
        if LEFT_OUT.iter().any(|(left_out, _)| left_out == name) {
            continue;
        }
        let found = declared
            .get(name)
            .unwrap_or_else(|| panic!("C# has no {name}"));
        assert_eq!(
            parameters.len(),
            found.len(),
            "{name}: {parameters:?} in C, {found:?} in C#"
        );
        for (c, csharp) in parameters.iter().zip(found) {
            assert!(
                fits(c, csharp),
                "{name}: {c:?} in C cannot be {csharp:?} in C#"
            );
        }
        let uses = everything
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| word == name)
            .count();
        assert!(uses > 1, "{name} is declared, and never used");
    }
    for name in declared.keys() {
        assert!(header.contains_key(name), "the header has no {name}");
    }
}

/// Whether a parameter of the header can be declared so.
fn fits(c: &str, csharp: &str) -> bool {
    let c_type = c
        .rsplit_once(|character: char| character == ' ' || character == '*')
        .map_or(c, |(before, _)| &c[..before.len() + 1])
        .trim();
    let (csharp_type, _) = csharp.rsplit_once(' ').expect("a type and a name");
    let expected: &[&str] = match c_type {
        "const char *" | "const uint8_t *" => &["byte[]"],
        "char **" => &["out IntPtr"],
        "char *" | "void *" => &["IntPtr"],
        "clef_error **" => &["out IntPtr", "out ErrorHandle"],
        "size_t" => &["UIntPtr"],
        "size_t *" => &["out UIntPtr"],
        "int64_t" => &["long"],
        "int32_t" => &["int"],
        "uint32_t" => &["uint"],
        "clef_status" => &["Status"],
        "clef_scope" => &["Scope"],
        "const clef_scope *" => &["Scope[]"],
        "clef_operation_callback" => &["IntPtr"],
        "clef_free_callback" => &["IntPtr", "FreeCallback"],
        "clef_send_callback" => &["SendCallback"],
        "clef_store_callback" => &["StoreCallback"],
        "clef_token_listener" => &["ListenerCallback"],
        "clef_login_callback" => &["LoginCallback"],
        _ => {
            let name = pascal(
                c_type
                    .trim_start_matches("const ")
                    .trim_end_matches(['*', ' ']),
            );
            let handle = format!("{name}Handle");
            return if c_type.ends_with("**") {
                csharp_type == format!("out {handle}")
            } else {
                c_type.ends_with('*') && (csharp_type == handle || csharp_type == "IntPtr")
            };
        }
    };
    expected.contains(&csharp_type)
}

/// `clef_scope_set` as `ScopeSet`.
fn pascal(name: &str) -> String {
    name.trim_start_matches("clef_")
        .split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

/// The functions of the header, with their parameters.
fn functions_of_the_header() -> BTreeMap<String, Vec<String>> {
    let header = read("include/clef.h");
    let code: String = header
        .lines()
        .filter(|line| !line.trim_start().starts_with(['/', '*', '#']))
        .map(|line| format!("{line}\n"))
        .collect();
    code.split(';')
        .filter(|declaration| !declaration.contains("typedef"))
        .filter_map(|declaration| {
            let (before, parameters) = declaration.split_once('(')?;
            let name = before.rsplit([' ', '*', '\n']).next()?;
            name.starts_with("clef_")
                .then(|| (name.to_owned(), parameters_in(parameters)))
        })
        .collect()
}

/// What C# imports, with its parameters.
fn imports(source: &str) -> Vec<(String, Vec<String>)> {
    source
        .split("[DllImport")
        .skip(1)
        .map(|import| {
            let (_, declaration) = import.split_once(" extern ").expect("an import is extern");
            let (before, rest) = declaration.split_once('(').expect("it is a function");
            let (parameters, _) = rest.split_once(");").expect("its parameters end");
            let name = before.rsplit(' ').next().expect("it has a name");
            (name.to_owned(), parameters_in(parameters))
        })
        .collect()
}

fn parameters_in(list: &str) -> Vec<String> {
    list.trim_end_matches(')')
        .split(',')
        .map(|parameter| parameter.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|parameter| !parameter.is_empty() && parameter != "void")
        .collect()
}

/// Unity, IL2CPP and a domain reload want that no native code calls managed code unless the program asks for it.
#[test]
fn nothing_is_called_back_by_default() {
    let default: Vec<(String, String)> = sources(RUNTIME)
        .into_iter()
        .filter(|(path, _)| !path.contains("/Callbacks/"))
        .collect();
    assert!(default.len() > 40, "the binding has {}", default.len());
    for (path, source) in &default {
        for word in REVERSE {
            assert!(!source.contains(word), "{path} has {word}");
        }
        for (name, parameters) in imports(source) {
            // The header has no callback that is not one of these; `fits` holds for all of them.
            let is_callback = |parameter: &String| parameter.contains("Callback ");
            assert!(!parameters.iter().any(is_callback), "{path}: {name}");
        }
    }
    if !is_here() {
        return;
    }
    // Nor does it lean on what is called back.
    let sources: Vec<&str> = default.iter().map(|(path, _)| &**path).collect();
    let folder = scratch("csharp-default");
    let compiled = CSharp::compile(Library::get(), &folder);
    compiled.assemble(
        "Default.dll",
        &[&["-target:library", "-unsafe"], &sources[..]].concat(),
    );
}

/// The C# files below a folder, with their paths from the root of the system.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("its entries can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "cs") {
            let source = fs::read_to_string(&path).expect("UTF-8");
            found.push((path.display().to_string(), source));
        }
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
