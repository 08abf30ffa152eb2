//! `/authorize`: what is asked, what is refused, and where it leads.

use clef_sandbox::{CLIENT_ID, Client, Options, Sandbox};

use crate::application::{
    Answer, Application, REDIRECT_URI, STATE, agent, encode, pkce_query, secret_query, with,
    without,
};

#[test]
fn the_consent_page_leads_back_with_a_code_or_with_a_refusal() {
    let application = Application::new();
    let page = application.get("/authorize", &pkce_query());
    assert_eq!(page.status, 200);
    assert!(page.body.contains(CLIENT_ID) && page.body.contains("See your email address"));
    assert_eq!(page.location, None);

    let fields = hidden_fields(&page.body);
    let decide = |decision| {
        let mut form: Vec<_> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        form.push(("decision", decision));
        application.post("/authorize/decision", &form, None)
    };
    let agreed = decide("agree");
    assert!(
        agreed
            .location
            .as_deref()
            .unwrap()
            .starts_with(REDIRECT_URI)
    );
    assert!(agreed.redirected("code").is_some());
    assert_eq!(agreed.redirected("state").as_deref(), Some(STATE));

    let cancelled = decide("cancel");
    assert_eq!(
        cancelled.redirected("error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(cancelled.redirected("state").as_deref(), Some(STATE));
    assert_eq!(cancelled.redirected("code"), None);

    assert_eq!(decide("perhaps").status, 400);
}

/// The names and values of the form, as a browser would send them.
fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let attribute = |input: &str, name: &str| {
        let (_, rest) = input.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.replace("&amp;", "&")
    };
    page.split(r#"<input type="hidden""#)
        .skip(1)
        .map(|input| (attribute(input, "name"), attribute(input, "value")))
        .collect()
}

#[test]
fn what_the_page_shows_is_escaped() {
    let application = Application::new();
    let query = with(
        secret_query(),
        "state",
        r#""><script>alert('1')</script>{client}"#,
    );
    let page = application.get("/authorize", &query).body;
    assert!(!page.contains("<script"));
    assert!(page.contains("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;{client}"));
}

#[test]
fn a_decision_is_checked_like_the_request() {
    let application = Application::new();
    let mut form = with(secret_query(), "redirect_uri", "https://evil.example/");
    form.push(("decision", "agree"));
    let answer = application.post("/authorize/decision", &form, None);
    assert_eq!((answer.status, answer.location), (400, None));
}

#[test]
fn who_cannot_be_trusted_is_not_redirected_to() {
    let application = Application::new();
    let unknown_client = "INVALID_CLIENT: Invalid client";
    let bad_uri = "INVALID_CLIENT: Invalid redirect URI";
    let query = secret_query;
    let mut twice = query();
    twice.push(("redirect_uri", "https://evil.example/"));
    for (query, message) in [
        (with(query(), "client_id", "nobody"), unknown_client),
        (without(query(), "client_id"), unknown_client),
        (
            with(query(), "redirect_uri", "https://evil.example/"),
            bad_uri,
        ),
        (
            with(query(), "redirect_uri", "http://localhost:5000/callback"),
            bad_uri,
        ),
        (without(query(), "redirect_uri"), bad_uri),
        (twice, "INVALID_REQUEST: Repeated parameter"),
    ] {
        let answer = application.get("/authorize", &query);
        assert_eq!((answer.status, &*answer.body), (400, message), "{query:?}");
        assert_eq!(answer.location, None, "{query:?}");
    }
}

#[test]
fn other_mistakes_are_told_to_the_application() {
    let application = Application::new();
    let query = pkce_query;
    let mut twice = query();
    twice.push(("scope", "streaming"));
    for (query, error) in [
        (
            with(query(), "scope", "user-read-email user-read-minds"),
            "invalid_scope",
        ),
        (
            with(query(), "response_type", "token"),
            "unsupported_response_type",
        ),
        (without(query(), "response_type"), "invalid_request"),
        (
            with(query(), "code_challenge_method", "plain"),
            "invalid_request",
        ),
        (without(query(), "code_challenge_method"), "invalid_request"),
        (without(query(), "code_challenge"), "invalid_request"),
        (
            with(query(), "code_challenge", "too-short"),
            "invalid_request",
        ),
        (twice, "invalid_request"),
    ] {
        let answer = application.get("/authorize", &query);
        assert_eq!(
            answer.redirected("error").as_deref(),
            Some(error),
            "{query:?}"
        );
        assert_eq!(
            answer.redirected("state").as_deref(),
            Some(STATE),
            "{query:?}"
        );
        assert_eq!(answer.redirected("code"), None, "{query:?}");
    }
}

#[test]
fn no_state_goes_back_where_none_came() {
    let application = Application::new();
    let mut query = without(secret_query(), "state");
    query.push(("sandbox_auto", "deny"));
    let answer = application.get("/authorize", &query);
    assert_eq!(answer.redirected("error").as_deref(), Some("access_denied"));
    assert_eq!(answer.redirected("state"), None);
}

#[test]
fn auto_approve_agrees_unless_the_request_says_deny() {
    let application = Application::new();
    application
        .sandbox
        .settings(|settings| settings.auto_approve = true);
    let answer = application.get("/authorize", &secret_query());
    assert!(answer.redirected("code").is_some());

    let mut query = secret_query();
    query.push(("sandbox_auto", "deny"));
    let answer = application.get("/authorize", &query);
    assert_eq!(answer.redirected("error").as_deref(), Some("access_denied"));
}

#[test]
fn a_redirect_uri_keeps_its_query() {
    let uri = "https://example.com/callback?tenant=a%20b";
    let sandbox = Sandbox::start(Options {
        clients: vec![Client {
            redirect_uris: vec![uri.to_owned()],
            ..Client::default()
        }],
        ..Options::default()
    })
    .unwrap();
    let mut query = with(secret_query(), "redirect_uri", uri);
    query.push(("sandbox_auto", "approve"));
    let url = format!("{}/authorize?{}", sandbox.url(), encode(&query));
    let response = agent(ureq::Agent::config_builder())
        .get(&url)
        .call()
        .unwrap();
    let answer = Answer::of(response);
    let location = answer.location.as_deref().unwrap();
    assert!(
        location.starts_with(&format!("{uri}&code=AQ")),
        "{location}"
    );
}

#[test]
fn a_redirect_uri_that_no_header_can_carry_is_refused_at_the_start() {
    for uri in [
        "",
        "https://example.com/a b",
        "https://example.com/\r\nX: y",
        "https://example.com/#top",
    ] {
        let options = Options {
            clients: vec![Client {
                redirect_uris: vec![uri.to_owned()],
                ..Client::default()
            }],
            ..Options::default()
        };
        let error = Sandbox::start(options).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{uri:?}");
    }
}
