//! Files that nobody else may read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::wiped_buffer::WipedBuffer;

use super::{access, failed, refused};

/// The largest file that is read.
const MAX_BYTES: usize = 1 << 20;

/// What is at a path.
pub(crate) enum Found<T> {
    Nothing,
    Private(T),
    /// It is in others' reach, or out of ours, or is no text.
    Refused(Error),
}

/// Opens a private file, and makes it where there is none.
pub(super) fn open_or_create(path: &Path) -> Result<File> {
    match open(path, access::options().read(true).write(true).create(true))? {
        Found::Private(file) => {
            access::make_private(&file).map_err(|error| failed("protect", path, &error))?;
            Ok(file)
        }
        Found::Nothing => Err(failed("make", path, &io::ErrorKind::NotFound.into())),
        Found::Refused(error) => Err(error),
    }
}

/// Makes a private file; one that is there already is an error.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let file = access::options().write(true).create_new(true).open(path)?;
    access::make_private(&file)?;
    Ok(file)
}

/// Reads the text of a private file. An error is a failure of the system, which says nothing of the file.
pub(crate) fn read(path: &Path) -> Result<Found<Secret>> {
    let file = match open(path, access::options().read(true))? {
        Found::Private(file) => file,
        Found::Nothing => return Ok(Found::Nothing),
        Found::Refused(error) => return Ok(Found::Refused(error)),
    };
    let bytes = read_bytes(file).map_err(|error| failed("read", path, &error))?;
    if bytes.filled().len() > MAX_BYTES {
        let problem = format!("has more than {MAX_BYTES} bytes");
        return Ok(Found::Refused(refused(path, &problem)));
    }
    let text = std::str::from_utf8(bytes.filled()).ok();
    Ok(match text.and_then(|text| Secret::new(text).ok()) {
        Some(text) => Found::Private(text),
        None => Found::Refused(refused(path, "is damaged: it is not text")),
    })
}

/// One byte more than is allowed, at most.
fn read_bytes(mut file: File) -> io::Result<WipedBuffer> {
    let mut bytes = WipedBuffer::with_capacity(4096);
    while bytes.filled().len() <= MAX_BYTES {
        match file.read(bytes.spare()) {
            Ok(0) => break,
            Ok(read) => bytes.advance(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

fn open(path: &Path, options: &OpenOptions) -> Result<Found<File>> {
    let opened = options
        .open(path)
        .and_then(|file| Ok((file.metadata()?, file)));
    let problem = match &opened {
        Ok((metadata, _)) if metadata.is_file() => access::problem_of_file(path, metadata),
        Ok(_) => Some(NOT_A_FILE.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(_) => problem_of_what_does_not_open(path),
    };
    match (opened, problem) {
        (_, Some(problem)) => Ok(Found::Refused(refused(path, &problem))),
        (Ok((_, file)), None) => Ok(Found::Private(file)),
        (Err(error), None) if error.kind() == io::ErrorKind::PermissionDenied => {
            Ok(Found::Refused(failed("open", path, &error)))
        }
        (Err(error), None) => Err(failed("open", path, &error)),
    }
}

const NOT_A_FILE: &str = "is not a file: move it out of the way";

/// Systems have different errors for a symbolic link, a directory and a pipe.
fn problem_of_what_does_not_open(path: &Path) -> Option<String> {
    let metadata = fs::symlink_metadata(path).ok()?;
    match metadata.is_symlink() {
        true => Some("is a symbolic link: put the file itself there".to_owned()),
        false => (!metadata.is_file()).then(|| NOT_A_FILE.to_owned()),
    }
}
