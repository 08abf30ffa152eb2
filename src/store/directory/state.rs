//! Where programs keep what they know of their user.

use std::env;
use std::path::PathBuf;

use crate::error::{Error, Result, Status};

/// The folder of clef in there.
const FOLDER: &str = "clef";

/// The directory that the platform has for this: the one thing that is read from the environment.
pub(crate) fn state_directory() -> Result<PathBuf> {
    platforms()
        .map(|directory| directory.join(FOLDER))
        .ok_or_else(|| {
            Error::new(
                Status::Store,
                "the environment names no home directory: give the store a path",
            )
        })
}

/// XDG Base Directory Specification, which says to ignore what is not absolute.
#[cfg(not(any(target_vendor = "apple", windows)))]
fn platforms() -> Option<PathBuf> {
    absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))
}

#[cfg(target_vendor = "apple")]
fn platforms() -> Option<PathBuf> {
    Some(absolute("HOME")?.join("Library/Application Support"))
}

/// Not the roaming one: two computers that refresh the same token spend it for each other.
#[cfg(windows)]
fn platforms() -> Option<PathBuf> {
    absolute("LOCALAPPDATA")
}

fn absolute(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}
