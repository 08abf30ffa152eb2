//! What the answer to a token request means.

use clef::{Error, Remedy, Status, Token};

use super::helpers::{ManualClock, ScriptedSender, answer, credentials, limited, token_answer};

fn user_token() -> Token {
    let clock = ManualClock::new();
    let json =
        r#"{"access_token":"old","refresh_token":"old-refresh","scope":"a b","username":"x"}"#;
    Token::from_json_with_clock(json, false, clock).unwrap()
}

fn refresh(body: &str) -> Result<Token, Error> {
    let sender = ScriptedSender::new([answer(200, body)]);
    credentials(&ManualClock::new(), &sender).refresh(&user_token())
}

fn refresh_error(status: u16, body: &str) -> Error {
    let sender = ScriptedSender::new([answer(status, body)]);
    credentials(&ManualClock::new(), &sender)
        .refresh(&user_token())
        .unwrap_err()
}

fn code_error(status: u16, body: &str) -> Error {
    let sender = ScriptedSender::new([answer(status, body)]);
    credentials(&ManualClock::new(), &sender)
        .request_user_token("code")
        .unwrap_err()
}

#[test]
fn a_refresh_takes_over_what_the_answer_leaves_out() {
    for body in [
        r#"{"access_token":"new"}"#,
        r#"{"access_token":"new","refresh_token":"","scope":""}"#,
        r#"{"access_token":"new","refresh_token":null,"scope":null}"#,
        r#"{"access_token":"new","scope":" ","error":"","error_description":null}"#,
    ] {
        let token = refresh(body).unwrap();
        assert_eq!(token.access_token().expose(), "new");
        assert_eq!(token.refresh_token().unwrap().expose(), "old-refresh");
        assert_eq!(token.scopes().as_str(), "a b");
        assert_eq!(token.token_type(), "Bearer");
        assert!(token.to_json().expose().contains(r#""username":"x""#));
    }
}

#[test]
fn a_refresh_adopts_what_the_answer_brings() {
    let token = refresh(
        r#"{"access_token":"new","refresh_token":"rotated","scope":"c","token_type":"mac"}"#,
    )
    .unwrap();
    assert_eq!(token.refresh_token().unwrap().expose(), "rotated");
    assert_eq!(token.scopes().as_str(), "c");
    assert_eq!(token.token_type(), "mac");
}

#[test]
fn a_client_token_has_no_refresh_token() {
    let sender = ScriptedSender::new([token_answer("a"), token_answer("b")]);
    let credentials = credentials(&ManualClock::new(), &sender);
    let token = credentials.request_client_token().unwrap();
    assert!(token.refresh_token().is_none());
    let scopeless = Token::from_json(r#"{"access_token":"a"}"#, false).unwrap();
    credentials.refresh(&scopeless).unwrap();
    assert_eq!(sender.last_body(), "grant_type=client_credentials");
}

#[test]
fn a_user_token_without_refresh_token_does_not_become_a_client_token() {
    let sender = ScriptedSender::new([]);
    let credentials = credentials(&ManualClock::new(), &sender);
    for (json, pkce) in [
        (r#"{"access_token":"a","scope":"x"}"#, false),
        (r#"{"access_token":"a"}"#, true),
    ] {
        let token = Token::from_json(json, pkce).unwrap();
        let error = credentials.refresh(&token).unwrap_err();
        assert_eq!(error.status(), Status::LoginRequired);
    }
}

#[test]
fn another_clients_token_is_refused() {
    let sender = ScriptedSender::new([]);
    let credentials = credentials(&ManualClock::new(), &sender);
    let token = Token::from_json(
        r#"{"access_token":"a","refresh_token":"r","client_id":"other"}"#,
        false,
    )
    .unwrap();
    let error = credentials.refresh(&token).unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
}

#[test]
fn only_a_refresh_that_is_refused_for_good_needs_a_login() {
    let body = r#"{"error":"invalid_grant","error_description":"Refresh token revoked"}"#;
    for status in [400, 401] {
        let error = refresh_error(status, body);
        assert_eq!(error.status(), Status::LoginRequired);
        assert_eq!(error.oauth_description(), Some("Refresh token revoked"));
        let error = code_error(status, body);
        assert_eq!(error.status(), Status::Oauth);
        assert_eq!(error.remedy(), Remedy::LogIn);
    }
    for status in [500, 502, 503] {
        let error = refresh_error(status, body);
        assert_eq!(error.status(), Status::Oauth);
        assert_eq!(error.remedy(), Remedy::RetryLater);
        assert_eq!(error.http_status(), Some(status));
    }
    assert_eq!(refresh_error(403, body).status(), Status::Oauth);
    assert_eq!(refresh_error(400, "invalid_grant").status(), Status::Http);
}

#[test]
fn oauth_errors_have_their_remedies() {
    let with = |status, error: &str| refresh_error(status, &format!(r#"{{"error":"{error}"}}"#));
    assert_eq!(with(401, "invalid_client").status(), Status::InvalidClient);
    assert_eq!(with(400, "invalid_client").remedy(), Remedy::FixSettings);
    assert_eq!(with(500, "invalid_client").remedy(), Remedy::RetryLater);
    assert_eq!(with(400, "invalid_scope").remedy(), Remedy::FixSettings);
    assert_eq!(
        with(400, "temporarily_unavailable").remedy(),
        Remedy::RetryLater
    );
    let unknown = with(418, "teapot");
    assert_eq!(unknown.status(), Status::Oauth);
    assert_eq!(unknown.oauth_error(), Some("teapot"));
    assert_eq!(unknown.oauth_description(), None);
    assert_eq!(with(200, "invalid_grant").status(), Status::Oauth);
}

#[test]
fn other_answers_are_errors_of_their_own() {
    for (status, body, expected) in [
        (200, "<html>", Status::InvalidResponse),
        (200, "", Status::InvalidResponse),
        (200, "{\"access_token\":", Status::InvalidResponse),
        (200, "{}", Status::InvalidResponse),
        (200, r#"{"access_token":""}"#, Status::InvalidResponse),
        (200, r#"{"access_token":7}"#, Status::InvalidResponse),
        (204, "", Status::InvalidResponse),
        (302, "", Status::Http),
        (403, "denied by gateway", Status::Http),
        (
            400,
            r#"{"error":{"status":400,"message":"x"}}"#,
            Status::Http,
        ),
        (503, "upstream", Status::Http),
        (500, r#"{"error":""}"#, Status::Http),
    ] {
        let error = refresh_error(status, body);
        assert_eq!(error.status(), expected, "{status} {body}");
        assert_eq!(error.http_status(), Some(status), "{status} {body}");
    }
}

#[test]
fn a_limit_says_how_long() {
    let sender = ScriptedSender::new([
        limited(429, "12471"),
        limited(503, "7"),
        answer(429, r#"{"error":"invalid_grant"}"#),
    ]);
    let credentials = credentials(&ManualClock::new(), &sender);
    let error = credentials.refresh(&user_token()).unwrap_err();
    assert_eq!(error.status(), Status::RateLimited);
    assert_eq!(error.retry_after(), Some(12_471));
    let error = credentials.refresh(&user_token()).unwrap_err();
    assert_eq!(error.status(), Status::Http);
    assert_eq!(error.retry_after(), Some(7));
    let error = credentials.refresh(&user_token()).unwrap_err();
    assert_eq!(error.status(), Status::RateLimited, "429 kills no grant");
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
}

#[test]
fn a_limit_counts_whatever_its_body_is() {
    let mut response = clef::HttpResponse::new(429, &vec![b'x'; clef::MAX_BODY_BYTES + 1]);
    response.add_header("Retry-After", "7");
    let sender = ScriptedSender::new([Ok(response)]);
    let error = credentials(&ManualClock::new(), &sender)
        .refresh(&user_token())
        .unwrap_err();
    assert_eq!(error.status(), Status::RateLimited);
    assert_eq!(error.retry_after(), Some(7));
    let long = "x".repeat(clef::MAX_BODY_BYTES + 1);
    assert_eq!(refresh_error(502, &long).status(), Status::Http);
    assert_eq!(refresh_error(200, &long).status(), Status::InvalidResponse);
}

#[test]
fn only_a_code_was_used_before() {
    let sender = ScriptedSender::new([answer(400, r#"{"error":"invalid_grant"}"#)]);
    let error = credentials(&ManualClock::new(), &sender)
        .request_client_token()
        .unwrap_err();
    assert_eq!(error.status(), Status::Oauth);
    assert_eq!(error.remedy(), Remedy::FixSettings);
}

#[test]
fn an_error_does_not_repeat_the_secrets_of_its_request() {
    let body = r#"{"error":"bad old-refresh","error_description":"no old-refresh, no secret, no Y2xpZW50OnNlY3JldA=="}"#;
    let error = refresh_error(400, body);
    assert_eq!(error.oauth_error(), Some("bad ***"));
    assert_eq!(error.oauth_description(), Some("no ***, no ***, no ***"));
}

#[test]
fn what_strangers_say_is_kept_short() {
    let long = "x".repeat(100_000);
    let error = refresh_error(400, &format!(r#"{{"error":"{long}"}}"#));
    assert_eq!(error.oauth_error().unwrap().len(), 500);
}
