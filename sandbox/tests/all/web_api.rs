//! `/v1/me`: whether an access token really opens something.

use crate::application::{Application, text};

#[test]
fn a_good_access_token_opens_the_profile_until_it_expires() {
    let application = Application::new();
    application
        .sandbox
        .settings(|settings| settings.expires_in = 5);
    let login = application.log_in_with_pkce();
    assert_eq!(login["expires_in"], 5);
    let me = || application.get_with_token("/v1/me", text(&login, "access_token"));
    assert_eq!(me().json(200)["id"], "sandbox-user");

    application.sandbox.advance_clock(5);
    assert_eq!(
        me().json(401)["error"]["message"],
        "The access token expired"
    );
    application.sandbox.advance_clock(-5);
    assert_eq!(me().json(200)["display_name"], "Sandbox User");
}

#[test]
fn no_token_and_nonsense_and_a_revoked_one_open_nothing() {
    let application = Application::new();
    let login = application.log_in_with_pkce();
    assert_eq!(
        application.get("/v1/me", &[]).json(401)["error"]["message"],
        "No token provided"
    );
    application.get_with_token("/v1/me", "BQnonsense").json(401);
    application.sandbox.revoke_all();
    let answer = application.get_with_token("/v1/me", text(&login, "access_token"));
    assert_eq!(answer.json(401)["error"]["status"], 401);
}
