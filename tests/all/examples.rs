//! Each example of `examples-c` compiles under strict warnings, does its work against the sandbox, and shows no secret.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clef_harness::{Program, has, has_header, require, root, run_with_login, visitor};
use clef_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, Options, Sandbox};

#[cfg(target_os = "linux")]
use crate::desktop::Desktop;
use crate::support::scratch;

const STRICT: [&str; 2] = ["-Wpedantic", "-Wconversion"];

const REDIRECT_URI: &str = "http://127.0.0.1:5000/callback";

/// An example that was compiled for one test, with what it is to be run against.
struct Example {
    program: Program,
    sandbox: Sandbox,
    accounts_url: String,
}

/// What an example did.
struct Outcome {
    code: Option<i32>,
    /// Standard output, without the authorisation URL: that has the state in it, as it must.
    output: String,
    errors: String,
}

impl Example {
    fn new(name: &str, test: &str) -> Example {
        Example::linked(name, test, &[])
    }

    fn linked(name: &str, test: &str, libraries: &[&str]) -> Example {
        let source = format!("examples-c/{name}.c");
        let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
        Example {
            program: Program::compile(&source, &scratch(test), &[&STRICT[..], libraries].concat()),
            accounts_url: sandbox.url(),
            sandbox,
        }
    }

    fn command(&self) -> Command {
        let mut command = self.program.command();
        command
            .env("CLIENT_ID", CLIENT_ID)
            .env("CLIENT_SECRET", CLIENT_SECRET)
            .env("REDIRECT_URI", REDIRECT_URI)
            .env("ACCOUNTS_URL", &self.accounts_url);
        command
    }

    fn run(&self) -> Outcome {
        self.run_command(self.command(), nobody)
    }

    fn run_as(&self, log_in: impl FnOnce(&str) -> io::Result<String>) -> Outcome {
        self.run_command(self.command(), log_in)
    }

    /// Runs the example, and checks that it shows no secret.
    fn run_command(
        &self,
        mut command: Command,
        log_in: impl FnOnce(&str) -> io::Result<String>,
    ) -> Outcome {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut output = String::new();
        command.stderr(Stdio::from(writer));
        let status = run_with_login(&mut command, log_in, |line| {
            if !line.starts_with(&format!("{}/authorize?", self.accounts_url)) {
                output.push_str(line);
                output.push('\n');
            }
        })
        .expect("the example can be spoken to");
        drop(command);
        let mut errors = String::new();
        reader.read_to_string(&mut errors).expect("UTF-8");
        let outcome = Outcome {
            code: status.code(),
            output,
            errors,
        };
        outcome.check_secrets();
        print!("{}{}", outcome.output, outcome.errors);
        outcome
    }
}

impl Outcome {
    /// Tokens, codes, states and verifiers are long and URL-safe; the sandbox's client secret is not.
    fn check_secrets(&self) {
        for text in [&self.output, &self.errors] {
            assert!(!text.contains(CLIENT_SECRET), "the client secret: {text}");
            let is_of_a_secret = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let longest = text
                .split(|c: char| !is_of_a_secret(c))
                .max_by_key(|word| word.len());
            assert!(longest.is_none_or(|word| word.len() < 40), "{longest:?}");
        }
    }

    #[track_caller]
    fn succeeds(&self, says: &[&str]) {
        assert_eq!(self.code, Some(0), "{}{}", self.output, self.errors);
        assert_eq!(self.errors, "");
        for line in says {
            assert!(self.output.contains(line), "{line:?} in {:?}", self.output);
        }
    }

    /// The lifetime that it shows is `lifetime`, less the time that the example took.
    #[track_caller]
    fn shows_lifetime(&self, lifetime: i64) {
        let words: Vec<&str> = self.output.split_whitespace().collect();
        let shown = words
            .windows(2)
            .find(|pair| pair[1] == "seconds")
            .and_then(|pair| pair[0].parse::<i64>().ok());
        let expected = lifetime - 30..=lifetime;
        assert!(
            shown.is_some_and(|seconds| expected.contains(&seconds)),
            "{}",
            self.output
        );
    }

