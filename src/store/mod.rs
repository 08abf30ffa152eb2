//! Keeping tokens where another run of the program, or another process, finds them.

mod backend;
mod custom;
mod directory;
mod file;
mod holders;
mod key;
#[cfg(feature = "keyring")]
mod keyring;
mod locked;
#[cfg(test)]
pub(crate) mod memory;
mod patience;
mod place;
mod record;
mod task;

pub use key::Key;
pub(crate) use key::account_name;
pub use task::{StoreTask, StoreTaskKind};

pub(crate) use backend::{Backend, Doing, Lease, Stored};
pub(crate) use locked::Locked;
pub(crate) use patience::Patience;
pub(crate) use place::{Place, TRIES};
pub(crate) use record::Record;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::{Error, Result, Status};
use crate::text::Text;
use crate::token::Token;
use crate::work::here;

use directory::{Directory, state_directory};
use file::FileBackend;
use holders::Holders;

/// The longest name of a program in a keyring, in bytes.
const MAX_SERVICE_BYTES: usize = 256;

/// Keeps tokens, one for each [`Key`]. Shared: clones are the same store, any thread may use it at any time.
#[derive(Clone)]
pub struct TokenStore {
    backend: Arc<dyn Backend>,
    holders: Arc<Holders>,
}

impl TokenStore {
    pub(crate) fn new(backend: impl Backend + 'static) -> TokenStore {
        TokenStore {
            backend: Arc::new(backend),
            holders: Arc::default(),
        }
    }

    /// Keeps each token in a file of this directory, which is made when something is stored. Without one, it is the
    /// directory that the platform has for what programs know of their user, which the environment names.
    pub fn file(directory: Option<&Path>) -> Result<TokenStore> {
        let directory = match directory {
            Some(directory) => Directory::new(directory)?,
            None => Directory::new(&state_directory()?)?,
        };
        Ok(TokenStore::new(FileBackend::new(directory)))
    }

    /// Keeps each token in the keyring of the desktop, under the name of the program, `clef` without one.
    /// [`Status::Unsupported`] where clef was built without the feature `keyring`.
    pub fn keyring(service: Option<&str>) -> Result<TokenStore> {
        let service = service.unwrap_or("clef");
        if service.is_empty() || service.len() > MAX_SERVICE_BYTES {
            return Err(Error::invalid_argument(format!(
                "service must have 1 to {MAX_SERVICE_BYTES} bytes, not {}",
                service.len()
            )));
        }
        #[cfg(feature = "keyring")]
        return Ok(TokenStore::new(keyring::Keyring::new(
            service,
            Directory::new(&state_directory()?)?,
        )));
        #[cfg(not(feature = "keyring"))]
        Err(Error::new(
            Status::Unsupported,
            "this clef was built without the feature `keyring`",
        ))
    }

    pub(crate) fn place(&self, credentials: &Credentials, account: Option<&str>) -> Result<Place> {
        Ok(Place {
            store: self.clone(),
            key: Key::new(credentials, account)?,
            clock: credentials.clock().clone(),
        })
    }

    /// The token of an account, also one whose grant has ended. [`Status::NotFound`] where there is none.
    pub fn load(&self, credentials: &Credentials, account: Option<&str>) -> Result<Token> {
        let place = self.place(credentials, account)?;
        let record = here(async |context| place.look(context).await)?;
        Ok(record.ok_or_else(not_found)?.token)
    }

    /// Stores the token of an account in place of the one that is there. [`Status::Store`] where what is there cannot be
    /// read: [remove](TokenStore::remove) that first.
    pub fn save(
        &self,
        credentials: &Credentials,
        account: Option<&str>,
        token: &Token,
    ) -> Result<()> {
        credentials.check_owner(token)?;
        let place = self.place(credentials, account)?;
        let record = Record::alive(token);
        here(async |context| place.replace(&record, context).await)
    }

    /// Forgets the token of an account, also where it cannot be read. Nothing stored is no error.
    pub fn remove(&self, credentials: &Credentials, account: Option<&str>) -> Result<()> {
        let place = self.place(credentials, account)?;
        here(async |context| place.remove(context).await)
    }

    /// The accounts of these credentials that a token is stored for, in order; the one without a name is `""`.
    pub fn accounts(&self, credentials: &Credentials) -> Result<Vec<Text>> {
        let key = Key::new(credentials, None)?;
        let mut accounts = here(async |context| self.backend.accounts(&key, context).await)?;
        accounts.sort_unstable();
        accounts.dedup();
        Ok(accounts)
    }
}

pub(crate) fn not_found() -> Error {
    Error::new(Status::NotFound, "nothing is stored for this account")
}

impl fmt::Debug for TokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenStore").finish_non_exhaustive()
    }
}
