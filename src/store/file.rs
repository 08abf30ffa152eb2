//! A file for each account.
//!
//! A text is written whole into `NAME.new`, brought to the disk, and renamed to `NAME.json`, all under the lock of
//! `NAME.lock`. So `NAME.json` is whole at any time. A whole `NAME.new` is the newer one: its writer died before the
//! rename. Who has the lock finishes that, and what is not whole is left to the next writer.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::error::Result;
use crate::secret::Secret;
use crate::text::Text;
use crate::work::Context;

use super::directory::{self, Directory, Found, failed};
use super::{Backend, Doing, Key, Lease, Stored, record};

const STORED: &str = "json";
const NEW: &str = "new";

pub(super) struct FileBackend {
    files: Arc<Files>,
}

struct Files {
    directory: Directory,
}

impl FileBackend {
    pub(super) fn new(directory: Directory) -> FileBackend {
        FileBackend {
            files: Arc::new(Files { directory }),
        }
    }

    /// Does it where it may block.
    fn block<'a, T: Send + 'static>(
        &self,
        key: &Key,
        context: &'a Context,
        job: impl FnOnce(&Files, &Key) -> Result<T> + Send + 'static,
    ) -> Doing<'a, T> {
        let (files, key) = (self.files.clone(), key.clone());
        Box::pin(async move { context.block(move || job(&files, &key)).await? })
    }
}

impl Backend for FileBackend {
    fn lock<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Lease> {
        self.block(key, context, |files, key| files.directory.lock(key))
    }

    fn unlock<'a>(&'a self, key: &'a Key, lease: Lease, context: &'a Context) -> Doing<'a, ()> {
        self.block(key, context, |_, _| {
            directory::unlock(lease);
            Ok(())
        })
    }

    fn load<'a>(
        &'a self,
        key: &'a Key,
        lease: Option<&'a Lease>,
        context: &'a Context,
    ) -> Doing<'a, Option<Stored>> {
        let has_lock = lease.is_some();
        self.block(key, context, move |files, key| {
            if has_lock {
                files.finish_what_was_begun(key)?;
            }
            files.load(key)
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a Key,
        text: &'a Secret,
        _: Option<&'a Text>,
        _: &'a Lease,
        context: &'a Context,
    ) -> Doing<'a, Option<Text>> {
        let text = text.clone();
        self.block(key, context, move |files, key| {
            files.save(key, &text)?;
            Ok(None)
        })
    }

    fn remove<'a>(&'a self, key: &'a Key, _: &'a Lease, context: &'a Context) -> Doing<'a, ()> {
        self.block(key, context, Files::remove)
    }

    fn accounts<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Vec<Text>> {
        self.block(key, context, Files::accounts)
    }
}

impl Files {
    fn load(&self, key: &Key) -> Result<Option<Stored>> {
        if !self.directory.check()? {
            return Ok(None);
        }
        match directory::read(&self.directory.file(key, STORED))? {
            Found::Nothing => Ok(None),
            Found::Private(text) => Ok(Some(Stored {
                text,
                version: None,
            })),
            Found::Refused(error) => Err(error),
        }
    }

    /// What is in the way and not ours is not taken.
    fn finish_what_was_begun(&self, key: &Key) -> Result<()> {
        let new = self.directory.file(key, NEW);
        match directory::read(&new)? {
            Found::Private(text) if is_whole(text.expose()) => self.publish(&new, key),
            _ => Ok(()),
        }
    }

    /// On failure, what was stored before stays, and nothing is left that could be taken for newer.
    fn save(&self, key: &Key, text: &Secret) -> Result<()> {
        let new = self.directory.file(key, NEW);
        remove(&new)?;
        let written = write(&new, text.expose())
            .map_err(|error| failed("write", &new, &error))
            .and_then(|()| self.publish(&new, key));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written
    }

    fn publish(&self, new: &Path, key: &Key) -> Result<()> {
        let stored = self.directory.file(key, STORED);
        fs::rename(new, &stored).map_err(|error| failed("replace", &stored, &error))?;
        self.directory.sync();
        Ok(())
    }

    /// The newer one first: without the older one it would be taken for what was stored.
    fn remove(&self, key: &Key) -> Result<()> {
        for ending in [NEW, STORED] {
            remove(&self.directory.file(key, ending))?;
        }
        self.directory.sync();
        Ok(())
    }

    fn accounts(&self, key: &Key) -> Result<Vec<Text>> {
        if !self.directory.check()? {
            return Ok(Vec::new());
        }
        let path = self.directory.path();
        let unreadable = |error| failed("read", path, &error);
        let mut accounts = Vec::new();
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|ending| ending == STORED)
                && let Found::Private(text) = directory::read(&path)?
                && let Some(owner) = record::owner(text.expose(), key)
                // A copy of another account's file is not found by its name.
                && self.directory.file(&owner, STORED) == path
            {
                accounts.push(owner.texts()[2].clone());
            }
        }
        Ok(accounts)
    }
}

/// Where a file was written in part, or a power cut left zeros in it, it is no JSON: an object ends with its last brace.
fn is_whole(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file: File = directory::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(failed("remove", path, &error))
        }
        _ => Ok(()),
    }
}
