//! The keyring of the desktop: an item for each account, which holds what a file would.
//!
//! A keyring has no locks and knows no program. So there is a lock file for each account too, where files would be.

#[cfg_attr(target_vendor = "apple", path = "keychain.rs")]
#[cfg_attr(windows, path = "credential_manager.rs")]
#[cfg_attr(all(unix, not(target_vendor = "apple")), path = "secret_service.rs")]
mod desktop;

use std::sync::Arc;

use crate::error::{Error, Result, Status};
use crate::secret::Secret;
use crate::text::Text;
use crate::work::Context;

use super::backend::block;
use super::directory::Directory;
use super::{Backend, Doing, Key, Lease, Stored};

pub(super) struct Keyring {
    program: Arc<Program>,
}

/// Whose items they are.
struct Program {
    service: String,
    locks: Directory,
}

/// What is kept for an account.
struct Item<'a> {
    /// The program, by the name that the user knows.
    service: &'a str,
    key: &'a Key,
}

impl Keyring {
    pub(super) fn new(service: &str, locks: Directory) -> Keyring {
        let service = service.to_owned();
        Keyring {
            program: Arc::new(Program { service, locks }),
        }
    }

    /// Does it where it may block.
    fn block<'a, T: Send + 'static>(
        &self,
        key: &Key,
        context: &'a Context,
        job: impl FnOnce(&Program, &Item) -> Result<T> + Send + 'static,
    ) -> Doing<'a, T> {
        let (program, key) = (self.program.clone(), key.clone());
        let job = move || {
            let service = &program.service;
            job(&program, &Item { service, key: &key })
        };
        block(context, Box::new(job))
    }
}

impl Backend for Keyring {
    fn lock<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Lease> {
        self.block(key, context, |program, item| program.locks.lock(item.key))
    }

    fn load<'a>(
        &'a self,
        key: &'a Key,
        _: Option<&'a Lease>,
        context: &'a Context,
    ) -> Doing<'a, Option<Stored>> {
        self.block(key, context, |_, item| {
            let text = desktop::load(item)?;
            Ok(text.map(|text| Stored {
                text,
                version: None,
            }))
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
        self.block(key, context, move |_, item| {
            desktop::save(item, &text)?;
            Ok(None)
        })
    }

    fn remove<'a>(&'a self, key: &'a Key, _: &'a Lease, context: &'a Context) -> Doing<'a, ()> {
        self.block(key, context, |_, item| desktop::remove(item))
    }

    fn accounts<'a>(&'a self, key: &'a Key, context: &'a Context) -> Doing<'a, Vec<Text>> {
        self.block(key, context, |_, item| desktop::accounts(item))
    }
}

/// What a keyring holds under our name was text when it was stored.
fn text_of(bytes: &[u8]) -> Result<Secret> {
    let text = std::str::from_utf8(bytes).ok();
    text.and_then(|text| Secret::new(text).ok())
        .ok_or_else(|| failed("what it holds for this account is not text"))
}

fn failed(why: &str) -> Error {
    Error::new(Status::Store, format!("the keyring failed: {why}"))
}
