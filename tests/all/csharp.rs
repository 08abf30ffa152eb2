//! The binding for C#: compiled by Mono without a warning, and tested against the sandbox by programs in C#.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::OnceLock;

#[cfg(target_os = "linux")]
use clef_harness::visitor;
use clef_harness::{CSharp, Library, has_csharp, mono, require, root};
use clef_sandbox::{CLIENT_ID, Options, Sandbox};

#[cfg(target_os = "linux")]
use crate::desktop::Desktop;
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
        let sources: Vec<String> = test_classes().into_iter().map(|(path, _)| path).collect();
        binding("csharp").program("tests.exe", &sources, &[])
    })
}

/// The sources of the test program.
fn test_classes() -> Vec<(String, String)> {
    let mut found = sources(TESTS);
    found.retain(|(path, _)| !path.ends_with("EntryPoint.cs") && !path.contains("/unity/"));
    found
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
    print!("{}", succeeds(&output));
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
    for (path, source) in test_classes() {
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

/// .NET takes a bool for four bytes unless told otherwise, three of which nobody has written.
#[test]
fn every_bool_is_one_byte() {
    for path in DECLARATIONS {
        let source = read(&format!("{RUNTIME}/{path}"));
        for import in source.split("[DllImport").skip(1) {
            assert!(
                !import.contains(" extern bool ")
                    || import.contains("[return: MarshalAs(UnmanagedType.I1)]"),
                "{path}: {import}"
            );
        }
    }
}

/// Whether a parameter of the header can be declared so.
fn fits(c: &str, csharp: &str) -> bool {
    let c_type = c
        .rsplit_once([' ', '*'])
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
            // What stands before a function may have parentheses of its own.
            declaration.match_indices('(').find_map(|(at, _)| {
                let name = declaration[..at].rsplit([' ', '*', '\n']).next()?;
                name.starts_with("clef_")
                    .then(|| (name.to_owned(), parameters_in(&declaration[at + 1..])))
            })
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

/// The README begins with the example, and it is short.
#[test]
fn readme_begins_with_the_example() {
    let readme = read("bindings/csharp/README.md");
    let example = read("bindings/csharp/examples/Login.cs");
    let first = blocks(&readme).next().expect("the README has an example");
    assert_eq!(first, example);
    assert!(example.lines().count() <= 15, "{example}");
    let (before, _) = readme.split_once("```").expect("a block");
    assert!(before.lines().count() <= 5, "{before}");
}

/// The blocks of C# in a document.
fn blocks(document: &str) -> impl Iterator<Item = &str> {
    document
        .split("```csharp\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
}

/// Everything in the README compiles.
#[test]
fn readme_compiles() {
    if !is_here() {
        return;
    }
    let readme = read("bindings/csharp/README.md");
    let pieces: Vec<&str> = blocks(&readme).skip(1).collect();
    assert_eq!(pieces.len(), 2);
    let folder = scratch("csharp-readme");
    let methods: String = pieces
        .iter()
        .enumerate()
        .map(|(index, piece)| {
            format!(
                "static async Task Piece{index}(Credentials credentials, CancellationToken cancellation) {{\n{piece}}}\n"
            )
        })
        .collect();
    let source = format!(
        "using System; using System.Threading; using System.Threading.Tasks; using Clef;\n\
         static class Readme {{\n{methods}}}\n"
    );
    fs::write(folder.join("Readme.cs"), source).expect("the folder can be written");
    let compiled = CSharp::compile(Library::get(), &folder);
    compiled.assemble(
        "Readme.dll",
        &["-target:library", "-r:Clef.dll", "Readme.cs"],
    );
}

/// The example logs a user of the sandbox in, and shows what the Web API says of them.
#[cfg(target_os = "linux")]
#[test]
fn example() {
    if !is_here() {
        return;
    }
    let folder = scratch("csharp-example");
    let sources = [
        "bindings/csharp/examples/Login.cs",
        "bindings/csharp/tests/EntryPoint.cs",
    ];
    // That compiler takes no asynchronous Main for an entry point, and warns of it.
    let flags = ["-main:EntryPoint", "-nowarn:28"];
    let program = CSharp::compile(Library::get(), &folder).program("login.exe", &sources, &flags);
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let desktop = Desktop::new(&folder);
    let output = desktop.during(
        || {
            mono(&program)
                .args([CLIENT_ID, &sandbox.url()])
                .env("PATH", desktop.path())
                .stdin(Stdio::null())
                .output()
                .expect("mono starts")
        },
        |url| {
            let redirect = visitor::agree(url).expect("the sandbox redirects");
            visitor::open(&redirect).expect("the redirect is received");
        },
    );
    assert!(succeeds(&output).contains("\"id\":\"sandbox-user\""));
    assert_eq!(sandbox.count("/api/token", None), 1);
}

/// The sample of the Unity package logs in once, frame by frame, and no frame waits for the service.
#[test]
fn unity_sample() {
    if !is_here() {
        return;
    }
    const DELAY: u64 = 2000;
    let folder = scratch("csharp-unity");
    let sources: Vec<String> = sources("bindings/csharp/tests/unity")
        .into_iter()
        .chain(sources("bindings/csharp/package/Samples~"))
        .map(|(path, _)| path)
        .collect();
    let program = CSharp::compile(Library::get(), &folder).program("unity.exe", &sources, &[]);
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    sandbox.settings(|settings| settings.token_delay_ms = DELAY);
    let saved = folder.join("saved");
    // The first run is left at once and begun again, as by a scene that is loaded anew.
    for further in [&["leave"][..], &[]] {
        let output = mono(&program)
            .arg(sandbox.url())
            .arg(&saved)
            .args(further)
            .stdin(Stdio::null())
            .output()
            .expect("mono starts");
        let shown = succeeds(&output);
        assert!(shown.contains("\"id\":\"sandbox-user\""), "{shown}");
        let longest = shown
            .lines()
            .find_map(|line| line.strip_prefix("longest frame: ")?.strip_suffix(" ms"))
            .and_then(|milliseconds| milliseconds.parse::<u64>().ok());
        assert!(longest.is_some_and(|longest| longest < DELAY), "{shown}");
    }
    assert_eq!(sandbox.count("/api/token", None), 1);
}

/// What a program wrote that has to succeed.
fn succeeds(output: &Output) -> String {
    let shown = text(&output.stdout);
    assert!(
        output.status.success(),
        "{}\n{shown}{}",
        output.status,
        text(&output.stderr)
    );
    shown
}

const PACKAGE: &str = "bindings/csharp/package";

/// Unity would give a file without one a name of its own in each project, and ignore it in a package.
#[test]
fn unity_package_has_a_meta_file_for_each_file() {
    let mut names = BTreeMap::new();
    for path in entries(&root().join(PACKAGE)) {
        let shown = path.display().to_string();
        if let Some(asset) = shown.strip_suffix(".meta") {
            let is_library =
                asset.contains("/Plugins/") && read_meta(&path).contains("PluginImporter:");
            assert!(
                Path::new(asset).exists() || is_library,
                "{asset} is not there"
            );
            continue;
        }
        let meta = PathBuf::from(format!("{shown}.meta"));
        let content = read_meta(&meta);
        assert_eq!(
            content.contains("folderAsset: yes"),
            path.is_dir(),
            "{shown}"
        );
    }
    for path in entries(&root().join(PACKAGE)) {
        if path
            .extension()
            .is_some_and(|extension| extension == "meta")
        {
            let content = read_meta(&path);
            let guid = content
                .lines()
                .find_map(|line| line.strip_prefix("guid: "))
                .unwrap_or_else(|| panic!("{} has no guid", path.display()));
            let is_guid = guid.len() == 32 && guid.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_guid, "{}: {guid}", path.display());
            if let Some(other) = names.insert(guid.to_owned(), path.clone()) {
                panic!("{} and {} have one guid", path.display(), other.display());
            }
        }
    }
    assert!(names.len() > 70, "there are {}", names.len());
}

#[test]
fn unity_package_describes_itself() {
    let package: serde_json::Value =
        serde_json::from_str(&read(&format!("{PACKAGE}/package.json"))).expect("it is JSON");
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
    for sample in package["samples"].as_array().expect("it has samples") {
        let path = sample["path"].as_str().expect("a sample has a path");
        assert!(root().join(PACKAGE).join(path).is_dir(), "{path}");
    }
    let assembly: serde_json::Value =
        serde_json::from_str(&read(&format!("{RUNTIME}/Clef.asmdef"))).expect("it is JSON");
    assert_eq!(assembly["allowUnsafeCode"], true);
    let readme = read(&format!("{PACKAGE}/Plugins/README.md"));
    for path in entries(&root().join(PACKAGE).join("Plugins")) {
        let shown = path.display().to_string();
        let library = shown
            .strip_suffix(".meta")
            .and_then(|asset| asset.split_once("/Plugins/"))
            .map(|(_, library)| library)
            .filter(|_| read_meta(&path).contains("PluginImporter:"));
        if let Some(library) = library {
            assert!(readme.contains(&format!("`{library}`")), "{library}");
        }
    }
    let project = read("bindings/csharp/Clef.csproj");
    assert!(project.contains(&format!("<Version>{}</Version>", env!("CARGO_PKG_VERSION"))));
    assert!(project.contains("<TargetFramework>netstandard2.0</TargetFramework>"));
}

fn read_meta(path: &Path) -> String {
    if path.is_dir() {
        return String::new();
    }
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files and folders that Unity sees below this one.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("its entries can be read").path();
        if path.to_string_lossy().ends_with('~') {
            continue;
        }
        if path.is_dir() {
            found.extend(entries(&path));
        }
        found.push(path);
    }
    found
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