    #[track_caller]
    fn fails(&self, says: &[&str]) {
        assert_eq!(self.code, Some(1), "{}{}", self.output, self.errors);
        for line in says {
            assert!(self.errors.contains(line), "{line:?} in {:?}", self.errors);
        }
    }
}

/// The user of an example that is not to ask for a pasted URL.
fn nobody(_: &str) -> io::Result<String> {
    Err(io::Error::other("nobody is to log in here"))
}

/// An address where nothing listens.
fn closed_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    format!("http://{address}")
}

#[test]
fn scopes() {
    Example::new("scopes", "example_scopes").run().succeeds(&[
        "A program that asks for: a-scope-of-tomorrow user-modify-playback-state \
         user-read-email user-read-playback-state\n",
        "4. user-read-playback-state\n",
        "May read the e-mail address: yes\n",
        "Beyond the player it wants: a-scope-of-tomorrow user-read-email\n",
        "The Web API has 17 scopes; all of ours among them: no\n",
    ]);
}

#[test]
fn client_token() {
    let example = Example::new("client_token", "example_client_token");
    let outcome = example.run();
    outcome.succeeds(&["Access token: BQ", "... (202 characters)\nExpires in:   "]);
    outcome.shows_lifetime(3600);
    assert_eq!(
        example
            .sandbox
            .count("/api/token", Some("client_credentials")),
        1
    );
}

#[test]
fn client_token_says_what_to_do() {
    let example = Example::new("client_token", "example_client_token_failures");
    let mut wrong = example.command();
    wrong.env("CLIENT_SECRET", "wrong");
    example
        .run_command(wrong, visitor::agree)
        .fails(&["CLEF_STATUS_INVALID_CLIENT: ", "Check CLIENT_ID"]);

    example
        .sandbox
        .add_fault(Fault::respond(503, "upstream unavailable"));
    example
        .run()
        .fails(&["CLEF_STATUS_HTTP: ", "Try again later."]);

    let mut without = example.command();
    without.env_remove("CLIENT_ID");
    example
        .run_command(without, visitor::agree)
        .fails(&["Set CLIENT_ID and CLIENT_SECRET"]);
}

#[test]
fn code_login() {
    let example = Example::new("code_login", "example_code_login");
    let outcome = example.run_as(visitor::agree);
    outcome.succeeds(&[
        "Log in here:\n",
        "Access token: BQ",
        "You allowed:  user-library-read user-read-email\n",
    ]);
    outcome.shows_lifetime(3600);
    let log = example.sandbox.log();
    assert!(
        !log[0].parameters.contains_key("code_challenge"),
        "{log:#?}"
    );

    example
        .run_as(visitor::refuse)
        .fails(&["You said no.", "CLEF_STATUS_ACCESS_DENIED: "]);
    assert_eq!(example.sandbox.count("/api/token", None), 1);
}

#[test]
fn pkce_login() {
    let example = Example::new("pkce_login", "example_pkce_login");
    let mut command = example.command();
    command.env_remove("CLIENT_SECRET");
    example.run_command(command, visitor::agree).succeeds(&[
        "Access token: BQ",
        "... (202 characters)\n",
        "You allowed:  user-read-playback-state\n",
    ]);
    let log = example.sandbox.log();
    assert!(log[0].parameters.contains_key("code_challenge"), "{log:#?}");

    let forged =
        |url: &str| visitor::agree(url).map(|redirect| redirect.replace("state=", "state=forged"));
    example
        .run_as(forged)
        .fails(&["CLEF_STATUS_STATE_MISMATCH: "]);
    example
        .sandbox
        .settings(|settings| settings.code_lifetime = 0);
    example
        .run_as(visitor::agree)
        .fails(&["CLEF_STATUS_OAUTH: ", "Start again, and log in."]);
}

/// How long the service takes to answer where a loop must not wait for it.
const SLOW: Duration = Duration::from_secs(2);

