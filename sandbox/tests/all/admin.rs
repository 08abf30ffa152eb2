//! `/sandbox/…`, as a test in another language uses it.

use clef_sandbox::{Fault, Settings};
use serde_json::json;

use crate::application::{Application, text};

#[test]
fn settings_are_changed_one_at_a_time() {
    let application = Application::new();
    let changed = application.admin(
        "/sandbox/settings",
        &json!({"expires_in": 7, "rotation": "off"}),
    );
    let changed = changed.json(200);
    assert_eq!(changed["expires_in"], 7);
    assert_eq!(application.get("/sandbox/settings", &[]).json(200), changed);

    let login = application.log_in_with_pkce();
    assert_eq!(login["expires_in"], 7);
    let refreshed = application
        .refresh_pkce(text(&login, "refresh_token"))
        .json(200);
    assert_eq!(refreshed.get("refresh_token"), None);
}

#[test]
fn what_is_not_understood_is_refused_and_changes_nothing() {
    let application = Application::new();
    for (path, json) in [
        ("/sandbox/settings", json!({"expires_im": 7})),
        ("/sandbox/settings", json!({"rotation": "sometimes"})),
        ("/sandbox/settings", json!([])),
        ("/sandbox/clock", json!({})),
        ("/sandbox/clock", json!({"advance": "1"})),
        ("/sandbox/faults", json!({"kind": "explode"})),
        ("/sandbox/revoke", json!({"token": "AQ"})),
    ] {
        let answer = application.admin(path, &json);
        assert!(answer.json(400)["error"].is_string(), "{path} {json}");
    }
    assert_eq!(application.get("/sandbox/count", &[]).status, 400);
    assert_eq!(application.get("/sandbox/nonsense", &[]).status, 404);
    application
        .sandbox
        .settings(|settings| assert_eq!(*settings, Settings::default()));
    assert!(application.sandbox.faults().is_empty());
}

#[test]
fn the_clock_can_be_moved() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    application
        .admin("/sandbox/clock", &json!({"advance": 3600}))
        .json(200);
    application
        .get_with_token("/v1/me", text(&login, "access_token"))
        .json(401);
}

#[test]
fn faults_are_added_listed_and_cleared() {
    let application = Application::new();
    let fault =
        json!({"kind": "respond", "status": 503, "headers": {"Retry-After": "2"}, "times": 3});
    application.admin("/sandbox/faults", &fault).json(200);
    assert_eq!(
        application.sandbox.faults(),
        [Fault::respond(503, "").header("Retry-After", "2").times(3)]
    );
    assert_eq!(application.refresh_pkce("AQ").status, 503);
    let pending = application.get("/sandbox/faults", &[]).json(200);
    assert_eq!(
        (&pending[0]["times"], &pending[0]["kind"]),
        (&json!(2), &json!("respond"))
    );

    assert_eq!(application.delete("/sandbox/faults").status, 204);
    assert_eq!(application.get("/sandbox/faults", &[]).json(200), json!([]));
    application.refresh_pkce("AQ").oauth_error("invalid_grant");
}

#[test]
fn grants_are_revoked_one_by_one_or_all() {
    let application = Application::new();
    let (one, other) = (
        application.log_in_with_pkce(),
        application.log_in_with_pkce(),
    );
    let revoke = |json| application.admin("/sandbox/revoke", &json).status;
    assert_eq!(revoke(json!({"refresh_token": "AQnonsense"})), 404);
    assert_eq!(revoke(json!({"refresh_token": one["refresh_token"]})), 204);
    application
        .refresh_pkce(text(&one, "refresh_token"))
        .oauth_error("invalid_grant");
    let other = application
        .refresh_pkce(text(&other, "refresh_token"))
        .json(200);
    assert_eq!(revoke(json!({})), 204);
    application
        .refresh_pkce(text(&other, "refresh_token"))
        .oauth_error("invalid_grant");
}

#[test]
fn requests_are_counted() {
    let application = Application::new();
    application.log_in_with_pkce();
    let query = [("path", "/api/token"), ("grant_type", "authorization_code")];
    assert_eq!(
        application.get("/sandbox/count", &query).json(200),
        json!({"count": 1})
    );
    assert_eq!(
        application
            .get("/sandbox/count", &[("path", "/api/token")])
            .json(200),
        json!({"count": 1})
    );
}

#[test]
fn reset_forgets_everything() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    application.admin("/sandbox/settings", &json!({"expires_in": 7}));
    application.admin("/sandbox/faults", &json!({"kind": "close"}));
    application.admin("/sandbox/clock", &json!({"advance": 1_000_000_000}));
    assert_eq!(application.admin("/sandbox/reset", &json!({})).status, 204);

    assert!(application.sandbox.log().is_empty() && application.sandbox.faults().is_empty());
    assert_eq!(application.sandbox.count("/api/token", None), 0);
    let answer = application.refresh_pkce(text(&login, "refresh_token"));
    assert_eq!(answer.oauth_error("invalid_grant"), "Invalid refresh token");
    assert_eq!(application.log_in_with_pkce()["expires_in"], 3600);
    let latest = application.sandbox.log().pop().unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() as i64;
    assert!((now - latest.at).abs() < 60, "{} is not {now}", latest.at);
}

#[test]
fn the_index_names_every_endpoint() {
    let application = Application::new();
    let index = application.get("/", &[]);
    assert_eq!(index.status, 200);
    for path in [
        "/authorize",
        "/api/token",
        "/v1/me",
        "/sandbox/faults",
        "/sandbox/reset",
    ] {
        assert!(index.body.contains(path), "{path}");
    }
}
