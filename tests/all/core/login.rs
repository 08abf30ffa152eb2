//! Authorisation URLs, token requests and the state of a login.

use clef::{AuthOptions, Credentials, Runtime, ScopeSet, Secret, Status, UserAuth};

use super::helpers::{ManualClock, ScriptedSender, credentials, token_answer};

const PKCE: AuthOptions = AuthOptions {
    pkce: true,
    show_dialog: false,
};

fn plain() -> Credentials {
    credentials(&ManualClock::new(), &ScriptedSender::new([]))
}

#[test]
fn the_url_is_that_of_the_reference() {
    let scopes = ScopeSet::parse("b a").unwrap();
    let url = |scopes, state, show_dialog| {
        let url = plain().user_authorisation_url(scopes, state, show_dialog);
        url.unwrap().expose().to_owned()
    };
    assert_eq!(
        url(Some(&scopes), Some("s t&"), false),
        "https://accounts.spotify.com/authorize?client_id=client&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback\
         &response_type=code&scope=a+b&state=s+t%26&show_dialog=false"
    );
    assert!(url(None, None, true).ends_with("&response_type=code&show_dialog=true"));
}

#[test]
fn the_pkce_url_is_that_of_the_reference() {
    let pkce = plain()
        .pkce_user_authorisation(None, Some("s"), 32, false)
        .unwrap();
    let (before, challenge) = pkce
        .url
        .expose()
        .split_once("&code_challenge=")
        .expect("a challenge");
    assert!(before.ends_with("&response_type=code&state=s"), "{before}");
    let (challenge, method) = challenge.split_once('&').unwrap();
    assert_eq!(challenge.len(), 43);
    assert_eq!(method, "code_challenge_method=S256");
    let asked = plain()
        .pkce_user_authorisation(None, None, 96, true)
        .unwrap();
    assert!(asked.url.expose().ends_with("&show_dialog=true"));
    assert_eq!(asked.verifier.expose().len(), 128);
}

#[test]
fn token_requests_are_those_of_the_reference() {
    let credentials = plain();
    let headers = |request: &clef::HttpRequest| -> Vec<(String, String)> {
        request
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    let form = (
        "Content-Type".to_owned(),
        "application/x-www-form-urlencoded".to_owned(),
    );
    let basic = (
        "Authorization".to_owned(),
        "Basic Y2xpZW50OnNlY3JldA==".to_owned(),
    );

    let request = credentials.prepare_user_token("c/d").unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.url(), "https://accounts.spotify.com/api/token");
    assert_eq!(
        request.body(),
        "code=c%2Fd&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&grant_type=authorization_code"
    );
    assert!(headers(&request).contains(&form) && headers(&request).contains(&basic));
    assert!(!request.may_repeat());

    let request = credentials.prepare_pkce_token("c", "v").unwrap();
    assert_eq!(
        request.body(),
        "client_id=client&code=c&code_verifier=v&grant_type=authorization_code\
         &redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback"
    );
    assert!(!headers(&request).contains(&basic), "PKCE sends no secret");

    let request = credentials.prepare_refresh_user_token("r").unwrap();
    assert_eq!(request.body(), "refresh_token=r&grant_type=refresh_token");
    let request = credentials.prepare_refresh_pkce_token("r").unwrap();
    assert_eq!(
        request.body(),
        "client_id=client&grant_type=refresh_token&refresh_token=r"
    );
    let request = credentials.prepare_client_token().unwrap();
    assert_eq!(request.body(), "grant_type=client_credentials");
    assert!(request.may_repeat());
}

#[test]
fn a_request_is_sent_once() {
    let sender = ScriptedSender::new([token_answer("a")]);
    let request = credentials(&ManualClock::new(), &sender)
        .prepare_client_token()
        .unwrap();
    let clone = request.clone();
    request.send().unwrap();
    assert_eq!(clone.send().unwrap_err().status(), Status::AlreadyUsed);
}

#[test]
fn the_accounts_url_must_keep_secrets() {
    let credentials = plain();
    for url in [
        "https://accounts.example.com",
        "https://accounts.example.com/prefix/",
        "http://127.0.0.1:8888",
        "http://[::1]:8888/",
    ] {
        let credentials = credentials.with_accounts_url(url).unwrap();
        let request = credentials.prepare_client_token().unwrap();
        assert_eq!(
            request.url(),
            format!("{}/api/token", url.trim_end_matches('/'))
        );
    }
    for url in [
        "",
        "accounts.example.com",
        "http://accounts.example.com",
        "http://localhost:8888",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "https://user@example.com",
        "ftp://example.com",
        "https://",
        "https://example.com?x",
        "https://example.com/#x",
        "https://example.com:x",
        "https://exam ple.com",
        "https://b\u{fc}cher.example",
        "https://[::1",
        "https://[x]",
        "https://%zz",
        "https://exa<mple",
        "http://127.0.0.1/<>",
    ] {
        let error = credentials.with_accounts_url(url).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{url}");
    }
}