/// Runs an example with a loop of its own against a service that takes its time; gives the numbers of its last line.
fn run_loop(name: &str) -> Vec<u128> {
    let example = Example::new(name, &format!("example_{name}"));
    example.sandbox.settings(|settings| {
        settings.token_delay_ms = u64::try_from(SLOW.as_millis()).expect("some seconds");
    });
    let outcome = example.run_as(visitor::agree);
    outcome.succeeds(&["Logged in\n", "Access token: BQ", "... (202 characters)\n"]);
    let count = |grant| example.sandbox.count("/api/token", Some(grant));
    assert_eq!(count("authorization_code"), 1);
    assert_eq!(count("refresh_token"), 1);
    let last_line = outcome.output.lines().last().unwrap_or_default();
    last_line
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// A loop says what goes wrong, be it at once or later, and ends.
fn check_failures_of_loop(name: &str) {
    let example = Example::new(name, &format!("example_{name}_failures"));
    let forged =
        |url: &str| visitor::agree(url).map(|redirect| redirect.replace("state=", "state=forged"));
    example
        .run_as(forged)
        .fails(&["CLEF_STATUS_STATE_MISMATCH: "]);
    assert_eq!(example.sandbox.count("/api/token", None), 0);

    example
        .sandbox
        .add_fault(Fault::respond(503, "upstream unavailable"));
    example
        .run_as(visitor::agree)
        .fails(&["CLEF_STATUS_HTTP: "]);
    assert_eq!(example.sandbox.count("/api/token", None), 1);
}

#[test]
fn game_loop() {
    let numbers = run_loop("game_loop");
    let [frames, slowest_us] = numbers[..] else {
        panic!("{numbers:?}");
    };
    // A frame that waited for an answer would take at least this long, and there would be no other meanwhile.
    assert!(slowest_us < SLOW.as_micros(), "{slowest_us}");
    assert!(frames > 60, "{frames}");
    check_failures_of_loop("game_loop");
}

#[test]
fn event_loop() {
    let numbers = run_loop("event_loop");
    // The login is done, the refresh is done: the loop is woken for nothing else.
    assert_eq!(numbers, [2]);
    check_failures_of_loop("event_loop");
}

#[test]
fn login_is_short() {
    let source = fs::read_to_string(root().join("examples-c/login.c")).expect("it is there");
    assert!(source.lines().count() <= 40);
    assert!(source.lines().all(|line| line.len() <= 100));
}

#[test]
#[cfg(target_os = "linux")]
fn login() {
    let user = UserOfLogin::new("example_login");
    let token_requests = || {
        let count = |grant| user.example.sandbox.count("/api/token", Some(grant));
        (count("authorization_code"), count("refresh_token"))
    };

    let pages = user.runs(visitor::agree);
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains("Login received"), "{pages:?}");
    assert_eq!(token_requests(), (1, 0));

    assert_eq!(user.runs(visitor::agree).len(), 0, "it is asked to log in");
    assert_eq!(token_requests(), (1, 0));

    user.waits_until_the_token_expires();
    assert_eq!(user.runs(visitor::agree).len(), 0, "it is asked to log in");
    assert_eq!(token_requests(), (1, 1));

    user.example.sandbox.revoke_all();
    user.waits_until_the_token_expires();
    assert_eq!(user.runs(visitor::agree).len(), 1);
    assert_eq!(token_requests(), (2, 2));
    assert_eq!(user.runs(visitor::agree).len(), 0, "it is asked to log in");
    assert_eq!(token_requests(), (2, 2));
}

#[test]
#[cfg(target_os = "linux")]
fn login_says_what_is_wrong() {
    let user = UserOfLogin::new("example_login_failures");
    let (outcome, pages) = user.run(user.command(), visitor::refuse);
    outcome.fails(&["the user denied access"]);
    assert!(pages[0].contains("Access was refused"), "{pages:?}");
    assert!(!user.state.join("clef").exists(), "something is stored");

    let mut without = user.command();
    without.env_remove("CLIENT_ID");
    let (outcome, pages) = user.run(without, visitor::agree);
    outcome.fails(&["client_id"]);
    assert_eq!(pages.len(), 0);

    let log = user.example.sandbox.log();
    assert!(log[0].parameters.contains_key("code_challenge"), "{log:#?}");
    assert_eq!(user.example.sandbox.count("/api/token", None), 0);
}

