//! `/api/token` with a refresh token: rotation, and how a grant ends.

use clef_sandbox::Rotation;

use crate::application::{
    Application, NOBODY, OTHER_CLIENT, SECRET, pkce_refresh, secret_refresh, text, with,
};

#[test]
fn a_pkce_refresh_rotates_the_refresh_token() {
    let application = Application::new();
    let first = application.log_in_with_pkce();
    let second = application
        .refresh_pkce(text(&first, "refresh_token"))
        .json(200);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_eq!(second["scope"], first["scope"]);

    let replayed = application.refresh_pkce(text(&first, "refresh_token"));
    assert_eq!(
        replayed.oauth_error("invalid_grant"),
        "Invalid refresh token"
    );
    application
        .refresh_pkce(text(&second, "refresh_token"))
        .json(200);
}

#[test]
fn a_refresh_with_a_secret_does_not_rotate_unless_it_is_set_to() {
    let application = Application::new();
    let login = application.log_in_with_secret();
    let refresh = || application.refresh_with_secret(text(&login, "refresh_token"));
    assert_eq!(refresh().json(200).get("refresh_token"), None);

    application
        .sandbox
        .settings(|settings| settings.rotation = Rotation::On);
    assert!(refresh().json(200).get("refresh_token").is_some());
    refresh().oauth_error("invalid_grant");
}

#[test]
fn rotation_can_be_off() {
    let application = Application::new();
    application
        .sandbox
        .settings(|settings| settings.rotation = Rotation::Off);
    let login = application.log_in_with_pkce();
    for _ in 0..2 {
        let refreshed = application
            .refresh_pkce(text(&login, "refresh_token"))
            .json(200);
        assert_eq!(refreshed.get("refresh_token"), None);
    }
}

#[test]
fn with_reuse_detection_a_spent_refresh_token_takes_its_family_along() {
    let application = Application::new();
    application
        .sandbox
        .settings(|settings| settings.reuse_detection = true);
    let bystander = application.log_in_with_pkce();
    let first = application.log_in_with_pkce();
    let second = application
        .refresh_pkce(text(&first, "refresh_token"))
        .json(200);

    application
        .refresh_pkce(text(&first, "refresh_token"))
        .oauth_error("invalid_grant");
    let answer = application.refresh_pkce(text(&second, "refresh_token"));
    assert_eq!(answer.oauth_error("invalid_grant"), "Refresh token revoked");
    application
        .refresh_pkce(text(&bystander, "refresh_token"))
        .json(200);
}

#[test]
fn refreshing_does_not_extend_the_six_months_of_a_grant() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    application.sandbox.advance_clock(15_778_800 - 60);
    let refreshed = application
        .refresh_pkce(text(&login, "refresh_token"))
        .json(200);
    application.sandbox.advance_clock(60);
    let answer = application.refresh_pkce(text(&refreshed, "refresh_token"));
    assert_eq!(answer.oauth_error("invalid_grant"), "Refresh token expired");
}

#[test]
fn a_refresh_token_belongs_to_its_application() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    let refresh_token = text(&login, "refresh_token");
    let post = |form: &[_], basic| application.post("/api/token", form, basic);
    post(&secret_refresh(refresh_token), Some(OTHER_CLIENT)).oauth_error("invalid_grant");
    let form = with(pkce_refresh(refresh_token), "client_id", OTHER_CLIENT.0);
    post(&form, NOBODY).oauth_error("invalid_grant");
    post(&pkce_refresh("AQnonsense"), NOBODY).oauth_error("invalid_grant");
    post(&secret_refresh(refresh_token), SECRET).json(200);
}

#[test]
fn a_grant_made_with_a_secret_needs_it_again() {
    let application = Application::new();
    let login = application.log_in_with_secret();
    application
        .refresh_pkce(text(&login, "refresh_token"))
        .oauth_error("invalid_client");
}

#[test]
fn a_revoked_grant_is_dead() {
    let application = Application::new();
    let (one, other) = (
        application.log_in_with_pkce(),
        application.log_in_with_pkce(),
    );
    assert!(application.sandbox.revoke(text(&one, "refresh_token")));
    assert!(!application.sandbox.revoke("AQnonsense"));
    let answer = application.refresh_pkce(text(&one, "refresh_token"));
    assert_eq!(answer.oauth_error("invalid_grant"), "Refresh token revoked");

    application.sandbox.revoke_all();
    application
        .refresh_pkce(text(&other, "refresh_token"))
        .oauth_error("invalid_grant");
}