#[test]
fn the_scheme_of_the_accounts_url_is_written_one_way() {
    for (given, kept) in [
        ("HTTP://127.0.0.1:8888", "http://127.0.0.1:8888"),
        ("Https://example.com/P", "https://example.com/P"),
    ] {
        let credentials = plain().with_accounts_url(given).unwrap();
        let request = credentials.prepare_client_token().unwrap();
        assert_eq!(request.url(), format!("{kept}/api/token"));
    }
}

#[test]
fn what_is_missing_is_said_before_anything_is_sent() {
    let bare = Credentials::new("client", None, None).unwrap();
    let status = |result: Result<_, clef::Error>| result.map(drop).unwrap_err().status();
    assert_eq!(
        status(bare.prepare_client_token()),
        Status::MissingClientSecret
    );
    assert_eq!(
        status(bare.prepare_refresh_user_token("r")),
        Status::MissingClientSecret
    );
    assert_eq!(
        status(bare.prepare_pkce_token("c", "v")),
        Status::MissingRedirectUri
    );
    let error = bare.user_authorisation_url(None, None, false).unwrap_err();
    assert_eq!(error.status(), Status::MissingRedirectUri);
    let error = UserAuth::resume(&bare, "state", Some("verifier")).unwrap_err();
    assert_eq!(error.status(), Status::MissingRedirectUri);
    let public = bare.with_redirect_uri("myapp://callback").unwrap();
    let error = UserAuth::new(&public, None, AuthOptions::default()).unwrap_err();
    assert_eq!(error.status(), Status::MissingClientSecret);
    assert!(UserAuth::new(&public, None, PKCE).is_ok());
}

#[test]
fn without_pkce_a_login_shows_the_dialog() {
    let auth = UserAuth::new(&plain(), None, AuthOptions::default()).unwrap();
    assert!(auth.url().unwrap().expose().ends_with("&show_dialog=true"));
    assert!(auth.verifier().is_none());
    let auth = UserAuth::new(&plain(), None, PKCE).unwrap();
    assert!(!auth.url().unwrap().expose().contains("show_dialog"));
    assert!(auth.verifier().is_some());
}

#[test]
fn a_login_is_spent_once_its_state_matched() {
    let auth = UserAuth::new(&plain(), None, PKCE).unwrap();
    let state = auth.state().expose().to_owned();
    let status = |url: &str| auth.prepare_token_from_url(url).unwrap_err().status();
    assert_eq!(status("/?code=c&state=wrong"), Status::StateMismatch);
    assert_eq!(
        status("/?error=access_denied&state=wrong"),
        Status::StateMismatch
    );
    assert_eq!(status("/?error=access_denied"), Status::MissingParameter);
    assert_eq!(
        status(&format!("/?state={state}&state={state}")),
        Status::RepeatedParameter
    );
    let denied = format!("/?error=access_denied&state={state}");
    assert_eq!(status(&denied), Status::AccessDenied);
    assert_eq!(status(&denied), Status::AlreadyUsed);
    assert_eq!(
        status(&format!("/?code=c&state={state}")),
        Status::AlreadyUsed
    );
}

#[test]
fn a_login_is_taken_up_elsewhere() {
    let begun = UserAuth::new(&plain(), None, PKCE).unwrap();
    let sender = ScriptedSender::new([token_answer("a")]);
    let elsewhere = credentials(&ManualClock::new(), &sender);
    let resumed = UserAuth::resume(
        &elsewhere,
        begun.state().expose(),
        begun.verifier().map(Secret::expose),
    )
    .unwrap();
    assert!(resumed.url().is_none());
    let state = begun.state().expose();
    let token = resumed.request_token("c", state).unwrap();
    assert!(token.uses_pkce());
    let verifier = begun.verifier().unwrap().expose();
    assert!(
        sender
            .last_body()
            .contains(&format!("code_verifier={verifier}"))
    );
}

#[test]
fn a_login_that_could_not_be_started_is_not_spent() {
    let closed = Runtime::new();
    closed.close(None).unwrap();
    let auth = UserAuth::new(&plain(), None, PKCE).unwrap();
    let state = auth.state().expose();
    let url = format!("/callback?code=c&state={state}");
    for started in [
        auth.start_token("c", state, &closed, None),
        auth.start_token_from_url(&url, &closed, None),
        auth.start_refreshing_token("c", state, &closed, None),
        auth.start_refreshing_token_from_url(&url, &closed, None),
    ] {
        assert_eq!(started.unwrap_err().status(), Status::Cancelled);
    }
    auth.prepare_token_from_url(&url).unwrap();
    let again = auth.start_token_from_url(&url, &closed, None).unwrap_err();
    assert_eq!(again.status(), Status::AlreadyUsed);
}
