//! A file for each account.
//!
//! A text is written whole into `NAME.new`, brought to the disk, and renamed to `NAME.json`, all under the lock of
//! `NAME.lock`. So `NAME.json` is whole at any time. A whole `NAME.new` is the newer one: its writer died before the
//! rename. Who has the lock finishes that, and what is not whole is left to the next writer.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::de::IgnoredAny;

use crate::error::{Result, Status};
use crate::secret::Secret;
use crate::text::Text;
use crate::work::Context;

use super::backend::block;
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
        block(context, Box::new(move || job(&files, &key)))
    }
}

impl Backend for FileBackend {
    fn lock<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Lease> {
        self.block(key, context, |files, key| files.directory.lock(key))
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
            match files.load(key)? {
                None if !has_lock => files.load_the_first(key),
                stored => Ok(stored),
            }
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

    fn whereabouts(&self, key: &Key) -> String {
        self.files.directory.file(key, STORED).display().to_string()
    }

    /// A look at a lock of the system costs next to nothing.
    fn longest_pause(&self) -> Duration {
        Duration::from_millis(32)
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

    /// Who died over the very first save has left what can be finished; unless somebody is at it.
    fn load_the_first(&self, key: &Key) -> Result<Option<Stored>> {
        if !self.directory.file(key, NEW).exists() {
            return Ok(None);
        }
        match self.directory.lock(key) {
            Ok(_lease) => self.finish_what_was_begun(key)?,
            Err(error) if error.status() == Status::Busy => {}
            Err(error) => return Err(error),
        }
        self.load(key)
    }

    /// What is in the way and not ours is not taken.
    fn finish_what_was_begun(&self, key: &Key) -> Result<()> {
        let new = self.directory.file(key, NEW);
        match directory::read(&new)? {
            Found::Private(text) if is_whole(text.expose()) => self.publish(&new, key),
            _ => Ok(()),
        }
    }

    /// Whichever step fails, what was stored before stays, and nothing is left that could be taken for newer; but where
    /// even that cannot be removed and is whole, the next who has the lock stores it after all. Once it is renamed, all
    /// programs see it, and no failure is left to tell of.
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
    text.starts_with('{') && serde_json::from_slice::<IgnoredAny>(text.as_bytes()).is_ok()
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{env, process};

    use crate::test_helpers::{ManualClock, ScriptedSender, credentials};
    use crate::work::here;

    use super::*;

    /// A directory of a test's own, removed in the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let path = env::temp_dir().join(format!("clef-{name}-{}", process::id()));
            let _ = fs::remove_dir_all(&path);
            Scratch(path)
        }

        fn backend(&self) -> FileBackend {
            FileBackend::new(Directory::new(&self.0).unwrap())
        }

        fn file(&self, ending: &str) -> PathBuf {
            Directory::new(&self.0).unwrap().file(&key(), ending)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn key() -> Key {
        let credentials = credentials(&ManualClock::new(), &ScriptedSender::new([]));
        Key::new(&credentials, None).unwrap()
    }

    fn lock(backend: &FileBackend) -> Result<Lease> {
        here(async |context| backend.lock(&key(), context).await)
    }

    fn unlock(backend: &FileBackend, lease: Lease) {
        here(async |context| backend.unlock(&key(), lease, context).await).unwrap();
    }

    fn load(backend: &FileBackend, lease: Option<&Lease>) -> Option<Secret> {
        let stored = here(async |context| backend.load(&key(), lease, context).await).unwrap();
        stored.map(|stored| stored.text)
    }

    fn save(backend: &FileBackend, lease: &Lease, text: &str) {
        let text = Secret::new(text).unwrap();
        let key = key();
        here(async |context| backend.save(&key, &text, None, lease, context).await).unwrap();
    }

    #[test]
    fn one_at_a_time_has_the_lock() {
        let scratch = Scratch::new("lock");
        let (one, other) = (scratch.backend(), scratch.backend());
        let lease = lock(&one).unwrap();
        for backend in [&one, &other] {
            assert_eq!(lock(backend).unwrap_err().status(), Status::Busy);
        }
        unlock(&one, lease);
        drop(lock(&other).unwrap());
        lock(&one).unwrap();
    }

    /// A process that was forked meanwhile has the open file too.
    #[test]
    fn a_lock_that_was_inherited_is_given_back() {
        let scratch = Scratch::new("inherited");
        let backend = scratch.backend();
        let lease = lock(&backend).unwrap();
        let inherited = lease.file.as_ref().unwrap().0.try_clone().unwrap();
        unlock(&backend, lease);
        lock(&backend).unwrap();
        drop(inherited);
    }

    #[test]
    fn who_has_the_lock_finds_what_was_about_to_be_stored() {
        let scratch = Scratch::new("newer");
        let backend = scratch.backend();
        let lease = lock(&backend).unwrap();
        assert_eq!(load(&backend, Some(&lease)), None);
        save(&backend, &lease, "{\"token\":1}\n");
        fs::rename(scratch.file(STORED), scratch.file(NEW)).unwrap();
        save_over(&scratch, "{\"token\":0}\n");
        let text = |lease| load(&backend, lease).unwrap().expose().to_owned();
        assert_eq!(text(None), "{\"token\":0}\n");
        assert_eq!(text(Some(&lease)), "{\"token\":1}\n");
        assert_eq!(text(None), "{\"token\":1}\n");
        assert!(!scratch.file(NEW).exists());
    }

    fn save_over(scratch: &Scratch, text: &str) {
        let file = directory::create(&scratch.file(STORED));
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn what_is_cut_or_has_a_hole_is_not_whole() {
        let whole = "{\"clef_token_store\":1,\"token\":{\"access_token\":\"a}\"}}\n";
        assert!(is_whole(whole));
        for cut in 0..whole.len() - 1 {
            assert!(!is_whole(&whole[..cut]), "{}", &whole[..cut]);
            for end in cut + 1..whole.len() {
                let hole = "\0".repeat(end - cut);
                let holed = format!("{}{hole}{}", &whole[..cut], &whole[end..]);
                assert!(!is_whole(&holed), "{holed:?}");
            }
        }
    }
}
