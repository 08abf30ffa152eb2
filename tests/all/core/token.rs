//! Expiry, and what is saved.

use clef::{ScopeSet, Sender, TIME_NEVER, TIME_UNKNOWN, Token};

use super::helpers::{ManualClock, START, ScriptedSender, answer, credentials, token_answer};

fn from_json(clock: &std::sync::Arc<ManualClock>, json: &str) -> Token {
    Token::from_json_with_clock(json, false, clock.clone()).unwrap()
}

#[test]
fn a_token_is_expiring_below_60_seconds() {
    let clock = ManualClock::new();
    let token = from_json(&clock, r#"{"access_token":"a","expires_in":3600}"#);
    assert_eq!(token.expires_in(), 3600);
    assert_eq!(token.expires_at(), START + 3600);
    clock.advance(3540);
    assert_eq!(token.expires_in(), 60);
    assert!(!token.is_expiring());
    clock.advance_ms(1);
    assert!(token.is_expiring());
    clock.advance(100);
    assert_eq!(token.expires_in(), -40);
}

#[test]
fn a_missing_lifetime_is_an_hour() {
    let clock = ManualClock::new();
    for json in [
        r#"{"access_token":"a"}"#,
        r#"{"access_token":"a","expires_in":null}"#,
        r#"{"access_token":"a","expires_in":""}"#,
    ] {
        assert_eq!(from_json(&clock, json).expires_in(), 3600, "{json}");
    }
}

#[test]
fn lifetimes_are_read_as_services_write_them() {
    let clock = ManualClock::new();
    for (written, seconds) in [("7.9", 7), ("\"90\"", 90), ("0", 0), ("-5", -5)] {
        let json = format!(r#"{{"access_token":"a","expires_in":{written}}}"#);
        assert_eq!(from_json(&clock, &json).expires_in(), seconds, "{written}");
    }
    let huge = from_json(&clock, r#"{"access_token":"a","expires_in":1e300}"#);
    assert!(!huge.is_expiring());
}

#[test]
fn no_clock_hides_an_expiry() {
    let clock = ManualClock::new();
    let token = from_json(&clock, r#"{"access_token":"a","expires_in":3600}"#);
    clock.advance(3600);
    clock.set_wall(-86_400);
    assert_eq!(token.expires_in(), 0, "a clock set back");
    let clock = ManualClock::new();
    let token = from_json(&clock, r#"{"access_token":"a","expires_in":3600}"#);
    clock.set_wall(3600);
    assert_eq!(token.expires_in(), 0, "a laptop that slept");
}

#[test]
fn a_saved_token_expires_at_the_earlier_of_its_times() {
    let clock = ManualClock::new();
    let saved = |expires_at| {
        format!(r#"{{"access_token":"a","expires_in":3600,"expires_at":{expires_at}}}"#)
    };
    let old = from_json(&clock, &saved(START + 100));
    assert_eq!(old.expires_in(), 100);
    let from_a_clock_ahead = from_json(&clock, &saved(START + 100_000));
    assert_eq!(from_a_clock_ahead.expires_in(), 3600);
    for (seconds, left) in [(100, 100), (100_000, 3600)] {
        let json = format!(r#"{{"access_token":"a","expires_at":{}}}"#, START + seconds);
        assert_eq!(
            from_json(&clock, &json).expires_in(),
            left,
            "of an hour, unless it says"
        );
    }
}

#[test]
fn the_stamp_is_the_time_before_the_request() {
    struct Slow(std::sync::Arc<ManualClock>);
    impl Sender for Slow {
        fn send<'a>(
            &'a self,
            _: &'a clef::HttpRequest,
            _: &'a clef::Context,
        ) -> clef::Carrying<'a> {
            Box::pin(async move {
                self.0.advance(20);
                token_answer("a")
            })
        }
    }
    let clock = ManualClock::new();
    let token = credentials(&clock, &ScriptedSender::new([]))
        .with_sender(std::sync::Arc::new(Slow(clock.clone())))
        .request_user_token("code")
        .unwrap();
    assert_eq!(token.expires_in(), 3580);
    assert_eq!(token.authorised_at(), START);
}

#[test]
fn a_request_that_was_carried_counts_from_when_it_was_sent() {
    let clock = ManualClock::new();
    let credentials = credentials(&clock, &ScriptedSender::new([]));
    let request = credentials.prepare_client_token().unwrap();
    let response = token_answer("a").unwrap();
    clock.advance(50);
    let token = request.finish(START + 10, &response).unwrap();
    assert_eq!(token.expires_in(), 3560);
    let now = request.finish(TIME_UNKNOWN, &response).unwrap();
    assert_eq!(now.expires_in(), 3600);
    let negative = request.finish(i64::MIN, &response).unwrap_err();
    assert_eq!(negative.status(), clef::Status::InvalidArgument);
    let future = request.finish(START + 5000, &response).unwrap();
    assert_eq!(future.expires_in(), 3600, "a time to come is now");
}

#[test]
fn what_is_saved_is_read_back() {
    let clock = ManualClock::new();
    let sender = ScriptedSender::new([answer(
        200,
        r#"{"access_token":"a\"\\\u00fc","token_type":"bearer","expires_in":3600,"refresh_token":"r","scope":"b a","new":{"x":[1,null]},"other":"y"}"#,
    )]);
    let token = credentials(&clock, &sender)
        .request_pkce_token("code", "verifier")
        .unwrap();
    let json = token.to_json();
    let value: serde_json::Value = serde_json::from_str(json.expose()).unwrap();
    assert_eq!(
        value,
        serde_json::json!({
            "access_token": "a\"\\ü", "token_type": "bearer", "scope": "a b", "expires_in": 3600,
            "expires_at": START + 3600, "refresh_token": "r", "uses_pkce": true,
            "client_id": "client", "authorised_at": START,
            "new": {"x": [1, null]}, "other": "y",
        })
    );
    clock.advance(60);
    let read = from_json(&clock, json.expose());
    assert_eq!(read.to_json().expose(), json.expose());
    assert!(read.uses_pkce(), "what is saved wins over the flag");
    assert_eq!(read.expires_in(), 3540);
    assert_eq!(read.client_id(), Some("client"));
}

#[test]
fn bad_json_is_refused_without_repeating_it() {
    for json in [
        "",
        "hunter2",
        "[]",
        "null",
        r#"{"access_token":"hunter2"#,
        r#"{"access_token":["hunter2"]}"#,
        r#"{"access_token":"a","expires_in":"hunter2"}"#,
        r#"{"access_token":"a","expires_in":{}}"#,
        r#"{"access_token":"a","scope":["hunter2"]}"#,
        r#"{"access_token":"hunter2\u0000"}"#,
        r#"{"scope":"hunter2"}"#,
        r#"{"access_token":"","scope":"hunter2"}"#,
        r#"{"access_token":null,"scope":"hunter2"}"#,
        r#"{"access_token":"hunter2"} hunter2"#,
    ] {
        let error = Token::from_json(json, false).unwrap_err();
        assert_eq!(error.status(), clef::Status::InvalidArgument, "{json}");
        assert!(!error.message().contains("hunter2"), "{}", error.message());
    }
}

#[test]
fn missing_are_the_wanted_scopes_that_were_not_granted() {
    let clock = ManualClock::new();
    let token = from_json(
        &clock,
        r#"{"access_token":"a","scope":"user-read-email streaming"}"#,
    );
    for (wanted, missing) in [
        (
            "streaming user-library-read a-new-scope",
            "a-new-scope user-library-read",
        ),
        ("streaming", ""),
        ("", ""),
    ] {
        let wanted = ScopeSet::parse(wanted).unwrap();
        assert_eq!(token.missing_scopes(&wanted).as_str(), missing);
    }
}

#[test]
fn a_grant_ends_six_months_after_the_login() {
    let clock = ManualClock::new();
    let sender = ScriptedSender::new([token_answer("a"), token_answer("b"), token_answer("c")]);
    let credentials = credentials(&clock, &sender);
    let token = credentials.request_user_token("code").unwrap();
    let end = START + 181 * 86_400;
    assert_eq!(token.grant_expires_at(), end);
    clock.advance(3600);
    let refreshed = credentials.refresh(&token).unwrap();
    assert_eq!(
        refreshed.grant_expires_at(),
        end,
        "refreshing does not extend it"
    );
    let unknown = credentials.refresh_user_token("r").unwrap();
    assert_eq!(unknown.grant_expires_at(), TIME_UNKNOWN);
    assert_eq!(unknown.with_authorised_at(START).grant_expires_at(), end);
    let client = from_json(&clock, r#"{"access_token":"a"}"#);
    assert_eq!(client.grant_expires_at(), TIME_NEVER);
}
