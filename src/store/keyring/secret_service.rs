//! The Secret Service API of freedesktop.org, over D-Bus: GNOME Keyring, KWallet, KeePassXC.
//!
//! Each call has a connection and a single-threaded runtime of its own, which are gone when it returns: zbus would keep
//! threads where it may.

use std::collections::HashMap;
#[cfg(target_os = "linux")]
use std::ffi::OsString;
use std::time::Duration;

use secret_service::{Collection, EncryptionType, Error as ServiceError, SecretService};
use tokio::net::UnixStream;
use tokio::runtime;
use zbus::address::transport::{Transport, UnixSocket};
use zbus::{Address, Connection, connection};
use zeroize::Zeroizing;

use crate::error::{Error, Result, Status};
use crate::secret::Secret;
use crate::text::Text;

use super::{Item, failed, text_of};

/// How long a call may take. A service that asks its user something can take for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the bus says where no program has the name and none is to be started for it.
const UNKNOWN: &str = "org.freedesktop.DBus.Error.ServiceUnknown";

const ABSENT: &str = "there is no keyring: no Secret Service is on the session bus";

const CONTENT_TYPE: &str = "application/json";

const ACCOUNT: &str = "account";

pub(super) fn load(item: &Item) -> Result<Option<Secret>> {
    let bytes = ask(async |collection| {
        let found = collection.search_items(attributes(item)).await?;
        match found.first() {
            Some(found) => Ok(Some(Zeroizing::new(found.get_secret().await?))),
            None => Ok(None),
        }
    })?;
    bytes.map(|bytes| text_of(&bytes)).transpose()
}

pub(super) fn save(item: &Item, text: &Secret) -> Result<()> {
    let secret = text.expose().as_bytes();
    let label = match item.key.account() {
        "" => item.service.to_owned(),
        account => format!("{} ({account})", item.service),
    };
    ask(async |collection| {
        collection
            .create_item(&label, attributes(item), secret, true, CONTENT_TYPE)
            .await
            .map(drop)
    })
}

pub(super) fn remove(item: &Item) -> Result<()> {
    ask(async |collection| {
        for found in collection.search_items(attributes(item)).await? {
            found.delete().await?;
        }
        Ok(())
    })
}

pub(super) fn accounts(item: &Item) -> Result<Vec<Text>> {
    let mut wanted = attributes(item);
    wanted.remove(ACCOUNT);
    ask(async |collection| {
        let mut accounts = Vec::new();
        for found in collection.search_items(wanted).await? {
            let attributes = found.get_attributes().await?;
            accounts.extend(
                attributes
                    .get(ACCOUNT)
                    .and_then(|name| Text::new(name).ok()),
            );
        }
        Ok(accounts)
    })
}

/// What an item is found by; the service keeps it in the open.
fn attributes<'a>(item: &Item<'a>) -> HashMap<&'static str, &'a str> {
    HashMap::from([
        ("application", "clef"),
        ("service", item.service),
        ("accounts_url", item.key.accounts_url()),
        ("client_id", item.key.client_id()),
        (ACCOUNT, item.key.account()),
    ])
}

/// Asks the default collection. Nobody is asked to unlock it: a dialog is not a library's to open.
fn ask<T>(question: impl AsyncFnOnce(&Collection<'_>) -> Result<T, ServiceError>) -> Result<T> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed(&error.to_string()))?;
    let answer = async {
        // Encrypted on its way, so that the buffers of the bus hold no token.
        let bus = session_bus().await?;
        let service = SecretService::connect_with_existing(EncryptionType::Dh, bus).await?;
        let collection = service.get_default_collection().await?;
        collection.ensure_unlocked().await?;
        question(&collection).await
    };
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, answer).await });
    match answer {
        Ok(answer) => answer.map_err(described),
        Err(_) => Err(failed("it did not answer in 30 seconds")),
    }
}

/// zbus would connect on a thread of its own.
async fn session_bus() -> Result<Connection, ServiceError> {
    let address = Address::session().map_err(|_| ServiceError::Unavailable)?;
    let Transport::Unix(socket) = address.transport() else {
        return Err(ServiceError::Unavailable);
    };
    let path = match socket.path() {
        UnixSocket::File(path) => path.clone(),
        #[cfg(target_os = "linux")]
        UnixSocket::Abstract(name) => {
            let mut path = OsString::from("\0");
            path.push(name);
            path.into()
        }
        _ => return Err(ServiceError::Unavailable),
    };
    let stream = UnixStream::connect(path)
        .await
        .map_err(|_| ServiceError::Unavailable)?;
    Ok(connection::Builder::unix_stream(stream).build().await?)
}

fn described(error: ServiceError) -> Error {
    let message = match error {
        ServiceError::Locked => "the keyring is locked: unlock it, and try again",
        ServiceError::NoResult => "the keyring has no default collection: make one, and try again",
        ServiceError::Zbus(zbus::Error::MethodError(name, ..)) if name == UNKNOWN => ABSENT,
        ServiceError::Unavailable => ABSENT,
        other => return failed(&other.to_string()),
    };
    Error::new(Status::Store, message)
}
