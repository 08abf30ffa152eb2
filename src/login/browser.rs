//! Opens a page in the browser of the desktop.

use crate::error::{Error, Result, Status};
use crate::stop::Stop;

/// Opens this URL. Waits a second at most to see whether that fails; [`Status::NoBrowser`] where nothing can open it.
///
/// No message repeats the URL, which has the state of a login in it; whoever may list the processes of this computer can
/// read it all the same.
pub(crate) fn open(url: &str, stop: &Stop) -> Result<()> {
    for launcher in open::commands(url) {
        stop.check()?;
        if launch::opens(launcher, stop) {
            return Ok(());
        }
    }
    Err(no_browser("no browser could be started"))
}

pub(super) fn no_browser(why: &str) -> Error {
    Error::new(
        Status::NoBrowser,
        format!(
            "{why}: show the URL of the login to the user yourself, in a callback, or in the background without a browser"
        ),
    )
}

#[cfg(unix)]
mod launch {
    use std::io::{self, Read};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use mio::Interest;
    use mio::unix::pipe::Receiver;

    use crate::poller::Poller;
    use crate::stop::Stop;

    /// What runs longer has handed the page to a browser, or is one.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// The shell leaves at once, so the launcher and the browser behind it are no children of the host's: they may run
    /// for days, and nobody here would wait for them. The pipe says how the launcher has ended.
    const SCRIPT: &str = r#"{ "$@" >/dev/null; echo $?; } &"#;

    /// Whether the launcher runs, or did its work. It cannot reach the terminal of the host, since it has none of its
    /// streams and belongs to another group of processes.
    pub(super) fn opens(launcher: Command, stop: &Stop) -> bool {
        outcome(&launcher, stop).unwrap_or(false)
    }

    fn outcome(launcher: &Command, stop: &Stop) -> io::Result<bool> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT, "sh"])
            .arg(launcher.get_program())
            .args(launcher.get_args())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        for (name, value) in launcher.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut shell = command.spawn()?;
        let pipe = shell.stdout.take().map(Receiver::from);
        // Where the host waits for all of its children, it was quicker.
        let _ = shell.wait();
        match pipe {
            Some(pipe) => worked(pipe, stop),
            None => Ok(false),
        }
    }

    fn worked(mut pipe: Receiver, stop: &Stop) -> io::Result<bool> {
        let mut poller = Poller::new()?;
        pipe.set_nonblocking(true)?;
        poller.watch(&mut pipe, Interest::READABLE)?;
        let waker = poller.waker().clone();
        let _when_stopped = stop.wake_when_stopped(&waker);
        let until = Instant::now() + PATIENCE;
        let mut status = [0];
        loop {
            match pipe.read(&mut status) {
                Ok(_) => return Ok(status == *b"0"),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || stop.is_stopped() {
                return Ok(true);
            }
            poller.wait(Some(left))?;
        }
    }
}

#[cfg(not(unix))]
mod launch {
    use std::process::{Command, Stdio};

    use crate::stop::Stop;

    /// Whether the launcher could be started.
    pub(super) fn opens(mut launcher: Command, _: &Stop) -> bool {
        launcher
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .is_ok()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    /// A launcher that is this script, handed its own path.
    fn opens(name: &str, script: &str, stop: &Stop) -> (bool, PathBuf) {
        let folder = std::env::temp_dir().join(format!("clef-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("launcher");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let mut launcher = Command::new(&path);
        launcher.arg(&folder);
        (launch::opens(launcher, stop), folder)
    }

    #[test]
    fn a_launcher_that_fails_opens_nothing() {
        let stop = Stop::default();
        for (name, script, expected) in [
            ("works", "exit 0", true),
            ("fails", "exit 3", false),
            ("is-killed", "kill -9 $$", false),
        ] {
            let (opened, folder) = opens(name, script, &stop);
            assert_eq!(opened, expected, "{name}");
            fs::remove_dir_all(folder).unwrap();
        }
        assert!(!launch::opens(Command::new("/no/such/launcher"), &stop));
    }

    #[test]
    fn a_launcher_that_stays_is_a_browser_of_its_own() {
        let (opened, folder) = opens(
            "stays",
            "mkfifo $1/pipe; ps -o pgid= -p $$ >$1/group; read it <$1/pipe; echo bye >$1/pipe",
            &Stop::default(),
        );
        assert!(opened);
        let pid = std::process::id().to_string();
        let ours = Command::new("ps")
            .args(["-o", "pgid=", "-p", &pid])
            .output()
            .unwrap();
        let group = fs::read(folder.join("group")).unwrap();
        assert_ne!(group, ours.stdout, "a key at the terminal would end it");
        fs::write(folder.join("pipe"), "go\n").unwrap();
        assert_eq!(fs::read_to_string(folder.join("pipe")).unwrap(), "bye\n");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn who_is_stopped_waits_for_no_launcher() {
        let stop = Stop::default();
        stop.stop();
        assert_eq!(
            open("http://127.0.0.1/", &stop).unwrap_err().status(),
            Status::Cancelled
        );
    }
}
