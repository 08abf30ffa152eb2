//! A panic inside the library: `tests/c/panic.c` against a library that panics when asked to, and a sender that does so
//! in the middle of a refresh.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use clef::{Credentials, HttpRequest, HttpResponse, RefreshingToken, Sender, Token};
use clef_harness::{Library, Program, cargo_build};
use clef_sandbox::{Options, Sandbox};

use crate::support::scratch;

#[test]
fn panic() {
    // A library of its own beside the usual one, which has no such feature.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("forced-panic");
    let target = target.to_str().expect("the path is UTF-8");
    let library = Library::of(&cargo_build(&[
        "--features",
        "forced-panic",
        "--target-dir",
        target,
    ]));
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let program = Program::compile_against(&library, "tests/c/panic.c", &scratch("panic"), &[]);
    let output = program
        .command()
        .arg(sandbox.url())
        .output()
        .expect("the program starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}\n{stdout}\n{stderr}",
        output.status
    );
    assert!(stdout.contains("ok "), "panic ran no test");
    assert_eq!(stderr, "", "a panic was printed");
}

/// Panics once, when the other threads have come, then answers.
struct PanicsFirst {
    panicked: AtomicBool,
    others_come: Barrier,
}

impl Sender for PanicsFirst {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: &'a clef::Context) -> clef::Carrying<'a> {
        Box::pin(async move {
            if !self.panicked.swap(true, Ordering::Relaxed) {
                self.others_come.wait();
                panic!("asked for by a test");
            }
            Ok(HttpResponse::new(200, br#"{"access_token":"new"}"#))
        })
    }
}

#[test]
fn a_refresh_that_panics_leaves_the_other_threads_working() {
    let sender = Arc::new(PanicsFirst {
        panicked: AtomicBool::new(false),
        others_come: Barrier::new(2),
    });
    let credentials = Credentials::new("client", Some("secret"), None)
        .expect("the arguments are good")
        .with_sender(sender.clone());
    let expired = r#"{"access_token":"old","refresh_token":"r","expires_at":1}"#;
    let token = Token::from_json(expired, false).expect("the JSON is good");
    let token = RefreshingToken::new(token, &credentials).expect("the client is the same");

    let refreshing = thread::spawn({
        let token = token.clone();
        move || token.access_token().map(drop)
    });
    // While the refresh is under way, or just after: never for ever.
    sender.others_come.wait();
    let others: Vec<_> = (0..8)
        .map(|_| {
            let token = token.clone();
            thread::spawn(move || match token.access_token() {
                Ok(access_token) => assert_eq!(access_token.expose(), "new"),
                Err(error) => assert_eq!(error.status(), clef::Status::Internal),
            })
        })
        .collect();
    assert!(refreshing.join().is_err(), "the sender panics");
    for other in others {
        other.join().expect("it gets an answer");
    }
    let access_token = token.access_token().expect("the next refresh works");
    assert_eq!(access_token.expose(), "new");
}
