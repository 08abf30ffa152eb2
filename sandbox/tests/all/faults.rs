//! Each kind of fault, as a client meets it.

use std::io::Read;
use std::time::{Duration, Instant};

use clef_sandbox::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::application::{Application, NOBODY, encode, pkce_refresh, text};
use crate::raw;

#[test]
fn respond_answers_as_told_and_touches_no_grant() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    let refresh = || application.refresh_pkce(text(&login, "refresh_token"));
    application
        .sandbox
        .add_fault(Fault::respond(502, "bad gateway").times(2));
    application.sandbox.add_fault(
        Fault::respond_json(429, &json!({"error": "slow_down"})).header("Location", "/elsewhere"),
    );

    for _ in 0..2 {
        let answer = refresh();
        assert_eq!((answer.status, &*answer.body), (502, "bad gateway"));
        assert!(answer.content_type.unwrap().starts_with("text/plain"));
    }
    let answer = refresh();
    assert_eq!(answer.json(429)["error"], "slow_down");
    assert_eq!(answer.content_type.as_deref(), Some("application/json"));
    assert_eq!(answer.location.as_deref(), Some("/elsewhere"));
    refresh().json(200);
}

#[test]
fn a_fault_can_last_and_happen_elsewhere() {
    let application = Application::new();
    application
        .sandbox
        .add_fault(Fault::respond(500, "").on("/v1/me").times(0));
    application.log_in_with_pkce();
    for _ in 0..3 {
        assert_eq!(application.get("/v1/me", &[]).status, 500);
    }
    assert_eq!(application.sandbox.faults().len(), 1);
    application.sandbox.clear_faults();
    assert_eq!(application.get("/v1/me", &[]).status, 401);
}

#[test]
fn edit_changes_a_real_answer() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    application.sandbox.add_fault(Fault::edit(
        [
            ("scope", json!("")),
            ("expires_in", Value::Null),
            ("extra", json!([1])),
        ],
        ["token_type"],
    ));
    let edited = application
        .refresh_pkce(text(&login, "refresh_token"))
        .json(200);
    assert_eq!(edited["scope"], "");
    assert_eq!(edited.get("expires_in"), Some(&Value::Null));
    assert_eq!(edited["extra"], json!([1]));
    assert_eq!(edited.get("token_type"), None);
    // It was a real one.
    application
        .refresh_pkce(text(&edited, "refresh_token"))
        .json(200);
}

#[test]
fn edit_leaves_an_error_alone() {
    let application = Application::new();
    application
        .sandbox
        .add_fault(Fault::edit([("error", json!("none"))], []));
    application
        .refresh_pkce("AQnonsense")
        .oauth_error("invalid_grant");
}

#[test]
fn delay_holds_an_answer_back() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    let refresh = || application.refresh_pkce(text(&login, "refresh_token"));
    let timed = |fault: Option<Fault>| {
        fault
            .into_iter()
            .for_each(|fault| application.sandbox.add_fault(fault));
        let start = Instant::now();
        let status = refresh().status;
        (status, start.elapsed())
    };
    let (status, elapsed) = timed(Some(Fault::respond(503, "").after_ms(60)));
    assert!(
        status == 503 && elapsed >= Duration::from_millis(60),
        "{elapsed:?}"
    );
    let (status, elapsed) = timed(Some(Fault::from(FaultKind::Delay).after_ms(60)));
    assert!(
        status == 200 && elapsed >= Duration::from_millis(60),
        "{elapsed:?}"
    );

    application
        .sandbox
        .settings(|settings| settings.token_delay_ms = 60);
    let (status, elapsed) = timed(None);
    assert!(
        status == 400 && elapsed >= Duration::from_millis(60),
        "{elapsed:?}"
    );
}

#[test]
fn close_sends_not_a_byte_and_processes_nothing() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    application.sandbox.add_fault(Fault::from(FaultKind::Close));
    assert_eq!(raw_refresh(&application, &login), "");
    application
        .refresh_pkce(text(&login, "refresh_token"))
        .json(200);
}

