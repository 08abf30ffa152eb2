//! The examples for game engines and scripts whose tools are small: see `platforms` for Godot and OBS.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use clef_harness::{Library, Program, has, require, root, visitor};
use clef_sandbox::{CLIENT_ID, Options, Sandbox};

use crate::desktop::Desktop;
use crate::support::{scratch, text};

/// For tools that know no `--version`.
fn has_on_path(tool: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

fn luajit(sandbox: &Sandbox) -> Command {
    let mut luajit = Command::new("luajit");
    luajit
        .arg("login.lua")
        .current_dir(root().join("examples-engine/luajit"))
        .env("ACCOUNTS_URL", sandbox.url())
        .env("CLIENT_ID", CLIENT_ID)
        .env("CLEF_HEADER", root().join("include/clef.h"))
        .env("CLEF_LIBRARY", Library::get().folder.join("libclef.so"));
    luajit
}

#[test]
fn luajit_logs_in_without_callbacks() {
    if !require("luajit", has_on_path("luajit")) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let mut output = luajit(&sandbox)
        .stdout(Stdio::piped())
        .spawn()
        .map(Running::new)
        .expect("luajit starts");
    let url = output.line_with("/authorize?");
    let redirect = visitor::agree(&url).expect("the sandbox redirects");
    visitor::open(&redirect).expect("clef listens");
    output.line_with("Authorization: Bearer BQ");
    output.succeeds();
    assert_eq!(sandbox.count("/api/token", Some("authorization_code")), 1);
}

#[test]
fn luajit_shows_an_error_of_clef_as_its_own() {
    if !require("luajit", has_on_path("luajit")) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let output = luajit(&sandbox)
        .env_remove("CLIENT_ID")
        .output()
        .expect("luajit starts");
    assert!(!output.status.success());
    let complaint = text(&output.stderr);
    assert!(complaint.contains("login.lua:"), "{complaint}");
    assert!(complaint.contains("client_id"), "{complaint}");
}

/// A program whose lines are read as they come.
struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    fn new(mut child: Child) -> Running {
        let lines = BufReader::new(child.stdout.take().expect("it is piped"));
        Running { child, lines }
    }

    /// The next line that has this in it.
    fn line_with(&mut self, part: &str) -> String {
        let mut before = String::new();
        loop {
            let mut line = String::new();
            let length = self.lines.read_line(&mut line).expect("it writes text");
            assert!(length > 0, "no {part:?} in:\n{before}");
            if line.contains(part) {
                return line.trim_end().to_owned();
            }
            before += &line;
        }
    }

    fn succeeds(mut self) {
        let mut rest = String::new();
        self.lines
            .read_to_string(&mut rest)
            .expect("it writes text");
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{status}: {rest}");
    }
}

/// A display that nobody sees, which ends with it.
struct Display {
    server: Running,
    name: String,
}

impl Display {
    fn new() -> Display {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "640x480x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Running::new)
            .expect("Xvfb starts");
        let name = format!(":{}", server.line_with(""));
        Display { server, name }
    }

    /// Types a key into the window of this name, once it is there.
    fn press(&self, key: &str, window: &str) {
        let status = Command::new("xdotool")
            .args(["search", "--sync", "--onlyvisible", "--name", window])
            .args(["windowfocus", "--sync", "key", key])
            .env("DISPLAY", &self.name)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{key}");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.child.kill();
        let _ = self.server.child.wait();
    }
}

/// What `pkg-config` says of SDL2.
fn sdl2() -> Option<Vec<String>> {
    let output = Command::new("pkg-config")
        .args(["--cflags", "--libs", "sdl2"])
        .output()
        .ok()?;
    let flags = text(&output.stdout);
    let flags = flags.split_whitespace().map(String::from).collect();
    output.status.success().then_some(flags)
}

#[test]
fn sdl2_game_logs_in_while_it_draws() {
    let flags = sdl2();
    let is_here = flags.is_some() && has_on_path("Xvfb") && has("xdotool");
    if !require("SDL2, Xvfb and xdotool", is_here) {
        return;
    }
    let flags = flags.unwrap_or_default();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let program = Program::compile(
        "examples-engine/sdl2/game.c",
        &scratch("engine_sdl2"),
        &[&["-Wpedantic", "-Wconversion"], &flags[..]].concat(),
    );
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let display = Display::new();
    let desktop = Desktop::new(&scratch("engine_sdl2_desktop"));
    let state = scratch("engine_sdl2_state");
    let start = || {
        let mut command = program.command();
        command
            .env("ACCOUNTS_URL", sandbox.url())
            .env("CLIENT_ID", CLIENT_ID)
            .env("DISPLAY", &display.name)
            .env("SDL_VIDEODRIVER", "x11")
            .env("SDL_RENDER_DRIVER", "software")
            .env("XDG_STATE_HOME", &state)
            .env("PATH", desktop.path())
            .stdout(Stdio::piped());
        Running::new(command.spawn().expect("it starts"))
    };
    let visit = |url: &str| visitor::agree(url).and_then(|redirect| visitor::open(&redirect));

    let mut logins = 0;
    let first_run = || {
        let mut game = start();
        game.line_with("Press L to log in");
        display.press("l", "^clef$");
        game.line_with("Logged in");
        display.press("Escape", "^clef$");
        game.succeeds();
    };
    desktop.during(first_run, |url| {
        visit(url).expect("the redirect is received");
        logins += 1;
    });
    assert_eq!(logins, 1);

    let mut second_run = start();
    second_run.line_with("Logged in");
    display.press("Escape", "^clef$");
    second_run.succeeds();
    assert_eq!(sandbox.count("/api/token", Some("authorization_code")), 1);
}
