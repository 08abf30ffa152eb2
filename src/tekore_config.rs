//! The configuration file of tekore, a Python library, whose users keep their refresh token in it.
//!
//! It is what Python's `configparser` writes. Read here rather than by a crate, since what it says is secret, and to be
//! wiped.

use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::text::Text;
use crate::token::Token;
use crate::token_json;

const CLIENT_ID: &str = "SPOTIFY_CLIENT_ID";
const REFRESH_TOKEN: &str = "SPOTIFY_USER_REFRESH";

/// The section that all others inherit from, and the one that tekore writes to.
const DEFAULT_SECTION: &str = "DEFAULT";

impl Token {
    /// The refresh token in a configuration file of tekore, as a token that has expired: it is refreshed before it is used.
    /// `section` is tekore's own where there is none.
    pub fn from_tekore_config(
        config: &str,
        section: Option<&str>,
        uses_pkce: bool,
    ) -> Result<Token> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let section = section.unwrap_or(DEFAULT_SECTION);
        let refresh_token = value(config, section, REFRESH_TOKEN).ok_or_else(|| {
            Error::invalid_argument(format!(
                "that section of the configuration has no {REFRESH_TOKEN}"
            ))
        })?;
        let nul_inside = |_| Error::invalid_argument("config must not have a NUL inside");
        let refresh_token = Secret::new(refresh_token).map_err(nul_inside)?;
        let client_id = value(config, section, CLIENT_ID)
            .map(Text::new)
            .transpose()
            .map_err(nul_inside)?;
        Ok(token_json::of_refresh_token(
            refresh_token,
            client_id,
            uses_pkce,
            clock,
        ))
    }
}

/// The value of a section, or else of the default one.
fn value<'a>(config: &'a str, section: &str, name: &str) -> Option<&'a str> {
    let mut current = "";
    let mut inherited = None;
    let mut own = None;
    for line in config.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            current = header.strip_suffix(']').unwrap_or_default();
        } else if let Some((key, value)) = line.split_once(['=', ':'])
            && key.trim_end() == name
        {
            let value = Some(value.trim_start()).filter(|value| !value.is_empty());
            match current {
                _ if current == section => own = value,
                DEFAULT_SECTION => inherited = value,
                _ => {}
            }
        }
    }
    own.or(inherited)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As tekore 5.3 writes it, but for the last two sections.
    const CONFIG: &str = "\
[DEFAULT]
SPOTIFY_CLIENT_ID = client
SPOTIFY_CLIENT_SECRET = hunter2
SPOTIFY_REDIRECT_URI = https://example.com/callback
SPOTIFY_USER_REFRESH = AQDefault-_

[second]
# SPOTIFY_USER_REFRESH = AQComment
SPOTIFY_USER_REFRESH_OLD = AQOld
spotify_user_refresh = AQLower
SPOTIFY_USER_REFRESH: AQSecond

[third]
";

    fn refresh_token(config: &str, section: Option<&str>) -> Result<String> {
        let token = Token::from_tekore_config(config, section, false)?;
        Ok(token.refresh_token().unwrap().expose().to_owned())
    }

    #[test]
    fn the_refresh_token_is_found_in_its_section_or_the_default_one() {
        assert_eq!(refresh_token(CONFIG, None).unwrap(), "AQDefault-_");
        assert_eq!(refresh_token(CONFIG, Some("second")).unwrap(), "AQSecond");
        assert_eq!(refresh_token(CONFIG, Some("third")).unwrap(), "AQDefault-_");
        let crlf = CONFIG.replace('\n', "\r\n");
        assert_eq!(refresh_token(&crlf, Some("second")).unwrap(), "AQSecond");
    }

    #[test]
    fn the_token_has_expired_and_knows_its_client() {
        let token = Token::from_tekore_config(CONFIG, None, true).unwrap();
        assert_eq!(token.client_id(), Some("client"));
        assert!(token.uses_pkce() && token.is_expiring() && token.expires_in() <= 0);
        let saved = Token::from_json(token.to_json().expose(), false).unwrap();
        assert_eq!(saved.refresh_token(), token.refresh_token());
        assert!(saved.uses_pkce() && saved.expires_in() <= 0);
    }

    #[test]
    fn what_has_no_refresh_token_is_refused_and_not_repeated() {
        for config in [
            "",
            "hunter2",
            "[DEFAULT]\nSPOTIFY_USER_REFRESH =\nhunter2 = x\n",
        ] {
            let error = refresh_token(config, None).unwrap_err();
            assert!(!error.message().contains("hunter2"), "{error}");
        }
    }
}
