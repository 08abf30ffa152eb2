//! An application that logs in at a sandbox, with an HTTP client that follows no redirect.

use clef_sandbox::{CLIENT_ID, CLIENT_SECRET, Client, Options, Sandbox};
use serde_json::Value;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

/// The pair of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub const REDIRECT_URI: &str = "http://127.0.0.1:5000/callback";
pub const STATE: &str = "state of the test";

/// `Authorization` of a request.
pub const NOBODY: Option<(&str, &str)> = None;
pub const SECRET: Option<(&str, &str)> = Some((CLIENT_ID, CLIENT_SECRET));
pub const OTHER_CLIENT: (&str, &str) = ("other-client", "other-secret");

pub type Form<'a> = Vec<(&'a str, &'a str)>;

pub struct Application {
    pub sandbox: Sandbox,
    pub agent: Agent,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub content_type: Option<String>,
    pub body: String,
}

impl Application {
    pub fn new() -> Self {
        let (id, secret) = OTHER_CLIENT;
        let options = Options {
            clients: vec![Client::default(), Client::new(id, secret)],
            ..Options::default()
        };
        Self {
            sandbox: Sandbox::start(options).unwrap(),
            agent: agent(Agent::config_builder()),
        }
    }

    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        let request = Request::get(self.url(path, query)).body(()).unwrap();
        Answer::of(self.agent.run(request).unwrap())
    }

    pub fn delete(&self, path: &str) -> Answer {
        let request = Request::delete(self.url(path, &[])).body(()).unwrap();
        Answer::of(self.agent.run(request).unwrap())
    }

    pub fn get_with_token(&self, path: &str, access_token: &str) -> Answer {
        let request = Request::get(self.url(path, &[]))
            .header("Authorization", format!("Bearer {access_token}"))
            .body(())
            .unwrap();
        Answer::of(self.agent.run(request).unwrap())
    }

    /// Sends a form; an error is one of the connection.
    pub fn try_post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::post(self.url(path, &[]))
            .header("Content-Type", "application/x-www-form-urlencoded");
        if let Some((id, secret)) = basic {
            request = request.header("Authorization", basic_header(id, secret));
        }
        let response = self.agent.run(request.body(encode(form)).unwrap())?;
        Answer::try_of(response)
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)], basic: Option<(&str, &str)>) -> Answer {
        self.try_post(path, form, basic).unwrap()
    }

    /// Sends JSON to control the sandbox.
    pub fn admin(&self, path: &str, json: &Value) -> Answer {
        let request = Request::post(self.url(path, &[]))
            .body(json.to_string())
            .unwrap();
        Answer::of(self.agent.run(request).unwrap())
    }

    /// Has a login with PKCE agreed to, and gives its code.
    pub fn pkce_code(&self) -> String {
        self.code_for(&pkce_query())
    }

    /// Has a login with a secret agreed to, and gives its code.
    pub fn secret_code(&self) -> String {
        self.code_for(&secret_query())
    }

    fn code_for(&self, query: &Form) -> String {
        let mut query = query.clone();
        query.push(("sandbox_auto", "approve"));
        self.get("/authorize", &query)
            .redirected("code")
            .expect("a code")
    }

    /// The tokens of a login with PKCE.
    pub fn log_in_with_pkce(&self) -> Value {
        let code = self.pkce_code();
        self.post("/api/token", &pkce_exchange(&code), NOBODY)
            .json(200)
    }

    /// The tokens of a login with a secret.
    pub fn log_in_with_secret(&self) -> Value {
        let code = self.secret_code();
        self.post("/api/token", &secret_exchange(&code), SECRET)
            .json(200)
    }

    pub fn refresh_pkce(&self, refresh_token: &str) -> Answer {
        self.post("/api/token", &pkce_refresh(refresh_token), NOBODY)
    }

    pub fn refresh_with_secret(&self, refresh_token: &str) -> Answer {
        self.post("/api/token", &secret_refresh(refresh_token), SECRET)
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> String {
        format!("{}{path}?{}", self.sandbox.url(), encode(query))
    }
}

impl Answer {
    pub fn of(response: Response<Body>) -> Self {
        Self::try_of(response).unwrap()
    }

    fn try_of(mut response: Response<Body>) -> Result<Self, ureq::Error> {
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        Ok(Self {
            status: response.status().as_u16(),
            location: header("location"),
            content_type: header("content-type"),
            body: response.body_mut().read_to_string()?,
        })
    }

    /// The JSON of an answer that has this status.
    #[track_caller]
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }

    /// Asserts an error of OAuth, and gives its description.
    #[track_caller]
    pub fn oauth_error(&self, error: &str) -> String {
        let json = self.json(400);
        assert_eq!(json["error"], error, "{self:?}");
        json["error_description"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// A parameter that a redirect leads back with.
    #[track_caller]
    pub fn redirected(&self, name: &str) -> Option<String> {
        assert_eq!(self.status, 302, "{self:?}");
        let (_, query) = self.location.as_deref().unwrap().split_once('?').unwrap();
        form_urlencoded::parse(query.as_bytes())
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// An agent that hands on whatever it is answered, and does not wait for ever.
pub fn agent(config: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>) -> Agent {
    config
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(std::time::Duration::from_secs(20)))
        .build()
        .new_agent()
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn basic_header(id: &str, secret: &str) -> String {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    format!("Basic {encoded}")
}

pub fn secret_query() -> Form<'static> {
    vec![
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "user-read-email streaming"),
        ("state", STATE),
    ]
}

pub fn pkce_query() -> Form<'static> {
    let mut query = secret_query();
    query.push(("code_challenge_method", "S256"));
    query.push(("code_challenge", CHALLENGE));
    query
}

pub fn secret_exchange(code: &str) -> Form<'_> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
    ]
}

pub fn pkce_exchange(code: &str) -> Form<'_> {
    let mut form = secret_exchange(code);
    form.push(("client_id", CLIENT_ID));
    form.push(("code_verifier", VERIFIER));
    form
}

pub fn secret_refresh(refresh_token: &str) -> Form<'_> {
    vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ]
}

pub fn pkce_refresh(refresh_token: &str) -> Form<'_> {
    let mut form = secret_refresh(refresh_token);
    form.push(("client_id", CLIENT_ID));
    form
}

/// The form with the value of one parameter replaced.
pub fn with<'a>(mut form: Form<'a>, name: &str, value: &'a str) -> Form<'a> {
    let pair = form.iter_mut().find(|(other, _)| *other == name).unwrap();
    pair.1 = value;
    form
}

/// The form without one parameter.
pub fn without<'a>(mut form: Form<'a>, name: &str) -> Form<'a> {
    form.retain(|(other, _)| *other != name);
    form
}

/// A text member of a JSON answer.
#[track_caller]
pub fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {json}"))
}
