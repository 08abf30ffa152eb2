//! The JSON of a token: what the service sends, and what a program saves.
//!
//! The saved keys are a promise: `access_token`, `token_type`, `scope` (space-joined), `expires_in` (the lifetime in
//! seconds), `expires_at` (Unix seconds), `refresh_token`, `uses_pkce`, `client_id`, `authorised_at` (Unix seconds), and
//! whatever else the JSON held when it was read.

use std::fmt;
use std::io;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::clock::{Clock, TIME_UNKNOWN};
use crate::error::{Error, Result};
use crate::scope::ScopeSet;
use crate::secret::{Secret, SecretBuffer};
use crate::text::Text;
use crate::token::{Contents, Token};

/// The lifetime of a token whose response does not say it, in seconds.
pub(crate) const DEFAULT_LIFETIME: i64 = 3600;

/// The members of a token's JSON. `null` and `""` count as absent.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) access_token: Option<Secret>,
    pub(crate) token_type: Option<Secret>,
    pub(crate) scope: Option<Secret>,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) expires_in: Option<i64>,
    /// What RFC 6749 section 5.2 has in place of a token.
    pub(crate) error: Option<Secret>,
    pub(crate) error_description: Option<Secret>,
    expires_at: Option<i64>,
    uses_pkce: Option<bool>,
    client_id: Option<Secret>,
    authorised_at: Option<i64>,
    unknown: SecretBuffer,
}

impl Members {
    /// The error is for a message: it names a place, and repeats nothing.
    pub(crate) fn parse(json: &[u8]) -> Result<Members, String> {
        serde_json::from_slice(json).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Eof => "ends too early",
                serde_json::error::Category::Data => "has a member of the wrong type",
                _ => "is not JSON",
            };
            format!("{what} at line {}, column {}", error.line(), error.column())
        })
    }

    pub(crate) fn lifetime(&self) -> i64 {
        self.expires_in.unwrap_or(DEFAULT_LIFETIME)
    }

    pub(crate) fn scopes(&self) -> Option<ScopeSet> {
        self.scope
            .as_ref()
            .map(|scope| ScopeSet::parse(scope.expose()).expect("a secret has no NUL inside"))
            .filter(|scopes| !scopes.is_empty())
    }

    pub(crate) fn token_type(&self) -> Text {
        let token_type = self.token_type.as_ref().map_or("Bearer", Secret::expose);
        Text::new(token_type).expect("a secret has no NUL inside")
    }

    pub(crate) fn into_unknown(self) -> Secret {
        self.unknown
            .into_secret()
            .expect("JSON has no bare NUL inside")
    }
}

/// Reads a token response or a saved token.
pub(crate) fn read(json: &str, uses_pkce: bool, clock: Arc<dyn Clock>) -> Result<Token> {
    let mut members = Members::parse(json.as_bytes())
        .map_err(|problem| Error::invalid_argument(format!("the JSON of the token {problem}")))?;
    let access_token = match (members.access_token.take(), &members.refresh_token) {
        (Some(access_token), _) => access_token,
        (None, Some(_)) => {
            // Whatever times are beside it, there is nothing that they could be about.
            members.expires_at = Some(TIME_UNKNOWN);
            no_access_token()
        }
        (None, None) => {
            return Err(Error::invalid_argument(
                "the JSON of the token has no access_token and no refresh_token",
            ));
        }
    };
    let stamp = clock.now();
    let lifetime = members.lifetime();
    let by_lifetime = stamp.unix_ms.saturating_add(lifetime.saturating_mul(1000));
    let saved = members
        .expires_at
        .map_or(i64::MAX, |seconds| seconds.saturating_mul(1000));
    let expires_at_ms = saved.min(by_lifetime);
    Ok(Token::new(Contents {
        access_token,
        refresh_token: members.refresh_token.take(),
        token_type: members.token_type(),
        scopes: members.scopes().unwrap_or_default(),
        uses_pkce: members.uses_pkce.unwrap_or(uses_pkce),
        client_id: members
            .client_id
            .as_ref()
            .map(|id| Text::new(id.expose()).expect("a secret has no NUL inside")),
        authorised_at: members.authorised_at.unwrap_or(TIME_UNKNOWN),
        lifetime,
        stamp,
        expires_at_ms,
        unknown_members: members.into_unknown(),
        clock,
    }))
}

/// A token of which only the refresh token is known: it has expired.
pub(crate) fn of_refresh_token(
    refresh_token: Secret,
    client_id: Option<Text>,
    uses_pkce: bool,
    clock: Arc<dyn Clock>,
) -> Token {
    Token::new(Contents {
        access_token: no_access_token(),
        refresh_token: Some(refresh_token),
        token_type: Members::default().token_type(),
        scopes: ScopeSet::new(),
        uses_pkce,
        client_id,
        authorised_at: TIME_UNKNOWN,
        lifetime: DEFAULT_LIFETIME,
        stamp: clock.now(),
        expires_at_ms: TIME_UNKNOWN,
        unknown_members: Members::default().into_unknown(),
        clock,
    })
}

fn no_access_token() -> Secret {
    Secret::new("").expect("empty text has no NUL")
}

