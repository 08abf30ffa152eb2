//! A user of the sandbox who needs no browser.

use std::io;

use ureq::{Agent, http};

/// Agrees at this authorisation URL of the sandbox; gives the URL that the user is redirected to.
///
/// # Errors
/// The sandbox cannot be reached, or does not redirect: it refuses the login, and says why.
pub fn agree(authorisation_url: &str) -> io::Result<String> {
    decide(authorisation_url, "approve")
}

/// Refuses at this authorisation URL of the sandbox; gives the URL that the user is redirected to.
///
/// # Errors
/// As [`agree`].
pub fn refuse(authorisation_url: &str) -> io::Result<String> {
    decide(authorisation_url, "deny")
}

fn decide(authorisation_url: &str, decision: &str) -> io::Result<String> {
    let mut answer = agent()
        .get(format!("{authorisation_url}&sandbox_auto={decision}"))
        .call()
        .map_err(io::Error::other)?;
    if let Some(redirect) = answer.headers().get(http::header::LOCATION) {
        return redirect
            .to_str()
            .map(String::from)
            .map_err(io::Error::other);
    }
    let reason = answer.body_mut().read_to_string().unwrap_or_default();
    Err(io::Error::other(format!(
        "the sandbox refuses the login with {}: {reason}",
        answer.status()
    )))
}

/// Opens a URL, the one of a redirect for example; gives what it shows, whatever its status.
///
/// # Errors
/// The server cannot be reached, or does not answer.
pub fn open(url: &str) -> io::Result<String> {
    agent()
        .get(url)
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string())
        .map_err(io::Error::other)
}

/// The HTTP status with which the Web API of the sandbox at `url` answers to an access token.
///
/// # Errors
/// The sandbox cannot be reached.
pub fn web_api_status(url: &str, access_token: &str) -> io::Result<u16> {
    let answer = agent()
        .get(format!("{url}/v1/me"))
        .header("Authorization", format!("Bearer {access_token}"))
        .call()
        .map_err(io::Error::other)?;
    Ok(answer.status().as_u16())
}

fn agent() -> Agent {
    Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into()
}
