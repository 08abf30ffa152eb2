//! Two runs of a C program: the first has the user log in with their browser, the second finds what that has stored.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use clef_harness::Program;
use clef_sandbox::{CLIENT_ID, Sandbox};

use crate::steps::{check_requests, expect, expect_success, note, show, step};

/// What says where programs keep their state on this platform.
const STATE: &str = if cfg!(target_os = "macos") {
    "HOME"
} else if cfg!(windows) {
    "LOCALAPPDATA"
} else {
    "XDG_STATE_HOME"
};

pub fn run(program: &Program, sandbox: &Sandbox, folder: &Path) -> io::Result<()> {
    let state = folder.join("state");
    fs::create_dir(&state)?;

    step("3. Run the C program: it opens your browser, and listens for the redirect");
    note("Please agree in your browser (without --browser, the demo needs none).");
    run_once(program, sandbox, &state)?;
    check_stored(&state)?;
    check_logins(sandbox, "the first run")?;

    step("4. Run it again: the token is there, and nobody has to log in");
    run_once(program, sandbox, &state)?;
    check_logins(sandbox, "the second run")?;

    step("5. Ask the sandbox what it saw");
    check_requests(sandbox, &["authorization_code"], "one login")
}

fn run_once(program: &Program, sandbox: &Sandbox, state: &Path) -> io::Result<()> {
    let output = program
        .command()
        .env("CLIENT_ID", CLIENT_ID)
        .env("ACCOUNTS_URL", sandbox.url())
        .env(STATE, state)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .for_each(show);
    expect_success(output.status)
}

/// One file has the token, for its owner alone.
fn check_stored(state: &Path) -> io::Result<()> {
    let mut stored = files_below(state)?;
    stored.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    let [file] = &stored[..] else {
        return Err(io::Error::other(format!(
            "there should be one stored token, not {stored:?}"
        )));
    };
    let shown = file.strip_prefix(state).unwrap_or(file).display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(file)?.permissions().mode() & 0o777;
        note(&format!("stored in ${STATE}/{shown}, mode {mode:04o}"));
        expect(mode == 0o600, || "others may read it".to_owned())
    }
    #[cfg(not(unix))]
    {
        note(&format!("stored in %{STATE}%\\{shown}"));
        Ok(())
    }
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// The page of the login was opened once so far.
fn check_logins(sandbox: &Sandbox, run: &str) -> io::Result<()> {
    let opened = sandbox.count("/authorize", None);
    expect(opened == 1, || {
        format!("after {run}, the page of the login was opened {opened} times")
    })
}
