//! The login keychain of macOS: generic passwords, with the key as the account.

use security_framework::base::Error as KeychainError;
use security_framework::item::{ItemClass, ItemSearchOptions, Limit};
use security_framework::passwords::{
    PasswordOptions, delete_generic_password, generic_password, set_generic_password,
};
use zeroize::Zeroizing;

use crate::error::Result;
use crate::secret::Secret;
use crate::text::Text;

use super::{Item, failed, text_of};

/// `errSecItemNotFound`.
const NOT_FOUND: i32 = -25300;

/// `kSecAttrAccount`.
const ACCOUNT: &str = "acct";

pub(super) fn load(item: &Item) -> Result<Option<Secret>> {
    let place = PasswordOptions::new_generic_password(item.service, item.key.as_str());
    let bytes = found(generic_password(place))?.map(Zeroizing::new);
    bytes.map(|bytes| text_of(&bytes)).transpose()
}

pub(super) fn save(item: &Item, text: &Secret) -> Result<()> {
    let bytes = text.expose().as_bytes();
    set_generic_password(item.service, item.key.as_str(), bytes).map_err(described)
}

pub(super) fn remove(item: &Item) -> Result<()> {
    found(delete_generic_password(item.service, item.key.as_str())).map(drop)
}

pub(super) fn accounts(item: &Item) -> Result<Vec<Text>> {
    let search = ItemSearchOptions::new()
        .class(ItemClass::generic_password())
        .service(item.service)
        .load_attributes(true)
        .limit(Limit::All)
        .search();
    let entries = found(search)?.unwrap_or_default();
    let accounts = entries
        .iter()
        .filter_map(|entry| item.key.account_of(entry.simplify_dict()?.get(ACCOUNT)?));
    Ok(accounts.collect())
}

fn found<T>(result: Result<T, KeychainError>) -> Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == NOT_FOUND => Ok(None),
        Err(error) => Err(described(error)),
    }
}

fn described(error: KeychainError) -> crate::error::Error {
    failed(&error.to_string())
}
