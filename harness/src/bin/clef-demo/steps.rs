//! The steps of the demo.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use clef_harness::{Library, Program, has, root, run_with_login, visitor};
use clef_sandbox::{CLIENT_ID, Options, Sandbox, Settings};

use crate::{Arguments, browser};

const EXAMPLE: &str = "examples-c/refreshing_token.c";

const BROWSER_EXAMPLE: &str = "examples-c/login.c";

/// clef refreshes a token that has less than 60 seconds left, so one of these lives for one or two.
const TOKEN_LIFETIME: i64 = 61;

/// That of a token which is to outlive two runs.
const LONG_LIFETIME: i64 = 3600;

/// Nobody listens for the redirect there.
const REDIRECT_URI: &str = "http://127.0.0.1:5000/callback";

/// Runs the demo, and says what it does.
pub fn run(arguments: Arguments) -> io::Result<()> {
    step("1. Build the library, its header and a C program");
    let folder = Scratch::new()?;
    let (example, token_lifetime) = match arguments.browser {
        true => (BROWSER_EXAMPLE, LONG_LIFETIME),
        false => (EXAMPLE, TOKEN_LIFETIME),
    };
    let program = build(example, &folder.0)?;
    note(&format!("include/clef.h and {example}"));

    step("2. Start the sandbox, which stands in for accounts.spotify.com");
    let sandbox = start_sandbox(&arguments, token_lifetime)?;
    note(&format!(
        "{}; its access tokens live for {token_lifetime} seconds",
        sandbox.url()
    ));

    if arguments.browser {
        browser::run(&program, &sandbox, &folder.0)?;
    } else {
        step("3. Run the C program: a login with PKCE, an expiry, a refresh");
        let saved = folder.0.join("token.json");
        run_program(&program, &sandbox, &saved)?;
        step("4. Ask the sandbox what it saw");
        let asked = ["authorization_code", "refresh_token"];
        check_requests(&sandbox, &asked, "one login and one refresh")?;
        check_token(&sandbox, &saved)?;
    }
    println!("\nAll of it worked.");
    Ok(())
}

pub fn step(title: &str) {
    println!("\n{title}");
}

pub fn note(text: &str) {
    println!("   {text}");
}

fn build(example: &str, folder: &Path) -> io::Result<Program> {
    if !has("cc") {
        return Err(io::Error::other(
            "it needs a C compiler that is installed as cc",
        ));
    }
    note(&format!("libclef in {}", Library::get().folder.display()));
    Ok(Program::compile(example, folder, &[]))
}

fn start_sandbox(arguments: &Arguments, token_lifetime: i64) -> io::Result<Sandbox> {
    let sandbox = Sandbox::start(Options {
        settings: Settings {
            expires_in: token_lifetime,
            ..Settings::default()
        },
        ..Options::default()
    })?;
    for fault in &arguments.fault {
        sandbox.add_fault(fault.clone());
    }
    Ok(sandbox)
}

fn run_program(program: &Program, sandbox: &Sandbox, saved: &Path) -> io::Result<()> {
    let mut command = program.command();
    command
        .env("CLIENT_ID", CLIENT_ID)
        .env("REDIRECT_URI", REDIRECT_URI)
        .env("ACCOUNTS_URL", sandbox.url())
        .arg(saved);
    expect_success(run_with_login(&mut command, visitor::agree, show)?)
}

pub fn show(line: &str) {
    println!("   | {line}");
}

pub fn expect_success(status: ExitStatus) -> io::Result<()> {
    expect(status.success(), || {
        format!("the C program ended with {status}")
    })
}

/// These token requests, and nothing that was asked for twice or refused.
pub fn check_requests(sandbox: &Sandbox, grant_types: &[&str], what: &str) -> io::Result<()> {
    let log = sandbox.log();
    let asked: Vec<(&str, u16)> = log
        .iter()
        .filter(|entry| entry.path == "/api/token")
        .map(|entry| (entry.grant_type.as_deref().unwrap_or("none"), entry.status))
        .collect();
    for (grant_type, status) in &asked {
        note(&format!("POST /api/token {grant_type}: {status}"));
    }
    let expected = grant_types.iter().map(|grant_type| (*grant_type, 200));
    expect(asked.into_iter().eq(expected), || {
        format!("there should be {what}")
    })
}

/// What the C program saved is good for the Web API.
fn check_token(sandbox: &Sandbox, saved: &Path) -> io::Result<()> {
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(saved)?)?;
    let access_token = json["access_token"].as_str().unwrap_or_default();
    let status = visitor::web_api_status(&sandbox.url(), access_token)?;
    note(&format!("GET /v1/me with the fresh access token: {status}"));
    expect(status == 200, || {
        "the fresh access token should open the Web API".to_owned()
    })
}

pub fn expect(is_so: bool, problem: impl FnOnce() -> String) -> io::Result<()> {
    if is_so {
        Ok(())
    } else {
        Err(io::Error::other(problem()))
    }
}

/// A folder of this process's own, beside the build, that goes away with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> io::Result<Scratch> {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root().join("target"), PathBuf::from);
        let folder = target.join(format!("clef-demo-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The tokens in it open nothing but a sandbox that is gone too.
        let _ = fs::remove_dir_all(&self.0);
    }
}
