//! The binding for Swift. Where Swift is missing, the tests that need it say so, also under `CLEF_TEST_ALL=1`:
//! `platforms/swift` brings it along.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use clef_harness::{Library, SwiftPackage, has_swift, root, visitor};
use clef_sandbox::{CLIENT_ID, Options, Sandbox};

use crate::desktop::Desktop;
use crate::support::{scratch, text};

/// What Swift has another way for, and which.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "clef_credentials_clone",
        "values are shared by reference counts",
    ),
    (
        "clef_credentials_refresh",
        "the request is prepared and started",
    ),
    (
        "clef_credentials_refresh_pkce_token",
        "the request is prepared and started",
    ),
    (
        "clef_credentials_refresh_user_token",
        "the request is prepared and started",
    ),
    (
        "clef_credentials_request_client_token",
        "the request is prepared and started",
    ),
    (
        "clef_credentials_request_pkce_token",
        "the request is prepared and started",
    ),
    (
        "clef_credentials_request_user_token",
        "the request is prepared and started",
    ),
    ("clef_http_request_send", "started, and awaited"),
    ("clef_login_paste", "LoginAttempt.paste"),
    ("clef_operation_clone", "an operation has one owner"),
    ("clef_operation_is_done", "awaited"),
    ("clef_operation_url", "LoginAttempt.url"),
    ("clef_operation_wait", "awaited"),
    (
        "clef_refreshing_token_clone",
        "values are shared by reference counts",
    ),
    ("clef_refreshing_token_open", "started, and awaited"),
    ("clef_refreshing_token_refresh", "started, and awaited"),
    ("clef_runtime_fd", "a thread pumps"),
    (
        "clef_runtime_new_sender",
        "closures are Sendable, so any thread may call them",
    ),
    (
        "clef_runtime_new_store",
        "closures are Sendable, so any thread may call them",
    ),
    ("clef_runtime_wake", "a thread pumps"),
    ("clef_sender_clone", "values are shared by reference counts"),
    ("clef_sender_new_polled", "closures are called"),
    ("clef_sender_next_exchange", "closures are called"),
    (
        "clef_token_store_clone",
        "values are shared by reference counts",
    ),
    (
        "clef_user_auth_request_refreshing_token",
        "started, and awaited",
    ),
    (
        "clef_user_auth_request_refreshing_token_from_url",
        "started, and awaited",
    ),
    ("clef_user_auth_request_token", "started, and awaited"),
    (
        "clef_user_auth_request_token_from_url",
        "started, and awaited",
    ),
    (
        "clef_scope_set_of",
        "a Scope has its name, whether clef knows its number or not",
    ),
];

/// The names of clef's functions in C that stand in a text.
fn functions(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("clef_"))
        .map(String::from)
        .collect()
}

#[test]
fn every_function_is_used_or_has_another_way() {
    let header = fs::read_to_string(root().join("include/clef.h")).expect("it is there");
    let declared: BTreeSet<String> = header
        .lines()
        .filter(|line| !line.starts_with(" *") && line.contains('('))
        .filter_map(|line| {
            let name = line.split('(').next()?.rsplit([' ', '*']).next()?;
            name.starts_with("clef_").then(|| name.to_owned())
        })
        .collect();
    assert!(declared.len() > 200, "{declared:?}");
    let sources = root().join("bindings/swift/Sources/Clef");
    let used: BTreeSet<String> = fs::read_dir(sources)
        .expect("it is there")
        .flat_map(|file| {
            functions(&fs::read_to_string(file.expect("it is there").path()).expect("UTF-8"))
        })
        .collect();
    let left_out: BTreeSet<String> = LEFT_OUT
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    // RefreshingCredentials is a value of Swift's own: a request of Credentials, and a RefreshingToken of what it gives.
    let is_of_another_value = |name: &str| name.starts_with("clef_refreshing_credentials_");
    let missing: Vec<&String> = declared
        .difference(&used)
        .filter(|name| !left_out.contains(*name) && !is_of_another_value(name))
        .collect();
    assert!(missing.is_empty(), "not in Swift: {missing:?}");
    let both: Vec<&String> = left_out.intersection(&used).collect();
    assert!(both.is_empty(), "used, and said to be left out: {both:?}");
}

#[test]
fn readme_begins_with_the_example() {
    let folder = root().join("bindings/swift");
    let readme = fs::read_to_string(folder.join("README.md")).expect("it is there");
    let example =
        fs::read_to_string(folder.join("Examples/Profile/main.swift")).expect("it is there");
    assert!(example.lines().count() <= 15);
    assert!(readme.starts_with(&format!("# clef for Swift\n\n```swift\n{example}```\n")));
}

fn package(test: &str) -> Option<(SwiftPackage, std::path::PathBuf)> {
    if !has_swift() {
        println!("not run here: needs swift, see docs/platforms.md");
        return None;
    }
    let folder = scratch(test);
    Some((
        SwiftPackage::build(Library::get(), &folder, "debug"),
        folder,
    ))
}

#[test]
fn passes_its_own_tests() {
    let Some((package, _)) = package("swift_tests") else {
        return;
    };
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let output = package
        .command("clefPackageTests.xctest")
        .env("SANDBOX_URL", sandbox.url())
        .output()
        .expect("it starts");
    let written = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{written}");
    let passed = written
        .lines()
        .filter(|line| line.contains("' passed (") && line.starts_with("Test Case"));
    assert!(passed.count() >= 22, "{written}");
    print!("{written}");
}

#[test]
fn example_logs_in_once() {
    let Some((package, folder)) = package("swift_example") else {
        return;
    };
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let desktop = Desktop::new(&scratch("swift_example_desktop"));
    let mut logins = 0;
    let both_runs = || {
        for _ in 0..2 {
            let shown = run_example(package.command("profile"), &sandbox, &desktop, &folder);
            assert!(shown.contains("\"display_name\""), "{shown}");
        }
    };
    desktop.during(both_runs, |url| {
        let page = visitor::agree(url).and_then(|redirect| visitor::open(&redirect));
        page.expect("the redirect is received");
        logins += 1;
    });
    assert_eq!(logins, 1);
}

fn run_example(mut example: Command, sandbox: &Sandbox, desktop: &Desktop, state: &Path) -> String {
    let output = example
        .env("CLIENT_ID", CLIENT_ID)
        .env("ACCOUNTS_URL", sandbox.url())
        .env("WEB_API_URL", sandbox.url())
        .env("XDG_STATE_HOME", state)
        .env("PATH", desktop.path())
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}
