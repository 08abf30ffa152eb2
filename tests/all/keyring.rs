//! Runs `tests/c/keyring.c` against GNOME Keyring, on a session bus and in a home of its own, with a library that has the
//! feature `keyring`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clef_harness::{Library, Program, cargo_build, require};

use crate::header::assert_exports_what_is_declared;
use crate::support::scratch;

/// What runs in the session, with the program as `$1`. The service would end with the bus, but not always.
const SESSION: &str = r#"
set -e
printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null
end_service() {
    kill "$(dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets |
        awk '{ print $2 }')"
}
trap end_service EXIT
ask() {
    dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
        org.freedesktop.Secret.Service."$@"
}
"$1" store
test "$(ask SearchItems dict:string:string:application,clef | grep -c 'object path')" = 4
"$1" load
ask Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
"$1" locked
"#;

/// A bus that knows no service to start.
const BARE_BUS: &str = r#"<busconfig>
    <type>session</type>
    <listen>unix:tmpdir=/tmp</listen>
    <policy context="default">
        <allow send_destination="*"/>
        <allow receive_sender="*"/>
        <allow own="*"/>
    </policy>
</busconfig>"#;

#[test]
fn keyring() {
    let tools = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"];
    if !tools.into_iter().all(|tool| require(tool, is_there(tool))) {
        return;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("keyring");
    let target = target.to_str().expect("the path is UTF-8");
    let library = cargo_build(&["--features", "keyring", "--target-dir", target]);
    assert_exports_what_is_declared(&library);
    let library = Library::of(&library);
    let folder = scratch("keyring");
    let program = Program::compile_against(&library, "tests/c/keyring.c", &folder, &[]);
    let program = program.path();

    let bare_bus = folder.join("bare-bus.conf");
    fs::write(&bare_bus, BARE_BUS).expect("the target folder can be written");
    let bare_bus = format!("--config-file={}", bare_bus.display());
    let in_session = ["dbus-run-session", "--", "sh", "-c"];
    for (name, command, script, tests) in [
        ("session", &in_session[..], SESSION, 4),
        ("new", &in_session, r#""$1" empty"#, 1),
        (
            "bare",
            &["dbus-run-session", &bare_bus, "--", "sh", "-c"],
            r#""$1" absent"#,
            1,
        ),
        ("none", &["sh", "-c"], r#""$1" absent"#, 1),
    ] {
        let output = run_at_home(name, &[command, &[script, "sh"]].concat(), program);
        assert_eq!(output.matches("ok ").count(), tests, "{output}");
    }
}

/// `dbus-send` answers no `--version`.
fn is_there(tool: &str) -> bool {
    let script = format!("command -v {tool}");
    let output = Command::new("sh").args(["-c", &script]).output();
    output.is_ok_and(|output| output.status.success())
}

/// Runs a command that knows nothing of the user who runs the tests.
fn run_at_home(name: &str, command: &[&str], program: &Path) -> String {
    // The path of a socket has to be short.
    let home = PathBuf::from(format!("/tmp/clef-keyring-{name}-{}", std::process::id()));
    fs::create_dir_all(&home).expect("a folder can be made");
    fs::set_permissions(&home, Permissions::from_mode(0o700)).expect("it is ours");
    let output = Command::new(command[0])
        .args(&command[1..])
        .arg(program)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", &home)
        .env("XDG_RUNTIME_DIR", &home)
        .output()
        .expect("the command starts");
    fs::remove_dir_all(home).expect("it is ours");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{stdout}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}\n{stderr}");
    stdout
}
