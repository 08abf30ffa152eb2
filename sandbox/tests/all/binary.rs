//! The program, as somebody at a terminal starts it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::application::{Answer, agent};

const PROGRAM: &str = env!("CARGO_BIN_EXE_clef-sandbox");

/// A running program, ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_announces_where_it_is_and_serves_there() {
    let child = Command::new(PROGRAM)
        .args([
            "--port",
            "0",
            "--https-port",
            "0",
            "--client-id",
            "mine",
            "--client-secret",
            "hush",
        ])
        .args([
            "--redirect-uri",
            "https://a.example/",
            "--redirect-uri",
            "https://b.example/",
        ])
        .args([
            "--rotation",
            "on",
            "--expires-in",
            "9",
            "--auto-approve",
            "--token-delay-ms",
            "1",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);

    let announcement: Vec<_> = lines
        .by_ref()
        .take_while(|line| !line.contains("curl"))
        .collect();
    let announcement = announcement.join("\n");
    for text in [
        "https://127.0.0.1:",
        "mine",
        "hush",
        "https://a.example/",
        "https://b.example/",
    ] {
        assert!(announcement.contains(text), "{text} in {announcement}");
    }
    let url = announcement.lines().nth(1).unwrap().trim();
    let settings = agent(ureq::Agent::config_builder())
        .get(format!("{url}/sandbox/settings"))
        .call()
        .unwrap();
    let settings = Answer::of(settings).json(200);
    assert_eq!(settings["rotation"], "on");
    assert_eq!(settings["expires_in"], 9);
    assert_eq!(settings["auto_approve"], true);
    assert_eq!(settings["token_delay_ms"], 1);
}

#[test]
fn help_explains_endpoints_and_faults() {
    let output = Command::new(PROGRAM).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for text in [
        "/sandbox/faults",
        "close_after",
        "drip_ms",
        "code_verifier",
        "--redirect-uri",
        "--ca-file",
    ] {
        assert!(help.contains(text), "{text}");
    }
}

#[test]
fn a_taken_port_is_said_to_be_the_reason() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(PROGRAM)
        .args(["--port", &port])
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("cannot start"), "{message}");
}
