//! A login in the real browser: opens the page, and catches the redirect.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// How long the user may take.
const PATIENCE: Duration = Duration::from_secs(300);

const CALLBACK: &str = "/callback";

const PAGE: &str = "<!doctype html><title>clef demo</title><p>That is all: back to the terminal.";

/// Longer than any redirect.
const MAX_LINE_BYTES: u64 = 16 * 1024;

/// Listens on a free loopback port for the browser to be redirected to.
pub struct RedirectListener {
    socket: TcpListener,
    origin: String,
}

impl RedirectListener {
    pub fn new() -> io::Result<RedirectListener> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let origin = format!("http://{}", socket.local_addr()?);
        Ok(RedirectListener { socket, origin })
    }

    /// The redirect URI to log in with.
    pub fn uri(&self) -> String {
        format!("{}{CALLBACK}", self.origin)
    }

    /// Opens the login in the browser; gives the URL that the user is redirected to.
    pub fn log_in(self, url: &str) -> io::Result<String> {
        // The error of `open` has the whole URL in it, and its state.
        open::that_detached(url).map_err(|_| {
            io::Error::other("no browser could be started; without --browser the demo needs none")
        })?;
        println!("   (your browser shows the sandbox's page: please agree there)");
        let (found, redirects) = mpsc::channel();
        let socket = self.socket.try_clone()?;
        thread::spawn(move || accept(&socket, &found));
        match redirects.recv_timeout(PATIENCE) {
            Ok(target) => Ok(format!("{}{target}", self.origin)),
            Err(RecvTimeoutError::Timeout) => Err(io::Error::other("nobody agreed in the browser")),
            Err(RecvTimeoutError::Disconnected) => {
                Err(io::Error::other("the redirect cannot be listened for"))
            }
        }
    }
}

/// A thread for each connection: browsers open some that they never use, and those must not hold up the others.
fn accept(socket: &TcpListener, found: &Sender<String>) {
    for connection in socket.incoming().map_while(Result::ok) {
        let found = found.clone();
        // A connection that breaks is one that the browser gave up.
        thread::spawn(move || answer(connection, &found).ok());
    }
}

/// Answers one request: the redirect with a page, anything else (`/favicon.ico`) with 404.
fn answer(mut connection: TcpStream, found: &Sender<String>) -> io::Result<()> {
    let mut request = BufReader::new((&connection).take(MAX_LINE_BYTES));
    let mut first = String::new();
    request.read_line(&mut first)?;
    let mut line = String::from("unread");
    while !line.trim_end().is_empty() {
        line.clear();
        request.read_line(&mut line)?;
    }
    let redirect = first
        .strip_prefix("GET ")
        .and_then(|rest| rest.split(' ').next())
        .filter(|target| {
            target
                .strip_prefix(CALLBACK)
                .is_some_and(|rest| rest.starts_with('?'))
        });
    let (status, page) = match redirect {
        Some(_) => ("200 OK", PAGE),
        None => ("404 Not Found", ""),
    };
    write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    )?;
    if let Some(target) = redirect {
        // The first redirect counts; nobody waits for a second.
        let _ = found.send(target.to_owned());
    }
    Ok(())
}