/// Somebody who runs `login.c` again and again, at a desktop.
#[cfg(target_os = "linux")]
struct UserOfLogin {
    example: Example,
    desktop: Desktop,
    /// Where programs keep their state.
    state: PathBuf,
}

#[cfg(target_os = "linux")]
impl UserOfLogin {
    fn new(test: &str) -> UserOfLogin {
        UserOfLogin {
            example: Example::new("login", test),
            desktop: Desktop::new(&scratch(&format!("{test}_desktop"))),
            state: scratch(&format!("{test}_state")),
        }
    }

    fn command(&self) -> Command {
        let mut command = self.example.command();
        command
            .env_remove("CLIENT_SECRET")
            .env_remove("REDIRECT_URI")
            .env("XDG_STATE_HOME", &self.state)
            .env("PATH", self.desktop.path());
        command
    }

    /// What the program did, and the last page of each login, at which the user decides like this.
    fn run(
        &self,
        command: Command,
        decide: impl Fn(&str) -> io::Result<String> + Sync,
    ) -> (Outcome, Vec<String>) {
        let mut pages = Vec::new();
        let work = || self.example.run_command(command, nobody);
        let outcome = self.desktop.during(work, |url| {
            let page = decide(url).and_then(|redirect| visitor::open(&redirect));
            pages.push(page.expect("the redirect is received"));
        });
        (outcome, pages)
    }

    /// A run that works: its token is stored, open to the Web API, and not shown.
    #[track_caller]
    fn runs(&self, decide: impl Fn(&str) -> io::Result<String> + Sync) -> Vec<String> {
        let (outcome, pages) = self.run(self.command(), decide);
        outcome.succeeds(&["Authorization: Bearer BQ"]);
        let token = saved(&self.file())["token"].clone();
        assert!(opens_the_web_api(&self.example, &token));
        for secret in ["access_token", "refresh_token"] {
            let secret = token[secret].as_str().expect("it is stored");
            assert!(!outcome.output.contains(&secret[..8]), "{}", outcome.output);
        }
        pages
    }

