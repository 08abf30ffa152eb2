//! Opens a page in the browser of the desktop.

use crate::error::{Error, Result, Status};
use crate::stop::Stop;

/// Opens this URL. Waits a second at most to see whether that fails; [`Status::NoBrowser`] where nothing can open it.
///
/// No message repeats the URL, which has the state of a login in it; whoever may list the processes of this computer can
/// read it all the same.
pub(crate) fn open(url: &str, stop: &Stop) -> Result<()> {
    for launcher in launch::launchers(url) {
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
    use std::ffi::OsString;
    use std::io::{self, Read};
    use std::time::{Duration, Instant};

    use mio::Interest;
    use mio::unix::pipe::Receiver;

    use crate::poller::Poller;
    use crate::stop::Stop;

    use super::shell;

    /// A program and what it is handed.
    pub(super) type Launcher = Vec<OsString>;

    /// What runs longer has handed the page to a browser, or is one.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// What opens a page on the desktops of Linux. `xdg-open` knows them all; the next are for where it is missing, and
    /// the last is for the Windows around Linux. Not the `open` crate, which has this list too: with what it does there
    /// for Windows it takes 40 KB.
    #[cfg(target_os = "linux")]
    pub(super) fn launchers(url: &str) -> impl Iterator<Item = Launcher> {
        const PROGRAMS: [&[&str]; 6] = [
            &["xdg-open"],
            &["gio", "open"],
            &["gnome-open"],
            &["kde-open6"],
            &["kde-open5"],
            &["wslview"],
        ];
        PROGRAMS.into_iter().map(move |program| {
            let words = program.iter().copied().chain([url]);
            words.map(OsString::from).collect()
        })
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn launchers(url: &str) -> impl Iterator<Item = Launcher> {
        open::commands(url).into_iter().map(|command| {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            words.map(OsString::from).collect()
        })
    }

    /// Whether the launcher runs, or did its work. It cannot reach the terminal of the host, since it has none of its
    /// streams and belongs to another group of processes.
    pub(super) fn opens(launcher: Launcher, stop: &Stop) -> bool {
        shell::run(launcher)
            .and_then(|pipe| worked(pipe, stop))
            .unwrap_or(false)
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

/// The shell leaves at once, so the launcher and the browser behind it are no children of the host's: they may run for
/// days, and nobody here would wait for them. The pipe says how the launcher has ended.
#[cfg(unix)]
mod shell {
    use std::io;

    use mio::unix::pipe::Receiver;

    use super::launch::Launcher;

    const SHELL: &str = "/bin/sh";
    const SCRIPT: &str = r#"{ "$@" >/dev/null; echo $?; } &"#;

    /// By `posix_spawn`: what the standard library does beside that to start a process takes 20 KB.
    #[cfg(target_os = "linux")]
    pub(super) fn run(launcher: Launcher) -> io::Result<Receiver> {
        use std::env;
        use std::ffi::CString;
        use std::os::fd::{AsRawFd, OwnedFd};
        use std::os::unix::ffi::OsStringExt;

        use nix::errno::Errno;
        use nix::fcntl::OFlag;
        use nix::libc::{STDERR_FILENO, STDIN_FILENO, STDOUT_FILENO};
        use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
        use nix::sys::signal::{SigSet, Signal};
        use nix::sys::stat::Mode;
        use nix::sys::wait::waitpid;
        use nix::unistd::Pid;

        let words = [SHELL, "-c", SCRIPT, "sh"].map(|word| word.as_bytes().to_vec());
        let launcher = launcher.into_iter().map(OsStringExt::into_vec);
        let words: Vec<CString> = words
            .into_iter()
            .chain(launcher)
            .map(CString::new)
            .collect::<Result<_, _>>()?;
        let environment: Vec<CString> = env::vars_os()
            .filter_map(|(mut variable, value)| {
                variable.push("=");
                variable.push(value);
                CString::new(variable.into_vec()).ok()
            })
            .collect();

        let (reader, writer) = io::pipe()?;
        let mut streams = PosixSpawnFileActions::init()?;
        streams.add_dup2(writer.as_raw_fd(), STDOUT_FILENO)?;
        for (stream, how) in [
            (STDIN_FILENO, OFlag::O_RDONLY),
            (STDERR_FILENO, OFlag::O_WRONLY),
        ] {
            streams.add_open(stream, "/dev/null", how, Mode::empty())?;
        }
        let mut attributes = PosixSpawnAttr::init()?;
        attributes.set_flags(
            PosixSpawnFlags::POSIX_SPAWN_SETPGROUP
                | PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK
                | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF,
        )?;
        attributes.set_pgroup(Pid::from_raw(0))?;
        // The threads of a runtime block signals, and a host may ignore this one.
        attributes.set_sigmask(&SigSet::empty())?;
        attributes.set_sigdefault(&SigSet::from(Signal::SIGPIPE))?;

        let shell = posix_spawn(SHELL, &streams, &attributes, &words, &environment)?;
        drop(writer);
        // Where the host waits for all of its children, it was quicker.
        while waitpid(shell, None) == Err(Errno::EINTR) {}
        Ok(Receiver::from(OwnedFd::from(reader)))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn run(launcher: Launcher) -> io::Result<Receiver> {
        use std::os::unix::process::CommandExt;
        use std::process::{Command, Stdio};

        let mut shell = Command::new(SHELL)
            .args(["-c", SCRIPT, "sh"])
            .args(launcher)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let pipe = shell.stdout.take().map(Receiver::from);
        // Where the host waits for all of its children, it was quicker.
        let _ = shell.wait();
        pipe.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(not(unix))]
mod launch {
    use std::process::{Command, Stdio};

    use crate::stop::Stop;

    pub(super) fn launchers(url: &str) -> Vec<Command> {
        open::commands(url)
    }

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
        let launcher = vec![path.into(), folder.clone().into()];
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
        assert!(!launch::opens(vec!["/no/such/launcher".into()], &stop));
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
