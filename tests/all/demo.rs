//! `cargo demo` as a newcomer runs it: what it says, and that it fails when anything in it does.

use std::process::Output;

use clef_harness::cargo;

const BUSY_ONCE: &str = r#"{"kind": "respond", "status": 503, "body": "busy"}"#;

fn demo(arguments: &[&str]) -> Output {
    cargo()
        .arg("demo")
        .args(arguments)
        .output()
        .expect("cargo runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
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
fn shows_in_order(output: &str, steps: &[&str]) {
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
    shows_in_order(&help, &["examples-c/", "Usage: cargo demo", "--browser"]);
    assert!(!help.contains("--fault"), "{help}");
}

#[cfg(target_os = "linux")]
mod in_the_browser {
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

    use super::text;
    use crate::support::scratch;

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
        assert_eq!(get(host, "/callback").expect("an answer"), not_found);
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
}
