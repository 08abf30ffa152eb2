//! `cargo demo` as a newcomer runs it: what it says, and that it fails when anything in it does.

use std::process::Output;

use clef_harness::cargo;

use crate::support::text;

const BUSY_ONCE: &str = r#"{"kind": "respond", "status": 503, "body": "busy"}"#;

fn demo(arguments: &[&str]) -> Output {
    cargo()
        .arg("demo")
        .args(arguments)
        .output()
        .expect("cargo runs")
}

#[track_caller]
fn fails(arguments: &[&str], because: &str) {
    let output = demo(arguments);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains(because), "{because:?} in {errors}");
    assert!(!text(&output.stdout).contains("All of it worked"));
}

/// Each of `steps` is in `output`, in this order.
#[track_caller]
pub fn shows_in_order(output: &str, steps: &[&str]) {
    let mut rest = output;
    for step in steps {
        let found = rest.find(step);
        assert!(found.is_some(), "{step:?} is missing, or late, in {output}");
        rest = &rest[found.unwrap_or_default() + step.len()..];
    }
}

#[test]
fn shows_a_login_an_expiry_and_a_refresh() {
    let output = demo(&[]);
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{shown}{}", text(&output.stderr));
    shows_in_order(
        &shown,
        &[
            "1. Build the library",
            "2. Start the sandbox",
            "3. Run the C program",
            "/authorize?client_id=sandbox-client&",
            "&code_challenge_method=S256",
            "/callback?code=***&state=***",
            "Logged in, and saved, with ",
            "It is about to expire",
            "Refreshed, and saved",
            "..., fresh",
            "4. Ask the sandbox",
            "POST /api/token authorization_code: 200",
            "POST /api/token refresh_token: 200",
            "GET /v1/me with the fresh access token: 200",
            "All of it worked.",
        ],
    );
    let is_of_a_secret = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words = shown
        .lines()
        .filter(|line| !line.contains("/authorize?"))
        .flat_map(|line| line.split(|c: char| !is_of_a_secret(c)));
    for word in words {
        assert!(word.len() < 40, "{word:?} may be a secret");
    }
}

#[test]
fn fails_when_the_login_does() {
    fails(&["--fault", BUSY_ONCE], "the C program ended with");
}

#[test]
fn fails_when_there_is_more_than_one_refresh() {
    let login_works = r#"{"kind": "delay"}"#;
    fails(
        &["--fault", login_works, "--fault", BUSY_ONCE],
        "there should be one login and one refresh",
    );
}

#[test]
fn fails_when_the_token_is_no_good() {
    let closed = r#"{"kind": "respond", "status": 401, "path": "/v1/me"}"#;
    fails(&["--fault", closed], "should open the Web API");
}

#[test]
fn explains_itself() {
    let output = demo(&["--help"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let help = text(&output.stdout);
    shows_in_order(
        &help,
        &[
            "examples-c/refreshing_token.c",
            "Usage: cargo demo",
            "--browser",
            "examples-c/login.c",
        ],
    );
    assert!(!help.contains("--fault"), "{help}");
}
