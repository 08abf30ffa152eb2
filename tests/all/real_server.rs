//! Runs `tests/c/real_server.c` against an authorisation server that is not ours, npm's `oidc-provider`, and plays the user.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clef_harness::{Program, install_packages};
use clef_sandbox::{Authority, Certificate};
use ureq::http::Response;
use ureq::tls::{Certificate as Pem, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::support::scratch;

/// It ends with this process too, since it reads its standard input.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    /// Starts the server that is installed here, with a certificate that `authority` signed; `folder` is for its files.
    fn start(installed: &Path, authority: &Authority, folder: &Path) -> Server {
        let identity = authority
            .identity(Certificate::Good)
            .expect("there is randomness");
        let files = [
            ("certificate.pem", identity.certificate_pem),
            ("key.pem", identity.key_pem),
        ]
        .map(|(name, pem)| {
            let file = folder.join(name);
            fs::write(&file, pem).expect("the target folder can be written");
            file
        });
        let log = folder.join("server.log");
        let mut process = Command::new("node")
            .arg(installed.join("server.mjs"))
            .args(files)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("the target folder can be written"))
            .spawn()
            .expect("node runs");
        let mut url = String::new();
        BufReader::new(process.stdout.take().expect("it is piped"))
            .read_line(&mut url)
            .expect("UTF-8");
        assert!(url.starts_with("https://"), "see {}", log.display());
        Server {
            process,
            url: url.trim_end().to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already where this fails.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A user with a browser of their own, which nobody has logged in with before.
struct User<'a> {
    agent: Agent,
    server_url: &'a str,
    cookies: BTreeMap<String, String>,
}

impl User<'_> {
    fn new<'a>(server_url: &'a str, ca_pem: &str) -> User<'a> {
        let root = Pem::from_pem(ca_pem.as_bytes()).expect("it is one");
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root]));
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .proxy(None)
            .max_redirects(0);
        User {
            agent: config.build().into(),
            server_url,
            cookies: BTreeMap::new(),
        }
    }

    /// Logs in and agrees; gives the page at the end of it.
    fn agree(&mut self, url: &str) -> String {
        let consent = self.log_in(url);
        self.submit(&consent)
    }

    /// Logs in and refuses; gives the page at the end of it.
    fn refuse(&mut self, url: &str) -> String {
        let consent = self.log_in(url);
        self.open(between(&consent, "<a href=\"", "\">[ Cancel ]"))
    }

    /// Gives the page that asks for consent.
    fn log_in(&mut self, url: &str) -> String {
        let login = self.open(url);
        let consent = self.submit(&login);
        for scope in ["user-read-email", "playlist-read-private"] {
            assert!(consent.contains(scope), "{scope} is missing in {consent}");
        }
        consent
    }

    fn open(&mut self, url: &str) -> String {
        let request = self.agent.get(url).header("Cookie", self.cookies_for(url));
        self.follow(request.call().expect("an answer"))
    }

    /// Sends the form of this page.
    fn submit(&mut self, page: &str) -> String {
        let url = between(page, "action=\"", "\"");
        let prompt = between(page, "name=\"prompt\" value=\"", "\"");
        let fields = [("prompt", prompt), ("login", "ada"), ("password", "x")];
        let request = self.agent.post(url).header("Cookie", self.cookies_for(url));
        self.follow(request.send_form(fields).expect("an answer"))
    }

    /// Gives the page where the redirects end.
    fn follow(&mut self, mut answer: Response<Body>) -> String {
        for cookie in answer.headers().get_all("Set-Cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            match rest.split(';').next() {
                // The server takes it away.
                None | Some("") => self.cookies.remove(name),
                Some(value) => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        match answer.headers().get("Location") {
            None => answer.body_mut().read_to_string().expect("a page"),
            Some(place) => match place.to_str().unwrap() {
                path if path.starts_with('/') => self.open(&format!("{}{path}", self.server_url)),
                url => self.open(url),
            },
        }
    }

    /// None for the program that listens for the redirect.
    fn cookies_for(&self, url: &str) -> String {
        if !url.starts_with(self.server_url) {
            return String::new();
        }
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> &'a str {
    text.split_once(before)
        .and_then(|(_, rest)| rest.split_once(behind))
        .unwrap_or_else(|| panic!("{before}…{behind} is missing in {text}"))
        .0
}

#[test]
fn real_server() {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let Some(installed) = install_packages("tests/real_server", &target) else {
        return;
    };
    let folder = scratch("real_server_run");
    let authority = Authority::new().expect("there is randomness");
    let ca_file = folder.join("ca.pem");
    fs::write(&ca_file, authority.pem()).expect("the target folder can be written");
    let server = Server::start(&installed, &authority, &folder);

    let mut program = Program::compile("tests/c/real_server.c", &folder, &[])
        .command()
        .arg(&server.url)
        .arg(&ca_file)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut tests = 0;
    for line in BufReader::new(program.stdout.take().expect("it is piped")).lines() {
        let line = line.expect("UTF-8");
        let mut user = User::new(&server.url, authority.pem());
        match line.split_once(' ').expect("two words") {
            ("agree", url) => assert!(user.agree(url).contains("<h1>Login received</h1>")),
            ("refuse", url) => assert!(user.refuse(url).contains("<h1>Access was refused</h1>")),
            _ => {
                println!("{line}");
                tests += 1;
            }
        }
    }
    assert!(program.wait().expect("it ends").success());
    assert!(tests > 0, "real_server ran no test");
}
