//! Whose token it is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::text::Text;

/// The longest name of an account, in bytes.
const MAX_ACCOUNT_BYTES: usize = 256;

/// What stays as it is in a key, so that people can read it.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'@');

/// Names one token of a store: the accounts service, the client, and an account of the program's own naming. A program
/// with one user needs no name: then it is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    accounts_url: Text,
    client_id: Text,
    account: Text,
    text: Text,
}

impl Key {
    /// The key of an account with these credentials.
    pub fn new(credentials: &Credentials, account: Option<&str>) -> Result<Key> {
        let (client_id, _) = credentials.texts();
        Key::of(
            credentials.accounts_url(),
            client_id,
            account_name(account)?,
        )
    }

    /// The key of another account of the same client.
    pub(crate) fn with_account(&self, account: &str) -> Result<Key> {
        Key::of(
            &self.accounts_url,
            &self.client_id,
            account_name(Some(account))?,
        )
    }

    fn of(accounts_url: &Text, client_id: &Text, account: Text) -> Result<Key> {
        let encoded = |text: &Text| percent_encode(text.as_str().as_bytes(), ENCODED).to_string();
        let text = [accounts_url, client_id, &account].map(encoded).join("/");
        Ok(Key {
            accounts_url: accounts_url.clone(),
            client_id: client_id.clone(),
            account,
            text: Text::new(&text).expect("an encoded text has no NUL"),
        })
    }

    /// The accounts service.
    pub fn accounts_url(&self) -> &str {
        self.accounts_url.as_str()
    }

    /// The client.
    pub fn client_id(&self) -> &str {
        self.client_id.as_str()
    }

    /// The account, as the program named it; empty where it did not.
    pub fn account(&self) -> &str {
        self.account.as_str()
    }

    /// All three, percent-encoded, with a slash between them: no two keys have the same text.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The account that another key's text is of, if its accounts service and client are the same.
    #[cfg_attr(
        not(all(feature = "keyring", any(target_vendor = "apple", windows))),
        allow(dead_code, reason = "other keyrings keep the account by itself")
    )]
    pub(crate) fn account_of(&self, text: &str) -> Option<Text> {
        let (own_client, _) = self.as_str().rsplit_once('/')?;
        let (client, account) = text.rsplit_once('/')?;
        if client != own_client {
            return None;
        }
        let account = percent_decode_str(account).decode_utf8().ok()?;
        Text::new(&account).ok()
    }

    /// The texts for C: accounts URL, client id, account, and all three.
    pub(crate) fn texts(&self) -> [&Text; 4] {
        [
            &self.accounts_url,
            &self.client_id,
            &self.account,
            &self.text,
        ]
    }
}

/// The name of an account, `""` for the one without.
pub(crate) fn account_name(account: Option<&str>) -> Result<Text> {
    let account = account.unwrap_or_default();
    if account.len() > MAX_ACCOUNT_BYTES {
        return Err(Error::invalid_argument(format!(
            "account must have at most {MAX_ACCOUNT_BYTES} bytes, not {}",
            account.len()
        )));
    }
    Text::new(account).map_err(|_| Error::invalid_argument("account must not have a NUL inside"))
}

#[cfg(test)]
mod tests {
    use crate::test_helpers::{ManualClock, ScriptedSender, credentials};

    use super::*;

    fn key(account: Option<&str>) -> Result<Key> {
        let credentials = credentials(&ManualClock::new(), &ScriptedSender::new([]));
        Key::new(&credentials, account)
    }

    #[test]
    fn the_text_tells_every_two_keys_apart() {
        let text = |account| key(Some(account)).unwrap().as_str().to_owned();
        assert!(text("me@example.com").ends_with("/me@example.com"));
        assert!(text("a/b").ends_with("/a%2Fb"));
        assert_ne!(text("a/b"), text("a%2Fb"));
        assert_eq!(key(None).unwrap(), key(Some("")).unwrap());
    }

    #[test]
    fn the_text_leads_back_to_the_account() {
        let own = key(Some("me")).unwrap();
        for account in ["", "you", "a/b %2F", "\u{e9}"] {
            let other = key(Some(account)).unwrap();
            let found = own.account_of(other.as_str());
            assert_eq!(found.unwrap().as_str(), account);
        }
        let text = own.as_str();
        let strangers = [&text[1..], text.rsplit_once('/').unwrap().0, "", "x/me"];
        for stranger in strangers {
            assert_eq!(own.account_of(stranger), None, "{stranger}");
        }
    }

    #[test]
    fn an_account_is_short_and_has_no_nul() {
        assert!(key(Some(&"x".repeat(MAX_ACCOUNT_BYTES))).is_ok());
        for account in ["x".repeat(MAX_ACCOUNT_BYTES + 1), "a\0b".to_owned()] {
            let error = key(Some(&account)).unwrap_err();
            assert_eq!(error.status(), crate::Status::InvalidArgument);
        }
    }
}
