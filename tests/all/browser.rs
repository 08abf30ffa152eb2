//! `cargo demo --browser`: the redirect of a real browser, and of one that is played.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output};

use clef_harness::{cargo, has, install_packages, require, visitor};
use serde_json::Value;

use crate::demo::shows_in_order;
use crate::desktop::Desktop;
use crate::support::{scratch, text};

const CHROMIUM: &str = "/usr/bin/chromium";

/// Runs the demo on a desktop with this for its browser: it is handed the URL of each login.
fn demo_with_browser(test: &str, browse: impl FnMut(&str) + Send) -> Output {
    let desktop = Desktop::new(&scratch(test));
    let demo = || {
        cargo()
            .args(["demo", "--browser"])
            .env("PATH", desktop.path())
            .output()
            .expect("cargo runs")
    };
    desktop.during(demo, browse)
}

/// The demo says that its first run logged in, what that has stored, and that its second did not.
#[track_caller]
fn assert_one_login(demo: &Output) {
    let shown = text(&demo.stdout);
    assert!(demo.status.success(), "{shown}{}", text(&demo.stderr));
    shows_in_order(
        &shown,
        &[
            "examples-c/login.c",
            "3. Run the C program",
            "agree in your browser",
            "| Authorization: Bearer BQ",
            "stored in $XDG_STATE_HOME/clef/",
            ".json, mode 0600",
            "4. Run it again",
            "| Authorization: Bearer BQ",
            "5. Ask the sandbox",
            "POST /api/token authorization_code: 200",
            "All of it worked.",
        ],
    );
    assert_eq!(shown.matches("POST /api/token").count(), 1, "{shown}");
}

/// The status line that answers to a request.
fn get(host: &str, target: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(host)?;
    write!(
        connection,
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n"
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

fn visit(redirect: &str) {
    let (host, target) = redirect
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .expect("a loopback URL");
    let unused = TcpStream::connect(host).expect("a browser connects ahead");
    let not_found = "HTTP/1.1 404 Not Found";
    assert_eq!(get(host, "/favicon.ico").expect("an answer"), not_found);
    let bad_request = "HTTP/1.1 400 Bad Request";
    assert_eq!(get(host, "/callback").expect("an answer"), bad_request);
    let answer = get(host, &format!("/{target}")).expect("an answer");
    assert_eq!(answer, "HTTP/1.1 200 OK");
    drop(unused);
}

#[test]
fn the_user_agrees() {
    let output = demo_with_browser("demo_agrees", |url| {
        visit(&visitor::agree(url).expect("the sandbox redirects"));
    });
    assert_one_login(&output);
}

#[test]
fn the_user_refuses() {
    let output = demo_with_browser("demo_refuses", |url| {
        visit(&visitor::refuse(url).expect("the sandbox redirects"));
    });
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("the user denied access"), "{errors}");
}

/// A real browser.
struct Chromium {
    script: PathBuf,
}

impl Chromium {
    /// None where it is not installed.
    fn find() -> Option<Chromium> {
        if !require("Chromium", has(CHROMIUM)) {
            return None;
        }
        let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let installed = install_packages("tests/browser", &target)?;
        Some(Chromium {
            script: installed.join("visit.mjs"),
        })
    }

    /// Opens the login, presses the button and gives what `tests/browser/visit.mjs` says of the page after it; its
    /// screenshots are in the folder of this name.
    fn visit(&self, url: &str, button: &str, name: &str) -> Value {
        let folder = scratch(name);
        let output = Command::new("node")
            .arg(&self.script)
            .args([CHROMIUM, url, button])
            .arg(&folder)
            .output()
            .expect("node runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        let visit = fs::read_to_string(folder.join("visit.json")).expect("it is written");
        serde_json::from_str(&visit).expect("it is JSON")
    }
}

/// The page that the user is left with says this alone, and Chromium has nothing to complain of.
#[track_caller]
fn assert_last_page(visit: &Value, heading: &str) {
    let seen = visit["text"].as_str().expect("a text");
    assert_eq!(
        seen.split_whitespace().collect::<Vec<_>>().join(" "),
        format!("{heading} You can close this window and go back to the app.")
    );
    assert_eq!(visit["title"], heading);
    assert_eq!(visit["complaints"], serde_json::json!([]));
    assert_eq!(visit["widerThanPhone"], false);
    // The address bar has them.
    let (_, query) = visit["url"]
        .as_str()
        .and_then(|url| url.split_once('?'))
        .expect("a query");
    for secret in query
        .split('&')
        .map(|pair| pair.split_once('=').expect("a value").1)
    {
        let page = visit["html"].as_str().expect("a page");
        assert!(!page.contains(secret), "{secret} is in {page}");
    }
}

#[test]
fn a_user_of_chromium_agrees() {
    let Some(chromium) = Chromium::find() else {
        return;
    };
    let mut visits = Vec::new();
    let output = demo_with_browser("chromium_agrees_demo", |url| {
        visits.push(chromium.visit(url, "Agree", "chromium_agrees"));
    });
    assert_one_login(&output);
    assert_eq!(visits.len(), 1, "the second run logs in too");
    assert_last_page(&visits[0], "Login received");
}

#[test]
fn a_user_of_chromium_refuses() {
    let Some(chromium) = Chromium::find() else {
        return;
    };
    let mut visit = Value::Null;
    let output = demo_with_browser("chromium_refuses_demo", |url| {
        visit = chromium.visit(url, "Cancel", "chromium_refuses");
    });
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("the user denied access"), "{errors}");
    assert_last_page(&visit, "Access was refused");
}
