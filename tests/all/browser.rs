//! `cargo demo --browser`: the redirect of a real browser, and of one that is played.
#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clef_harness::{cargo, has, install_packages, require, visitor};
use serde_json::Value;

use crate::support::{scratch, text};

const CHROMIUM: &str = "/usr/bin/chromium";

/// The demo is built first, if need be.
const PATIENCE: Duration = Duration::from_secs(400);

/// Runs the demo with this for the desktop's browser: it is handed the URL of the login.
fn demo_with_browser(test: &str, browse: impl FnOnce(&str)) -> Output {
    let folder = scratch(test);
    let opener = folder.join("xdg-open");
    let opened = folder.join("opened");
    fs::write(
        &opener,
        "#!/bin/sh\nprintf %s \"$1\" > \"${0%/*}/opened\"\n",
    )
    .expect("the folder can be written");
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let pipe = Command::new("mkfifo").arg(&opened).status();
    assert!(pipe.is_ok_and(|status| status.success()));

    let usual = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([folder].into_iter().chain(env::split_paths(&usual)));
    let demo = cargo()
        .args(["demo", "--browser"])
        .env("PATH", path.expect("folders without a colon"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cargo runs");
    let (sender, urls) = mpsc::channel();
    thread::spawn(move || sender.send(fs::read_to_string(opened)));
    let url = urls.recv_timeout(PATIENCE).expect("the browser is opened");
    browse(&url.expect("UTF-8"));
    demo.wait_with_output().expect("the demo ends")
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
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{shown}{}", text(&output.stderr));
    assert!(shown.contains("your browser"), "{shown}");
    assert!(shown.contains("All of it worked."), "{shown}");
}

#[test]
fn the_user_refuses() {
    let output = demo_with_browser("demo_refuses", |url| {
        visit(&visitor::refuse(url).expect("the sandbox redirects"));
    });
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("CLEF_STATUS_ACCESS_DENIED"), "{errors}");
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
    let mut visit = Value::Null;
    let output = demo_with_browser("chromium_agrees_demo", |url| {
        visit = chromium.visit(url, "Agree", "chromium_agrees");
    });
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{shown}{}", text(&output.stderr));
    assert!(
        shown.contains("POST /api/token authorization_code: 200"),
        "{shown}"
    );
    assert_last_page(&visit, "Login received");
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
    assert!(errors.contains("CLEF_STATUS_ACCESS_DENIED"), "{errors}");
    assert_last_page(&visit, "Access was refused");
}
