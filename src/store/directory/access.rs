//! Who may read and write files. On Windows the access list of the user's profile sees to it.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
use std::{
    fs::{self, DirBuilder, Permissions},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
};

#[cfg(unix)]
use nix::{
    libc::{O_NOFOLLOW, O_NONBLOCK},
    unistd::geteuid,
};

#[cfg(unix)]
const FILE_MODE: u32 = 0o600;
#[cfg(unix)]
const DIRECTORY_MODE: u32 = 0o700;
#[cfg(unix)]
const ROOT: u32 = 0;

/// Opens no symbolic link, waits for nobody, and makes files private.
pub(super) fn options() -> OpenOptions {
    #[allow(unused_mut, reason = "Windows has nothing to set")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    options
        .mode(FILE_MODE)
        .custom_flags(O_NOFOLLOW | O_NONBLOCK);
    options
}

/// Whatever the umask of the process took away or a default access list gave.
#[cfg(unix)]
pub(super) fn make_private(file: &File) -> io::Result<()> {
    if file.metadata()?.mode() & 0o777 != FILE_MODE {
        file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    }
    Ok(())
}

#[cfg(unix)]
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(DIRECTORY_MODE).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(DIRECTORY_MODE))
}

/// What is wrong with the file at this path, and the way out.
#[cfg(unix)]
pub(super) fn problem_of_file(path: &Path, metadata: &Metadata) -> Option<String> {
    let path = path.display();
    (metadata.mode() & 0o077 != 0)
        .then(|| format!("may be read or written by other users: chmod 600 {path}"))
}

/// [`problem_of_file`] for a directory, which others may read: there are only private files in it.
#[cfg(unix)]
pub(super) fn problem_of_directory(path: &Path, metadata: &Metadata) -> Option<String> {
    let path = path.display();
    let (owner, own) = (metadata.uid(), geteuid().as_raw());
    // Root cannot be kept out of a directory, and in a container is at home in those of others.
    if owner != own && owner != ROOT && own != ROOT {
        return Some("belongs to another user: name a directory of your own".to_owned());
    }
    (metadata.mode() & 0o022 != 0)
        .then(|| format!("may be written by other users: chmod 700 {path}"))
}

#[cfg(unix)]
pub(super) fn sync_directory(path: &Path) {
    let _ = File::open(path).and_then(|directory| directory.sync_all());
}

#[cfg(not(unix))]
pub(super) fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

#[cfg(not(unix))]
pub(super) fn problem_of_file(_: &Path, _: &Metadata) -> Option<String> {
    None
}

#[cfg(not(unix))]
pub(super) fn problem_of_directory(_: &Path, _: &Metadata) -> Option<String> {
    None
}

/// Directories cannot be synced there, and need not be.
#[cfg(not(unix))]
pub(super) fn sync_directory(_: &Path) {}
