//! An authorisation request: what an application asks a user to agree to.

use crate::client::Client;
use crate::form::Form;
use crate::grants::Authorisation;
use crate::service::Service;
use crate::{pkce, redirect_uri, scopes};

/// A request that may be put to the user.
#[derive(Debug)]
pub struct AuthorisationRequest<'a> {
    pub client: &'a Client,
    /// Names and descriptions, without repetition.
    pub scopes: Vec<(&'a str, &'static str)>,
    redirect_uri: &'a str,
    state: Option<&'a str>,
    challenge: Option<&'a str>,
}

/// Why a request is not put to the user.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody vouches for the redirect URI, so the user must not be sent there.
    Page(&'static str),
    /// Where to send the user to tell the application what is wrong.
    Redirect(String),
}

impl<'a> AuthorisationRequest<'a> {
    /// Checks a request.
    pub fn of(service: &'a Service, form: &'a Form) -> Result<Self, Refusal> {
        let repeated = form.repeated();
        if matches!(repeated, Some("client_id" | "redirect_uri")) {
            return Err(Refusal::Page("INVALID_REQUEST: Repeated parameter"));
        }
        let client = form
            .get("client_id")
            .and_then(|id| service.client(id))
            .ok_or(Refusal::Page("INVALID_CLIENT: Invalid client"))?;
        let redirect_uri = form
            .get("redirect_uri")
            .filter(|uri| client.accepts_redirect_uri(uri))
            .ok_or(Refusal::Page("INVALID_CLIENT: Invalid redirect URI"))?;

        let mut request = Self {
            client,
            redirect_uri,
            state: form.get("state"),
            challenge: None,
            scopes: Vec::new(),
        };
        if let Some(name) = repeated {
            return Err(request.invalid(&format!("{name} must be supplied once")));
        }
        match form.get("response_type") {
            Some("code") => {}
            Some(_) => {
                return Err(
                    request.refuse("unsupported_response_type", "response_type must be code")
                );
            }
            None => return Err(request.invalid("response_type must be supplied")),
        }
        request.challenge = request.check_challenge(form)?;
        request.scopes = request.check_scopes(form)?;
        Ok(request)
    }

    /// What the user agrees to.
    pub fn authorisation(&self) -> Authorisation {
        let names: Vec<_> = self.scopes.iter().map(|(name, _)| *name).collect();
        Authorisation {
            client_id: self.client.id.clone(),
            redirect_uri: self.redirect_uri.to_owned(),
            scope: names.join(" "),
            challenge: self.challenge.map(String::from),
        }
    }

    /// Where to send the user who agreed.
    pub fn agreed(&self, code: &str) -> String {
        self.redirect(&[("code", code)])
    }

    /// Where to send the user who did not.
    pub fn denied(&self) -> String {
        self.redirect(&[("error", "access_denied")])
    }

    fn check_challenge(&self, form: &'a Form) -> Result<Option<&'a str>, Refusal> {
        match (
            form.get("code_challenge"),
            form.get("code_challenge_method"),
        ) {
            (None, None) => Ok(None),
            (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Ok(Some(challenge)),
            (Some(_), Some("S256")) => {
                Err(self.invalid("code_challenge must be 43 characters of URL-safe base64"))
            }
            (Some(_), _) => Err(self.invalid("code_challenge_method must be S256")),
            (None, Some(_)) => Err(self.invalid("code_challenge must be supplied")),
        }
    }

    fn check_scopes(&self, form: &'a Form) -> Result<Vec<(&'a str, &'static str)>, Refusal> {
        let mut described = Vec::new();
        for name in form
            .get("scope")
            .unwrap_or_default()
            .split_ascii_whitespace()
        {
            let description = scopes::describe(name)
                .ok_or_else(|| self.refuse("invalid_scope", &format!("{name} is not a scope")))?;
            if !described.contains(&(name, description)) {
                described.push((name, description));
            }
        }
        Ok(described)
    }

    fn invalid(&self, description: &str) -> Refusal {
        self.refuse("invalid_request", description)
    }

    fn refuse(&self, error: &str, description: &str) -> Refusal {
        Refusal::Redirect(self.redirect(&[("error", error), ("error_description", description)]))
    }

    fn redirect(&self, parameters: &[(&str, &str)]) -> String {
        let mut parameters = parameters.to_vec();
        parameters.extend(self.state.map(|state| ("state", state)));
        redirect_uri::with_parameters(self.redirect_uri, &parameters)
    }
}