    /// The one file with a token.
    fn file(&self) -> PathBuf {
        let mut files: Vec<PathBuf> = fs::read_dir(self.state.join("clef"))
            .expect("it is made")
            .map(|entry| entry.expect("it can be read").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files.remove(0)
    }

    /// The clock of the program is the system's, so its time is moved in what it has stored.
    fn waits_until_the_token_expires(&self) {
        self.example.sandbox.advance_clock(3600);
        let mut stored = saved(&self.file());
        stored["token"]["expires_at"] = 1.into();
        fs::write(self.file(), stored.to_string()).expect("it is ours");
    }
}

#[test]
fn refreshing_token() {
    let example = Example::new("refreshing_token", "example_refreshing_token");
    let file = scratch("example_refreshing_token_file").join("token.json");
    let command = || {
        let mut command = example.command();
        command.env_remove("CLIENT_SECRET").arg(&file);
        command
    };
    let refreshes = || example.sandbox.count("/api/token", Some("refresh_token"));
    example
        .sandbox
        .settings(|settings| settings.expires_in = 61);

    let outcome = example.run_command(command(), visitor::agree);
    outcome.succeeds(&[
        "Logged in, and saved, with ",
        "Refreshed, and saved\nAccess token: BQ",
        "..., fresh\n",
    ]);
    outcome.shows_lifetime(61);
    assert_eq!(refreshes(), 1);
    let first = saved(&file);
    assert!(opens_the_web_api(&example, &first));

    let loaded = example.run_command(command(), |_| Err(io::Error::other("a second login")));
    loaded.succeeds(&["Loaded the token, with ", "..., fresh\n"]);
    assert_eq!(refreshes(), 2);
    let second = saved(&file);
    assert!(opens_the_web_api(&example, &second));
    assert_ne!(first["access_token"], second["access_token"]);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let beside: Vec<_> = fs::read_dir(file.parent().expect("a folder"))
        .expect("the folder is there")
        .collect();
    assert_eq!(beside.len(), 1, "temporary files are left: {beside:?}");
}

#[test]
fn refreshing_token_that_cannot_be_saved_or_read() {
    let example = Example::new("refreshing_token", "example_refreshing_token_failures");
    let folder = scratch("example_refreshing_token_failures_file");
    let with = |file: &Path| {
        let mut command = example.command();
        command.arg(file);
        command
    };
    example
        .run_command(with(&folder.join("missing/token.json")), visitor::agree)
        .fails(&["No such file or directory"]);

    let broken = folder.join("broken.json");
    fs::write(&broken, "{").expect("the folder can be written");
    example
        .run_command(with(&broken), visitor::agree)
        .fails(&["CLEF_STATUS_INVALID_ARGUMENT: "]);

    let dead = folder.join("dead.json");
    let json = r#"{"access_token": "old", "refresh_token": "older", "expires_at": 1}"#;
    fs::write(&dead, json).expect("the folder can be written");
    example.run_command(with(&dead), visitor::agree).fails(&[
        "Cannot refresh: ",
        "CLEF_STATUS_LOGIN_REQUIRED: ",
        "start again, to log in",
    ]);
}

/// The saved token; checks that nobody else may read it.
fn saved(file: &Path) -> serde_json::Value {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(file)
            .expect("it is saved")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    serde_json::from_str(&fs::read_to_string(file).expect("it is saved")).expect("it is JSON")
}

fn opens_the_web_api(example: &Example, saved: &serde_json::Value) -> bool {
    let access_token = saved["access_token"].as_str().expect("a token");
    visitor::web_api_status(&example.accounts_url, access_token).expect("it answers") == 200
}

#[test]
fn custom_sender() {
    if !require("libcurl", has_header("curl/curl.h")) {
        return;
    }
    let mut example = Example::linked("custom_sender", "example_custom_sender", &["-lcurl"]);
    let sandbox = &example.sandbox;
    let token = "Access token, carried by libcurl: BQ";
    let outcome = example.run();
    outcome.succeeds(&[token]);
    outcome.shows_lifetime(3600);
    assert_eq!(sandbox.count("/api/token", Some("client_credentials")), 1);

    sandbox.add_fault(Fault::respond(429, "slow down").header("Retry-After", "7"));
    example.run().fails(&["CLEF_STATUS_RATE_LIMITED: ", "7 s"]);

    sandbox.add_fault(Fault::respond(307, "").header("Location", "/v1/me"));
    example.run().fails(&["CLEF_STATUS_HTTP: "]);
    assert_eq!(sandbox.count("/v1/me", None), 0);

    let close = r#"{"kind": "close"}"#;
    sandbox.add_fault(serde_json::from_str(close).expect("a fault"));
    example
        .run()
        .fails(&["CLEF_STATUS_TRANSPORT: libcurl: ", "(the request was sent)"]);

    example.accounts_url = closed_address();
    example
        .run()
        .fails(&["CLEF_STATUS_TRANSPORT: libcurl: ", "(nothing was sent)"]);
}

#[test]
fn carry_it_yourself() {
    let mut example = Example::new("carry_it_yourself", "example_carry_it_yourself");
    let outcome = example.run();
    outcome.succeeds(&["HTTP 200; access token BQ"]);
    outcome.shows_lifetime(3600);
    assert_eq!(
        example
            .sandbox
            .count("/api/token", Some("client_credentials")),
        1
    );

    example
        .sandbox
        .add_fault(Fault::respond(429, "slow down").header("Retry-After", "7"));
    example.run().fails(&["CLEF_STATUS_RATE_LIMITED: ", "7 s"]);

    example.accounts_url = closed_address();
    example.run().fails(&["No answer from http://127.0.0.1:"]);
}

#[test]
fn custom_store() {
    let example = Example::new("custom_store", "example_custom_store");
    let file = scratch("example_custom_store_file").join("tokens.txt");
    let run = || {
        let mut command = example.command();
        command.arg(&file);
        example.run_command(command, visitor::agree)
    };
    let requests = || {
        example
            .sandbox
            .count("/api/token", Some("client_credentials"))
    };
    let outcome = run();
    outcome.succeeds(&["Access token, a new one: BQ"]);
    outcome.shows_lifetime(3600);
    let outcome = run();
    outcome.succeeds(&["Access token, as stored: BQ"]);
    outcome.shows_lifetime(3600);
    assert_eq!(requests(), 1);

    example.sandbox.settings(|settings| settings.expires_in = 1);
    fs::remove_file(&file).expect("it keeps the token in that file");
    run().succeeds(&["Access token, a new one: BQ"]);
    run().succeeds(&["Access token, a new one: BQ"]);
    assert_eq!(requests(), 3);

    let whole = fs::read_to_string(&file).expect("it keeps the token there");
    fs::write(&file, &whole[..whole.len() / 2]).expect("it can be written");
    run().fails(&["CLEF_STATUS_STORE: ", "not whole"]);
    assert_eq!(requests(), 3);
}

/// A Redis of the test's own, which ends with it.
struct Redis {
    server: Child,
    address: SocketAddr,
}

impl Redis {
    fn start(folder: &Path) -> Redis {
        let address: SocketAddr = closed_address()
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--port"])
            .arg(address.port().to_string())
            .current_dir(folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server starts");
        let redis = Redis { server, address };
        let give_up = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < give_up, "redis-server does not listen");
            thread::sleep(Duration::from_millis(5));
        }
        redis
    }

