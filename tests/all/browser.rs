//! `cargo demo --browser`: the redirect of a browser that is played.
#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clef_harness::{cargo, visitor};

use crate::support::{scratch, text};

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
