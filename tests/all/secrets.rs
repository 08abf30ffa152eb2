//! No secret in an error, in what a program prints, in `Debug` output or in the sandbox's log.

use std::fmt::Debug;
use std::sync::Arc;

use clef::sender::Exchange;
use clef::sender::custom::CustomSender;
use clef::{
    AuthOptions, Credentials, Error, HttpResponse, RefreshingCredentials, RefreshingToken, Secret,
    SendFailure, Status, Token, UserAuth,
};
use clef_harness::Program;
use clef_sandbox::{CLIENT_ID, CLIENT_SECRET, Options, Sandbox};

use crate::support::scratch;

/// Every secret of these tests begins with the one and ends with the other.
const MARKS: [&str; 2] = ["hush", "mum"];

const CLIENT: &str = "hush-client-mum";
const CODE: &str = "hush-code-mum";
const STATE: &str = "hush-state-mum";
const VERIFIER: &str = "hush-verifier-mum";
const TOKEN: &str = r#"{"access_token":"hush-access-mum","refresh_token":"hush-refresh-mum",
    "scope":"user-read-email","expires_at":1,"unknown":"hush-unknown-mum"}"#;

#[test]
fn c_programs_print_none() {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let output = Program::compile("tests/c/secrets.c", &scratch("secrets"), &[])
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
    assert!(stdout.contains("ok "), "secrets ran no test");
    assert_silent(&[], &stdout);
    assert_eq!(stderr, "", "clef printed something");

    let log = format!("{:?}", sandbox.log());
    assert!(log.contains("refresh_token"), "the log has requests: {log}");
    assert_silent(&[], &log);
}

/// Searches for the marks and for what is named besides.
fn assert_silent(secrets: &[&str], text: &str) {
    for secret in MARKS.iter().chain(secrets) {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

fn assert_debug_is_silent(value: &dyn Debug) {
    assert_silent(&[], &format!("{value:?}"));
    assert_silent(&[], &format!("{value:#?}"));
}

fn credentials() -> Credentials {
    Credentials::new(
        "client-id",
        Some(CLIENT),
        Some("http://127.0.0.1:5000/callback"),
    )
    .expect("the arguments are good")
}

fn token() -> Token {
    Token::from_json(TOKEN, true).expect("the JSON is good")
}

#[test]
fn debug_output_has_none() {
    let credentials = credentials();
    let secret = Secret::new(CODE).expect("no NUL inside");
    let auth = UserAuth::resume(&credentials, STATE, Some(VERIFIER)).expect("all is given");
    let refreshing = RefreshingToken::new(token(), &credentials).expect("no client is named");
    let mut response = HttpResponse::new(200, TOKEN.as_bytes());
    response.add_header("Set-Cookie", "hush-cookie-mum");

    assert_debug_is_silent(&secret);
    assert_debug_is_silent(&token());
    assert_debug_is_silent(&credentials);
    assert_debug_is_silent(&RefreshingCredentials::new(&credentials));
    assert_debug_is_silent(&refreshing);
    assert_debug_is_silent(&auth);
    assert_debug_is_silent(&response);
    assert_debug_is_silent(&credentials.pkce_user_authorisation(None, Some(STATE), 32, false));
    assert_debug_is_silent(&credentials.user_authorisation_url(None, Some(STATE), false));
    for request in [
        credentials.prepare_client_token(),
        credentials.prepare_user_token(CODE),
        credentials.prepare_pkce_token(CODE, VERIFIER),
        credentials.prepare_refresh_user_token("hush-refresh-mum"),
        credentials.prepare_refresh_pkce_token("hush-refresh-mum"),
        credentials.prepare_refresh(&token()),
    ] {
        let request = request.expect("all is given");
        assert_debug_is_silent(&request);
        // So that there was something to say.
        let sent = format!(
            "{}{:?}",
            request.body(),
            request.headers().collect::<Vec<_>>()
        );
        assert!(sent.contains("mum") || sent.contains("Basic "), "{sent}");
    }
}

#[test]
fn debug_output_of_a_new_login_has_none() {
    let options = AuthOptions {
        pkce: true,
        show_dialog: false,
    };
    let auth = UserAuth::new(&credentials(), None, options).expect("all is given");
    let verifier = auth.verifier().expect("there is one with PKCE");
    let secrets = [auth.state().expose(), verifier.expose()];
    assert_silent(&secrets, &format!("{auth:?} {auth:#?}"));
}

#[test]
fn debug_output_of_an_exchange_and_its_error_has_none() {
    let sender = CustomSender::new(
        |exchange: Exchange| {
            assert_debug_is_silent(&exchange);
            let body = format!(
                r#"{{"error":"invalid_grant","error_description":"{}"}}"#,
                exchange.request().body()
            );
            exchange.respond(HttpResponse::new(400, body.as_bytes()));
        },
        None,
    );
    let credentials = credentials().with_sender(Arc::new(sender));
    let error = credentials
        .refresh(&token())
        .expect_err("the sender refuses");
    assert_eq!(error.status(), Status::LoginRequired);
    let description = error.oauth_description().expect("there is one");
    assert!(description.contains("refresh_token=***"), "{description}");
    assert_debug_is_silent(&error);
    assert_silent(&[], &format!("{error} {description}"));
    assert_debug_is_silent(&SendFailure::maybe_sent(Error::clone(&error)));
}

#[test]
fn the_log_of_the_sandbox_has_none() {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let credentials = Credentials::new(
        CLIENT_ID,
        Some(CLIENT_SECRET),
        Some("http://127.0.0.1/callback"),
    )
    .and_then(|credentials| credentials.with_accounts_url(&sandbox.url()))
    .expect("the arguments are good");
    credentials
        .request_client_token()
        .expect("the sandbox knows the client");
    let refused = credentials.refresh_user_token("hush-refresh-mum");
    assert!(refused.is_err(), "nobody has such a token");
    let refused = credentials.request_pkce_token(CODE, VERIFIER);
    assert!(refused.is_err(), "nobody has such a code");

    let log = sandbox.log();
    assert_eq!(log.len(), 3);
    assert_silent(&[CLIENT_SECRET], &format!("{log:?}"));
    let answer = admin(&sandbox, "/sandbox/log");
    assert!(answer.contains("refresh_token"), "{answer}");
    assert_silent(&[CLIENT_SECRET], &answer);
}

/// What the sandbox answers to a GET.
fn admin(sandbox: &Sandbox, path: &str) -> String {
    use std::io::{Read, Write};
    let url = sandbox.url();
    let address = url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).expect("the sandbox listens");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .expect("the sandbox reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}