    /// The first line of the answer to a command, and the second where that says what is in it.
    fn ask(&self, command: &str) -> String {
        let mut connection = TcpStream::connect(self.address).expect("it listens");
        write!(connection, "{command}\r\n").expect("it listens");
        let mut lines = BufReader::new(connection)
            .lines()
            .map(|line| line.expect("it answers in text"));
        let first = lines.next().expect("it answers");
        match first.starts_with('$') && first != "$-1" {
            true => lines.next().expect("it answers"),
            false => first,
        }
    }

    fn end(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.end();
    }
}

#[test]
fn redis_store() {
    let is_here = has("redis-server") && has_header("hiredis/hiredis.h");
    if !require("redis-server and hiredis", is_here) {
        return;
    }
    let libraries = ["-lhiredis", "-lpthread"];
    let example = Example::linked("redis_store", "example_redis_store", &libraries);
    let mut redis = Redis::start(&scratch("example_redis_store_server"));
    let port = redis.address.port().to_string();
    let command = || {
        let mut command = example.command();
        command.args(["127.0.0.1", &port]);
        command
    };
    let run = || example.run_command(command(), visitor::agree);
    let requests = || {
        example
            .sandbox
            .count("/api/token", Some("client_credentials"))
    };
    let outcome = run();
    outcome.succeeds(&["Access token, a new one: BQ"]);
    outcome.shows_lifetime(3600);
    run().succeeds(&["Access token, as Redis has it: BQ"]);
    assert_eq!(requests(), 1);
    // The lock was given back.
    assert_eq!(redis.ask("DBSIZE"), ":1");

    // Many at a time: each has the lock for itself, so none is turned away.
    let key = redis.ask("RANDOMKEY");
    example.sandbox.settings(|settings| settings.expires_in = 1);
    redis.ask(&format!("HDEL {key} value"));
    let many: Vec<_> = (0..8)
        .map(|_| command().stdout(Stdio::null()).spawn())
        .collect();
    for process in many {
        let status = process.and_then(|mut process| process.wait());
        assert!(status.expect("it starts and ends").success());
    }
    let version: i64 = redis
        .ask(&format!("HGET {key} version"))
        .parse()
        .expect("a number");
    assert_eq!(version, 9, "each of them saves its own, whose end is near");

    // A process that died with the lock is in the way until its time is up.
    redis.ask(&format!("SET {key}:lock dead PX 300"));
    run().succeeds(&["Access token, a new one: BQ"]);
    assert_eq!(redis.ask(&format!("HGET {key} version")), "10");

    // One that slept through its lease changes nothing.
    redis.ask(&format!("HSET {key} changed 1000"));
    run().fails(&["CLEF_STATUS_STORE: other processes change this account again and again"]);
    assert_eq!(redis.ask(&format!("HGET {key} version")), "10");

    redis.end();
    run().fails(&["CLEF_STATUS_TRANSPORT: Redis cannot be reached"]);
}
