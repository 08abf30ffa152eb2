//! What a login in one call decides, with users who paste.

use std::sync::Arc;
use std::time::Duration;

use clef::{
    Credentials, LoginAttempt, LoginBrowser, LoginOptions, RedirectListener, Runtime, Status,
    login, start_login,
};

use super::helpers::{ManualClock, ScriptedSender, token_answer};

fn credentials(
    secret: Option<&str>,
    redirect_uri: &str,
    sender: &Arc<ScriptedSender>,
) -> Credentials {
    Credentials::new("client", secret, Some(redirect_uri))
        .unwrap()
        .with_clock(ManualClock::new())
        .with_sender(sender.clone())
}

fn shown_to(user: impl Fn(&LoginAttempt) + Send + Sync + 'static) -> LoginOptions {
    options_with(LoginBrowser::Callback(Arc::new(user)))
}

fn options_with(browser: LoginBrowser) -> LoginOptions {
    let mut options = LoginOptions::default();
    options.browser = browser;
    options
}

fn state_of(attempt: &LoginAttempt) -> String {
    let (_, behind) = attempt.url().expose().split_once("&state=").unwrap();
    behind.split('&').next().unwrap().to_owned()
}

fn agree(attempt: &LoginAttempt) {
    let url = format!("/?code=c&state={}", state_of(attempt));
    attempt.paste(&url).unwrap();
}

#[test]
fn without_a_secret_it_is_pkce() {
    for (secret, asked, expected) in [
        (None, false, true),
        (Some("secret"), true, true),
        (Some("secret"), false, false),
    ] {
        let sender = ScriptedSender::new([token_answer("a")]);
        let credentials = credentials(secret, "myapp://callback", &sender);
        let mut options = shown_to(agree);
        options.auth.pkce = asked;
        let token = login(&credentials, None, &options).unwrap();
        assert_eq!(token.uses_pkce(), expected);
        assert_eq!(sender.last_body().contains("code_verifier="), expected);
        assert!(sender.last_body().contains("code=c&"));
    }
}

#[test]
fn only_where_it_listens_is_there_a_port() {
    for (uri, listens) in [
        ("http://127.0.0.1/callback", true),
        ("HTTP://[::1]:0", true),
        ("https://127.0.0.1/callback", false),
        ("https://example.com", false),
        ("myapp:callback", false),
    ] {
        let sender = ScriptedSender::new([token_answer("a")]);
        let credentials = credentials(None, uri, &sender);
        let options = shown_to(move |attempt| {
            let reached = attempt.redirect_uri().to_owned();
            assert_eq!(reached != uri, listens, "{reached}");
            let in_use = RedirectListener::new(&reached).map_err(|error| error.status());
            assert_eq!(in_use.err() == Some(Status::AddressInUse), listens);
            agree(attempt);
        });
        let token = login(&credentials, None, &options).unwrap();
        assert_eq!(token.credentials().redirect_uri(), Some(uri));
    }
}

#[test]
fn what_does_not_end_it_leaves_it_waiting() {
    let sender = ScriptedSender::new([token_answer("a")]);
    let credentials = credentials(None, "myapp://callback", &sender);
    let options = shown_to(|attempt| {
        let state = state_of(attempt);
        for (url, status) in [
            ("code=c&state=another".to_owned(), Status::StateMismatch),
            (
                "error=access_denied&state=another".to_owned(),
                Status::StateMismatch,
            ),
            ("code=c".to_owned(), Status::MissingParameter),
            (format!("state={state}"), Status::MissingParameter),
            (format!("code=&state={state}"), Status::MissingParameter),
            (
                format!("code=c&code=d&state={state}"),
                Status::RepeatedParameter,
            ),
            (
                format!("error=a&error=b&state={state}"),
                Status::RepeatedParameter,
            ),
            ("\0".to_owned(), Status::MissingParameter),
        ] {
            let error = attempt.paste(&url).unwrap_err();
            assert_eq!(error.status(), status, "{url:?}");
            assert!(!error.message().contains(&state));
        }
        agree(attempt);
        let error = attempt.paste("code=c&state=another").unwrap_err();
        assert_eq!(error.status(), Status::AlreadyUsed);
    });
    login(&credentials, None, &options).unwrap();
    assert_eq!(sender.count(), 1);
}

#[test]
fn a_refusal_or_a_cancel_ends_it_without_a_request() {
    let sender = ScriptedSender::new([]);
    let credentials = credentials(None, "myapp://callback", &sender);
    let refuse = |attempt: &LoginAttempt| {
        let url = format!("error=access_denied&state={}", state_of(attempt));
        attempt.paste(&url).unwrap();
    };
    let agree_too_late = |attempt: &LoginAttempt| {
        attempt.cancel();
        agree(attempt);
    };
    for (options, status) in [
        (shown_to(refuse), Status::AccessDenied),
        (shown_to(LoginAttempt::cancel), Status::Cancelled),
        (shown_to(agree_too_late), Status::Cancelled),
    ] {
        let error = login(&credentials, None, &options).unwrap_err();
        assert_eq!(error.status(), status);
    }
}

#[test]
fn settings_are_checked_before_anybody_sees_a_page() {
    let seen = |_: &LoginAttempt| panic!("the login was shown");
    let without_uri = Credentials::new("client", None, None).unwrap();
    let error = login(&without_uri, None, &shown_to(seen)).unwrap_err();
    assert_eq!(error.status(), Status::MissingRedirectUri);

    let sender = ScriptedSender::new([]);
    let unlistenable = credentials(None, "http://127.0.0.1/a/../b", &sender);
    let error = login(&unlistenable, None, &shown_to(seen)).unwrap_err();
    assert_eq!(error.status(), Status::InvalidRedirectUri);

    let hosted = options_with(LoginBrowser::Host);
    let custom = credentials(None, "myapp:callback", &sender);
    let error = login(&custom, None, &hosted).unwrap_err();
    assert_eq!(error.status(), Status::NoBrowser);

    let runtime = Runtime::new();
    runtime.close(None).unwrap();
    let error = start_login(&custom, None, &hosted, &runtime, None).unwrap_err();
    assert_eq!(error.status(), Status::Cancelled);
}

#[test]
fn an_operation_knows_its_login() {
    let sender = ScriptedSender::new([token_answer("a")]);
    let credentials = credentials(None, "http://127.0.0.1", &sender);
    let options = options_with(LoginBrowser::Host);
    let runtime = Runtime::new();
    let operation = start_login(&credentials, None, &options, &runtime, None).unwrap();
    let attempt = operation.login().unwrap();
    let shown = format!("{attempt:?} {operation:?} {options:?}");
    assert!(!shown.contains(&state_of(&attempt)), "{shown}");
    agree(&attempt);
    operation.wait(None).unwrap();
    operation.result().unwrap();

    let request = credentials.prepare_refresh_pkce_token("r").unwrap();
    let other = request.start(&runtime, None).unwrap();
    assert_eq!(other.login().unwrap_err().status(), Status::Unsupported);
}

#[test]
fn no_time_at_all_is_refused() {
    let mut options = LoginOptions::default();
    let error = options.set_timeout(Some(Duration::ZERO)).unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
    options.set_timeout(None).unwrap();
}
