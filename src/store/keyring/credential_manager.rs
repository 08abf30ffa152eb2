//! The Credential Manager of Windows: generic credentials of this computer, with the key as the user. They take 2560
//! bytes at most.

use std::collections::HashMap;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error as CredentialError};
use windows_native_keyring_store::Store;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::text::Text;

use super::{Item, failed, text_of};

/// Not in a profile that roams: two computers that refresh the same token spend it for each other.
const PERSISTENCE: (&str, &str) = ("persistence", "Local");

pub(super) fn load(item: &Item) -> Result<Option<Secret>> {
    let bytes = found(entry(item)?.get_secret())?.map(Zeroizing::new);
    bytes.map(|bytes| text_of(&bytes)).transpose()
}

pub(super) fn save(item: &Item, text: &Secret) -> Result<()> {
    let bytes = text.expose().as_bytes();
    entry(item)?.set_secret(bytes).map_err(described)
}

pub(super) fn remove(item: &Item) -> Result<()> {
    found(entry(item)?.delete_credential()).map(drop)
}

pub(super) fn accounts(item: &Item) -> Result<Vec<Text>> {
    let store = Store::new().map_err(described)?;
    let mut accounts = Vec::new();
    let entries = found(store.search(&HashMap::new()))?;
    for entry in entries.unwrap_or_default() {
        // Another program may have removed it meanwhile.
        let attributes = found(entry.get_attributes())?.unwrap_or_default();
        let (user, target) = (attributes.get("username"), attributes.get("target_name"));
        // That is how the store names what it makes.
        if let (Some(user), Some(target)) = (user, target)
            && *target == format!("{user}.{}", item.service)
        {
            accounts.extend(item.key.account_of(user));
        }
    }
    Ok(accounts)
}

fn entry(item: &Item) -> Result<Entry> {
    let store = Store::new().map_err(described)?;
    store
        .build(
            item.service,
            item.key.as_str(),
            Some(&HashMap::from([PERSISTENCE])),
        )
        .map_err(described)
}

fn found<T>(result: Result<T, CredentialError>) -> Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(CredentialError::NoEntry) => Ok(None),
        Err(error) => Err(described(error)),
    }
}

fn described(error: CredentialError) -> Error {
    failed(&error.to_string())
}
