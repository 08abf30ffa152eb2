//! What is stored for an account, as JSON.
//!
//! The keys are a promise: `clef_token_store` (the version, 1), `accounts_url`, `client_id`, `account`, `dead_since` (Unix
//! seconds; there where the grant has ended) and `token` (the JSON of the token).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::clock::Clock;
use crate::error::{Error, Remedy, Result, Status};
use crate::secret::{Secret, SecretBuffer};
use crate::token::Token;
use crate::token_json;

use super::Key;

/// What this version of clef writes, and the latest that it reads.
const VERSION: u64 = 1;

/// A token with what is known of its grant.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) token: Token,
    /// When the service refused to refresh it, in Unix seconds. It is kept all the same: services have refused live
    /// grants by mistake.
    pub(crate) dead_since: Option<i64>,
}

impl Record {
    pub(crate) fn alive(token: &Token) -> Record {
        Record {
            token: token.clone(),
            dead_since: None,
        }
    }

    pub(crate) fn write(&self, key: &Key) -> Secret {
        let mut json = SecretBuffer::with_capacity(2048);
        json.push_str(&format!("{{\"clef_token_store\":{VERSION}"));
        for (name, value) in names(key) {
            json.push_str(&format!(",\"{name}\":"));
            token_json::push_string(&mut json, value);
        }
        if let Some(dead_since) = self.dead_since {
            token_json::push_number(&mut json, "dead_since", dead_since);
        }
        json.push_str(",\"token\":");
        json.push_str(self.token.to_json().expose());
        json.push_str("}\n");
        json.into_secret().expect("JSON has no bare NUL inside")
    }

    /// [`Status::Store`] for what clef did not write, not whole, for another key, or in a later version.
    /// `what` names it in the message.
    pub(crate) fn read(
        text: &str,
        key: &Key,
        clock: &Arc<dyn Clock>,
        what: &str,
    ) -> Result<Record> {
        Record::parse(text, key, clock).map_err(|problem| unusable(what, &problem))
    }

    /// What is wrong is said for a message: it repeats nothing.
    fn parse(text: &str, key: &Key, clock: &Arc<dyn Clock>) -> Result<Record, String> {
        let members: BTreeMap<&str, &RawValue> = serde_json::from_slice(text.as_bytes())
            .map_err(|_| "is damaged: it is not whole JSON")?;
        match member::<u64>(&members, "clef_token_store")? {
            Some(VERSION) => {}
            Some(later) => {
                return Err(format!(
                    "has version {later}, but this clef knows version {VERSION} alone: update clef"
                ));
            }
            None => return Err("was not written by clef".to_owned()),
        }
        for (name, own) in names(key) {
            if member::<String>(&members, name)?.as_deref() != Some(own) {
                return Err(format!("is for another {name}"));
            }
        }
        let token = members.get("token").ok_or("is damaged: it has no token")?;
        let token = Token::from_json_with_clock(token.get(), false, clock.clone())
            .map_err(|error| format!("is damaged: {}", error.message()))?;
        Ok(Record {
            token,
            dead_since: member(&members, "dead_since")?,
        })
    }
}

/// What says whose record it is.
fn names(key: &Key) -> [(&'static str, &str); 3] {
    [
        ("accounts_url", key.accounts_url()),
        ("client_id", key.client_id()),
        ("account", key.account()),
    ]
}

/// Whose record it is, if it is of the accounts service and the client of `key`. In whichever version: whose it is
/// stands where it stands.
pub(crate) fn owner(text: &str, key: &Key) -> Option<Key> {
    let members: BTreeMap<&str, &RawValue> = serde_json::from_slice(text.as_bytes()).ok()?;
    let text = |name| member::<String>(&members, name).ok().flatten();
    let owner = key.with_account(&text("account")?).ok()?;
    for (name, own) in names(&owner) {
        if text(name)? != own {
            return None;
        }
    }
    Some(owner)
}

fn member<'a, T: Deserialize<'a>>(
    members: &BTreeMap<&str, &'a RawValue>,
    name: &str,
) -> Result<Option<T>, String> {
    members
        .get(name)
        .map(|value| serde_json::from_slice(value.get().as_bytes()))
        .transpose()
        .map_err(|_| format!("is damaged: its {name} is of the wrong type"))
}

fn unusable(what: &str, problem: &str) -> Error {
    let message = format!("{what} {problem}; to log in anew, remove this account from the store");
    Error::new(Status::Store, message).with_remedy(Remedy::FixSettings)
}

#[cfg(test)]
mod tests {
    use crate::clock::SystemClock;
    use crate::test_helpers::{ManualClock, ScriptedSender, credentials};

    use super::*;

    fn key(account: &str) -> Key {
        let credentials = credentials(&ManualClock::new(), &ScriptedSender::new([]));
        Key::new(&credentials, Some(account)).unwrap()
    }

    fn read(text: &str) -> Result<Record> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Record::read(text, &key("me"), &clock, "what is stored")
    }

    fn written(dead_since: Option<i64>) -> Secret {
        let token = r#"{"access_token":"BQ","refresh_token":"AQ","scope":"a b","more":[1]}"#;
        let token = Token::from_json(token, true).unwrap();
        Record { token, dead_since }.write(&key("me"))
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        for dead_since in [None, Some(1_700_000_000)] {
            let written = written(dead_since);
            let record = read(written.expose()).unwrap();
            assert_eq!(record.dead_since, dead_since);
            assert_eq!(record.write(&key("me")), written);
        }
    }

    #[test]
    fn half_a_record_is_not_taken_for_one() {
        let whole = written(None);
        let whole = whole.expose().trim_end();
        for length in 0..whole.len() {
            let error = read(&whole[..length]).unwrap_err();
            assert_eq!(error.status(), Status::Store);
            assert!(error.message().contains("not whole"), "{}", error.message());
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_what_is_secret() {
        let whole = written(Some(5));
        let cases = [
            (
                "\"clef_token_store\":1",
                "\"clef_token_store\":2",
                "version 2",
            ),
            ("\"clef_token_store\":1", "\"x\":1", "not written by clef"),
            (
                "\"account\":\"me\"",
                "\"account\":\"you\"",
                "another account",
            ),
            ("\"client_id\"", "\"client\"", "another client_id"),
            ("\"dead_since\":5", "\"dead_since\":\"x\"", "dead_since"),
            ("\"token\":{", "\"tokens\":{", "no token"),
            ("\"access_token\":\"BQ\"", "\"access_token\":3", "damaged"),
        ];
        for (from, to, problem) in cases {
            let changed = whole.expose().replace(from, to);
            assert_ne!(changed, whole.expose());
            let error = read(&changed).unwrap_err();
            assert_eq!(error.status(), Status::Store);
            assert!(error.message().contains(problem), "{}", error.message());
        }
    }
}