#[test]
fn close_after_sends_not_a_byte_but_processes() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    application
        .sandbox
        .add_fault(Fault::from(FaultKind::CloseAfter));
    assert_eq!(raw_refresh(&application, &login), "");
    application
        .refresh_pkce(text(&login, "refresh_token"))
        .oauth_error("invalid_grant");
}

#[test]
fn half_announces_a_body_and_breaks_off() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    let body = Some("0123456789".to_owned());
    application
        .sandbox
        .add_fault(Fault::from(FaultKind::Half { body }));
    let received = raw_refresh(&application, &login);
    assert!(received.starts_with("HTTP/1.1 200 OK\r\n"), "{received}");
    assert!(received.contains("content-length: 10\r\n"), "{received}");
    assert!(received.ends_with("\r\n\r\n01234"), "{received}");

    // Without a body of its own it is the real answer that breaks off.
    application
        .sandbox
        .add_fault(Fault::from(FaultKind::Half { body: None }));
    let received = raw_refresh(&application, &login);
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let (_, length) = head.split_once("content-length: ").unwrap();
    let length: usize = length.lines().next().unwrap().parse().unwrap();
    assert!(
        body.starts_with("{\"access_token\":\"BQ") && body.len() == length / 2,
        "{received}"
    );
    let form = pkce_refresh(text(&login, "refresh_token"));
    application
        .post("/api/token", &form, NOBODY)
        .oauth_error("invalid_grant");
}

#[test]
fn a_client_sees_half_a_body_as_an_error() {
    let application = Application::new();
    application
        .sandbox
        .add_fault(Fault::from(FaultKind::Half { body: None }));
    let form = pkce_refresh("AQnonsense");
    assert!(application.try_post("/api/token", &form, NOBODY).is_err());
}

#[test]
fn drip_sends_one_byte_at_a_time() {
    let application = Application::new();
    application
        .sandbox
        .add_fault(Fault::from(FaultKind::Drip { drip_ms: 1 }));
    let mut stream = raw::connect(&application.sandbox.url());
    raw::post(&mut stream, "grant_type=password");

    let mut received = String::new();
    while !received.ends_with("\r\n0\r\n\r\n") {
        let mut buffer = [0; 1024];
        let count = stream.read(&mut buffer).unwrap();
        assert_ne!(count, 0, "closed after {received}");
        received.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    let (_, body) = received.split_once("\r\n\r\n").unwrap();
    let chunks: Vec<_> = body.split_terminator("\r\n").collect();
    let (sizes, bytes): (Vec<_>, String) = chunks[..chunks.len() - 2]
        .chunks(2)
        .map(|chunk| (chunk[0], chunk[1]))
        .unzip();
    assert!(sizes.iter().all(|size| *size == "1"), "{received}");
    let json: Value = serde_json::from_str(&bytes).unwrap();
    assert_eq!(json["error"], "unsupported_grant_type");
}

#[test]
fn oversize_is_as_large_as_told_and_well_formed() {
    let application = Application::new();
    let bytes = 3 * 1024 * 1024 + 1;
    application
        .sandbox
        .add_fault(Fault::from(FaultKind::Oversize { bytes }));
    let answer = application.refresh_pkce("AQnonsense");
    assert_eq!(answer.body.len() as u64, bytes);
    assert_eq!(answer.json(200)["token_type"], "Bearer");
}

#[test]
#[should_panic(expected = "is not a valid header")]
fn a_fault_that_http_cannot_carry_is_a_programming_error() {
    let application = Application::new();
    application
        .sandbox
        .add_fault(Fault::respond(200, "").header("a b", "c"));
}

/// Refreshes on a connection of its own, and gives all that came before it was closed.
fn raw_refresh(application: &Application, login: &Value) -> String {
    let mut stream = raw::connect(&application.sandbox.url());
    raw::post(
        &mut stream,
        &encode(&pkce_refresh(text(login, "refresh_token"))),
    );
    raw::until_closed(&mut stream)
}
