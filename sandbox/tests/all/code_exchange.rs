//! `/api/token` with a code or with client credentials.

use clef_sandbox::CLIENT_ID;
use serde_json::json;
use ureq::http::Request;

use crate::application::{
    Answer, Application, NOBODY, OTHER_CLIENT, SECRET, VERIFIER, pkce_exchange, pkce_refresh,
    secret_exchange, text, with, without,
};

#[test]
fn a_login_with_pkce_gives_tokens_as_spotify_does() {
    let application = Application::new();
    let tokens = application.log_in_with_pkce();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "user-read-email streaming");
    assert!(text(&tokens, "access_token").starts_with("BQ"));
    assert!(text(&tokens, "refresh_token").starts_with("AQ"));
    assert_ne!(tokens, application.log_in_with_pkce());
}

#[test]
fn a_login_with_a_secret_gives_tokens_too() {
    let tokens = Application::new().log_in_with_secret();
    assert!(text(&tokens, "refresh_token").starts_with("AQ"));
}

#[test]
fn client_credentials_give_a_token_without_a_user() {
    let application = Application::new();
    let form = [("grant_type", "client_credentials")];
    let token = application.post("/api/token", &form, SECRET).json(200);
    assert!(text(&token, "access_token").starts_with("BQ"));
    assert_eq!(
        (token.get("refresh_token"), token.get("scope")),
        (None, None)
    );

    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
    ];
    application
        .post("/api/token", &form, NOBODY)
        .oauth_error("invalid_client");
}

#[test]
fn a_code_is_good_once() {
    let application = Application::new();
    let code = application.pkce_code();
    let exchange = || application.post("/api/token", &pkce_exchange(&code), NOBODY);
    exchange().json(200);
    assert_eq!(
        exchange().oauth_error("invalid_grant"),
        "Invalid authorization code"
    );
}

#[test]
fn a_code_lives_for_a_minute() {
    let application = Application::new();
    let code = application.pkce_code();
    application.sandbox.advance_clock(60);
    let answer = application.post("/api/token", &pkce_exchange(&code), NOBODY);
    assert_eq!(
        answer.oauth_error("invalid_grant"),
        "Authorization code expired"
    );
}

#[test]
fn a_wrong_verifier_gets_nothing_and_spends_the_code() {
    let application = Application::new();
    let code = application.pkce_code();
    let wrong = VERIFIER.replace('d', "e");
    let form = with(pkce_exchange(&code), "code_verifier", &wrong);
    let answer = application.post("/api/token", &form, NOBODY);
    assert_eq!(
        answer.oauth_error("invalid_grant"),
        "code_verifier was incorrect"
    );
    application
        .post("/api/token", &pkce_exchange(&code), NOBODY)
        .oauth_error("invalid_grant");
}

#[test]
fn a_code_belongs_to_its_application_and_redirect_uri() {
    let application = Application::new();
    let (code, other_code) = (application.secret_code(), application.secret_code());
    application
        .post("/api/token", &secret_exchange(&code), Some(OTHER_CLIENT))
        .oauth_error("invalid_grant");
    // The other application could not spend it.
    application
        .post("/api/token", &secret_exchange(&code), SECRET)
        .json(200);

    let form = with(
        secret_exchange(&other_code),
        "redirect_uri",
        "http://127.0.0.1:5001/callback",
    );
    let answer = application.post("/api/token", &form, SECRET);
    assert_eq!(answer.oauth_error("invalid_grant"), "Invalid redirect URI");
}

#[test]
fn how_a_login_started_is_how_it_must_end() {
    let application = Application::new();
    let code = application.pkce_code();
    let answer = application.post("/api/token", &secret_exchange(&code), SECRET);
    assert_eq!(
        answer.oauth_error("invalid_request"),
        "code_verifier required"
    );

    let code = application.secret_code();
    application
        .post("/api/token", &pkce_exchange(&code), SECRET)
        .oauth_error("invalid_grant");
    let code = application.secret_code();
    application
        .post("/api/token", &pkce_exchange(&code), NOBODY)
        .oauth_error("invalid_client");
}

#[test]
fn credentials_are_checked() {
    let application = Application::new();
    let form = [("grant_type", "client_credentials")];
    for (basic, description) in [
        ((CLIENT_ID, "wrong"), "Invalid client secret"),
        ((CLIENT_ID, ""), "Invalid client secret"),
        (("nobody", "wrong"), "Invalid client"),
    ] {
        let answer = application.post("/api/token", &form, Some(basic));
        assert_eq!(
            answer.oauth_error("invalid_client"),
            description,
            "{basic:?}"
        );
    }
    application
        .post("/api/token", &form, NOBODY)
        .oauth_error("invalid_client");
    let answer = application.post(
        "/api/token",
        &with(pkce_refresh("any"), "client_id", "nobody"),
        NOBODY,
    );
    assert_eq!(answer.oauth_error("invalid_client"), "Invalid client");
}

#[test]
fn what_is_missing_is_named() {
    let application = Application::new();
    let code = application.pkce_code();
    for name in ["code", "redirect_uri", "code_verifier"] {
        let form = without(pkce_exchange(&code), name);
        let answer = application.post("/api/token", &form, NOBODY);
        assert!(answer.oauth_error("invalid_request").contains(name));
    }
    let form = without(pkce_refresh("any"), "refresh_token");
    let answer = application.post("/api/token", &form, NOBODY);
    assert!(
        answer
            .oauth_error("invalid_request")
            .contains("refresh_token")
    );

    // None of that spent the code.
    application
        .post("/api/token", &pkce_exchange(&code), NOBODY)
        .json(200);
}

#[test]
fn a_request_that_is_no_token_request_is_refused() {
    let application = Application::new();
    let post = |form: &[_]| application.post("/api/token", form, SECRET);
    let answer = post(&[("grant_type", "password")]);
    assert_eq!(
        answer.oauth_error("unsupported_grant_type"),
        "grant_type password is not supported"
    );
    let answer = post(&[]);
    assert_eq!(
        answer.oauth_error("unsupported_grant_type"),
        "grant_type parameter is missing"
    );
    post(&[("grant_type", "client_credentials"); 2]).oauth_error("invalid_request");

    let request = Request::post(format!("{}/api/token", application.sandbox.url()))
        .header("Content-Type", "application/json")
        .body(json!({"grant_type": "client_credentials"}).to_string())
        .unwrap();
    let answer = Answer::of(application.agent.run(request).unwrap());
    assert_eq!(answer.json(415)["error"], "invalid_request");
}