/// Writes the JSON to save.
pub(crate) fn write(token: &Contents) -> Secret {
    let mut json = SecretBuffer::with_capacity(1024);
    json.push_str("{\"access_token\":");
    push_string(&mut json, token.access_token.expose());
    json.push_str(",\"token_type\":");
    push_string(&mut json, token.token_type.as_str());
    json.push_str(",\"scope\":");
    push_string(&mut json, token.scopes.as_str());
    push_number(&mut json, "expires_in", token.lifetime);
    push_number(
        &mut json,
        "expires_at",
        token.expires_at_ms.div_euclid(1000),
    );
    if let Some(refresh_token) = &token.refresh_token {
        json.push_str(",\"refresh_token\":");
        push_string(&mut json, refresh_token.expose());
    }
    json.push_str(",\"uses_pkce\":");
    json.push_str(if token.uses_pkce { "true" } else { "false" });
    if let Some(client_id) = &token.client_id {
        json.push_str(",\"client_id\":");
        push_string(&mut json, client_id.as_str());
    }
    if token.authorised_at != TIME_UNKNOWN {
        push_number(&mut json, "authorised_at", token.authorised_at);
    }
    json.push_str(token.unknown_members.expose());
    json.push_str("}");
    json.into_secret().expect("JSON has no bare NUL inside")
}

pub(crate) fn push_string(json: &mut SecretBuffer, text: &str) {
    serde_json::to_writer(Pieces(json), text).expect("a string is always JSON");
}

pub(crate) fn push_number(json: &mut SecretBuffer, name: &str, number: i64) {
    json.push_str(&format!(",\"{name}\":{number}"));
}

/// serde_json writes a string in pieces that are UTF-8 each.
struct Pieces<'a>(&'a mut SecretBuffer);

impl io::Write for Pieces<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(piece).map_err(io::Error::other)?;
        self.0.push_str(text);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Members::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "access_token" => members.access_token = map.next_value::<MaybeSecret>()?.0,
                "token_type" => members.token_type = map.next_value::<MaybeSecret>()?.0,
                "scope" => members.scope = map.next_value::<MaybeSecret>()?.0,
                "refresh_token" => members.refresh_token = map.next_value::<MaybeSecret>()?.0,
                "client_id" => members.client_id = map.next_value::<MaybeSecret>()?.0,
                "expires_in" => members.expires_in = map.next_value::<MaybeNumber>()?.0,
                "expires_at" => members.expires_at = map.next_value::<MaybeNumber>()?.0,
                "authorised_at" => members.authorised_at = map.next_value::<MaybeNumber>()?.0,
                "error" => members.error = text_alone(map.next_value()?),
                "error_description" => members.error_description = text_alone(map.next_value()?),
                "uses_pkce" => members.uses_pkce = map.next_value::<Option<bool>>()?,
                _ => {
                    let value =
                        Zeroizing::new(Box::<str>::from(map.next_value::<Box<RawValue>>()?));
                    members.unknown.push_str(",");
                    push_string(&mut members.unknown, &name);
                    members.unknown.push_str(":");
                    members.unknown.push_str(&value);
                }
            }
        }
        Ok(members)
    }
}

/// The text of a string; other values are for other protocols, which put an object in `error`.
fn text_alone(value: Box<RawValue>) -> Option<Secret> {
    let value = Zeroizing::new(Box::<str>::from(value));
    serde_json::from_str::<MaybeSecret>(&value).ok()?.0
}

/// A string that may be absent.
struct MaybeSecret(Option<Secret>);

impl<'de> Deserialize<'de> for MaybeSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MaybeSecret, D::Error> {
        struct TextVisitor;
        impl Visitor<'_> for TextVisitor {
            type Value = MaybeSecret;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a string or null")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<MaybeSecret, E> {
                if text.is_empty() {
                    return Ok(MaybeSecret(None));
                }
                Secret::new(text)
                    .map(|secret| MaybeSecret(Some(secret)))
                    .map_err(|_| E::custom("a string has a NUL inside"))
            }

            fn visit_unit<E: de::Error>(self) -> Result<MaybeSecret, E> {
                Ok(MaybeSecret(None))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// A whole number that may be absent; services also write it as a fraction or a string.
struct MaybeNumber(Option<i64>);

impl<'de> Deserialize<'de> for MaybeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MaybeNumber, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = MaybeNumber;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a number or null")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<MaybeNumber, E> {
                Ok(MaybeNumber(Some(number)))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<MaybeNumber, E> {
                Ok(MaybeNumber(Some(i64::try_from(number).unwrap_or(i64::MAX))))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<MaybeNumber, E> {
                Ok(MaybeNumber(Some(number as i64)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<MaybeNumber, E> {
                match text.parse() {
                    Ok(number) => Ok(MaybeNumber(Some(number))),
                    Err(_) if text.is_empty() => Ok(MaybeNumber(None)),
                    Err(_) => Err(E::custom("a string is not a number")),
                }
            }

            fn visit_unit<E: de::Error>(self) -> Result<MaybeNumber, E> {
                Ok(MaybeNumber(None))
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}
