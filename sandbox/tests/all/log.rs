//! What the sandbox remembers of requests, and what it must not.

use clef_sandbox::{Authentication, CLIENT_ID, CLIENT_SECRET, Fault, FaultKind};

use crate::application::{Application, CHALLENGE, NOBODY, STATE, VERIFIER, pkce_exchange, text};

#[test]
fn no_secret_stands_in_the_log() {
    let application = Application::new();
    let code = application.pkce_code();
    let login = application
        .post("/api/token", &pkce_exchange(&code), NOBODY)
        .json(200);
    let refreshed = application
        .refresh_pkce(text(&login, "refresh_token"))
        .json(200);
    application
        .refresh_with_secret(text(&refreshed, "refresh_token"))
        .json(200);
    application
        .get_with_token("/v1/me", text(&login, "access_token"))
        .json(200);
    let in_the_body = [
        ("client_secret", CLIENT_SECRET),
        ("refresh_tokn", "misspelt"),
    ];
    application.post("/api/token", &in_the_body, NOBODY);

    let log =
        application.get("/sandbox/log", &[]).body + &format!("{:?}", application.sandbox.log());
    for secret in [
        &code,
        VERIFIER,
        CHALLENGE,
        STATE,
        CLIENT_SECRET,
        "misspelt",
        text(&login, "access_token"),
        text(&login, "refresh_token"),
        text(&refreshed, "access_token"),
        text(&refreshed, "refresh_token"),
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(log.contains("***") && log.contains(CLIENT_ID));
}

#[test]
fn an_entry_says_who_asked_what_and_got_what() {
    let application = Application::new();
    let login = application.log_in_with_secret();
    application.sandbox.reset();
    application.sandbox.add_fault(Fault::from(FaultKind::Close));
    let form = [("grant_type", "client_credentials")];
    let (id, secret) = (CLIENT_ID, CLIENT_SECRET);
    application
        .try_post("/api/token", &form, Some((id, secret)))
        .unwrap_err();
    application.refresh_pkce(text(&login, "refresh_token"));

    let log = application.sandbox.log();
    let [closed, refused] = &log[..] else {
        panic!("{log:?}")
    };
    assert_eq!((closed.status, closed.auth), (0, Authentication::Basic));
    assert_eq!(closed.client_id.as_deref(), Some(CLIENT_ID));
    assert_eq!(closed.grant_type.as_deref(), Some("client_credentials"));

    assert_eq!((&*refused.method, &*refused.path), ("POST", "/api/token"));
    assert_eq!((refused.status, refused.auth), (400, Authentication::None));
    assert_eq!(refused.client_id.as_deref(), Some(CLIENT_ID));
    assert_eq!(refused.parameters["refresh_token"], "***");
    assert_eq!(refused.parameters["grant_type"], "refresh_token");
}

#[test]
fn requests_are_counted_also_when_they_meet_a_fault() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    application.sandbox.add_fault(Fault::respond(503, ""));
    application.refresh_pkce(text(&login, "refresh_token"));
    application.refresh_pkce(text(&login, "refresh_token"));
    application.get("/sandbox/settings", &[]);

    let count = |path, grant_type| application.sandbox.count(path, grant_type);
    assert_eq!(count("/api/token", Some("refresh_token")), 2);
    assert_eq!(count("/api/token", Some("authorization_code")), 1);
    assert_eq!(count("/api/token", None), 3);
    assert_eq!(count("/authorize", None), 1);
    assert_eq!(count("/sandbox/settings", None), 0);
}
