//! The directory that a store keeps its files in, which nobody else may write to.

mod access;
mod private;
mod state;

pub(crate) use private::{Found, create, read};
pub(crate) use state::state_directory;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Remedy, Result, Status};
use crate::sha256::sha256;

use super::{Key, Lease};

/// The longest path of a directory, in bytes: no system takes a longer one.
const MAX_PATH_BYTES: usize = 4096;

/// How many bytes of a key's hash name its files: enough that no two keys have the same.
const NAME_BYTES: usize = 16;

pub(crate) struct Directory {
    path: PathBuf,
}

impl Directory {
    /// Nothing is made or looked at yet. A relative path is one from the current directory of now.
    pub(crate) fn new(path: &Path) -> Result<Directory> {
        let len = path.as_os_str().len();
        if len == 0 {
            return Err(Error::invalid_argument("path must not be empty"));
        }
        if len > MAX_PATH_BYTES {
            return Err(Error::invalid_argument(format!(
                "path must have at most {MAX_PATH_BYTES} bytes, not {len}"
            )));
        }
        let path = std::path::absolute(path).map_err(|error| {
            Error::new(
                Status::Store,
                format!("there is no current directory: {error}"),
            )
        })?;
        Ok(Directory { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a key with this ending.
    pub(crate) fn file(&self, key: &Key, ending: &str) -> PathBuf {
        self.path.join(format!("{}.{ending}", name(key)))
    }

    /// Whether it is there, and nobody else may put files into it.
    pub(crate) fn check(&self) -> Result<bool> {
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed("open", &self.path, &error)),
        };
        if !metadata.is_dir() {
            return Err(refused(&self.path, "is not a directory"));
        }
        match access::problem_of_directory(&self.path, &metadata) {
            None => Ok(true),
            Some(problem) => Err(refused(&self.path, &problem)),
        }
    }

    fn make(&self) -> Result<()> {
        let made = match self.path.parent() {
            Some(parent) => fs::create_dir_all(parent),
            None => Ok(()),
        };
        match made.and_then(|()| access::make_directory(&self.path)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed("make", &self.path, &error));
            }
            _ => {}
        }
        // What is stored later is to be found after a power cut, and so what leads there.
        for directory in self.path.ancestors().skip(1) {
            access::sync_directory(directory);
        }
        Ok(())
    }

    /// Takes the lock of a key, and makes the directory for it.
    pub(crate) fn lock(&self, key: &Key) -> Result<Lease> {
        if !self.check()? {
            self.make()?;
            self.check()?;
        }
        // It is never deleted: another could hold the lock of a file that is not there any more.
        let path = self.file(key, "lock");
        let file = private::open_or_create(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Lease {
                file: Some(LockFile(file)),
                ..Lease::default()
            }),
            Err(TryLockError::WouldBlock) => Err(Error::new(
                Status::Busy,
                "another has the lock of this account",
            )),
            Err(TryLockError::Error(error)) => Err(failed("lock", &path, &error)),
        }
    }

    /// Makes last what was changed in it. Where the system cannot do that, all programs see the change all the same, but
    /// a power cut may undo it.
    pub(crate) fn sync(&self) {
        access::sync_directory(&self.path);
    }
}

/// A file that is locked. The lock is given back at once, though a child of this process may have inherited the file.
#[derive(Debug)]
pub(crate) struct LockFile(pub(super) File);

impl Drop for LockFile {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

fn name(key: &Key) -> String {
    sha256(key.as_str().as_bytes())
        .iter()
        .take(NAME_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(crate) fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(
        Status::Store,
        format!("cannot {what} {}: {error}", path.display()),
    )
}

fn refused(path: &Path, problem: &str) -> Error {
    Error::new(Status::Store, format!("{} {problem}", path.display()))
        .with_remedy(Remedy::FixSettings)
}
