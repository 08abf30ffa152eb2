//! A desktop whose browser is played: what `xdg-open` is handed comes here.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

/// Written where a URL would be, once nobody opens any more.
const END: &str = "end";

pub struct Desktop {
    folder: PathBuf,
    opened: PathBuf,
}

impl Desktop {
    /// One with its `xdg-open` in this folder.
    pub fn new(folder: &Path) -> Desktop {
        let opener = folder.join("xdg-open");
        let opened = folder.join("opened");
        let script = "#!/bin/sh\nprintf '%s\\n' \"$1\" > \"${0%/*}/opened\"\n";
        fs::write(&opener, script).expect("the folder can be written");
        fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let pipe = Command::new("mkfifo").arg(&opened).status();
        assert!(pipe.is_ok_and(|status| status.success()));
        Desktop {
            folder: folder.to_owned(),
            opened,
        }
    }

    /// The `PATH` of a program on this desktop.
    pub fn path(&self) -> OsString {
        let usual = env::var_os("PATH").unwrap_or_default();
        let folders = [self.folder.clone()]
            .into_iter()
            .chain(env::split_paths(&usual));
        env::join_paths(folders).expect("folders without a colon")
    }

    /// Does `work`, and hands each URL that is opened meanwhile to `browse`.
    pub fn during<T>(&self, work: impl FnOnce() -> T, mut browse: impl FnMut(&str) + Send) -> T {
        // Open for writing too, so that it does not end between two URLs.
        let pipe = File::options().read(true).write(true).open(&self.opened);
        let pipe = pipe.expect("the pipe is there");
        let end = End(pipe.try_clone().expect("a descriptor"));
        thread::scope(|scope| {
            scope.spawn(move || {
                let lines = BufReader::new(pipe).lines();
                lines
                    .map(|line| line.expect("UTF-8"))
                    .take_while(|line| line != END)
                    .for_each(|url| browse(&url));
            });
            // Dropped when `work` fails, too, since its user is waited for then.
            let _end = end;
            work()
        })
    }
}

struct End(File);

impl Drop for End {
    fn drop(&mut self) {
        let _ = writeln!(self.0, "{END}");
    }
}
