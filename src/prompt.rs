//! A login at the terminal: shows the URL, and has the user paste the one that they are redirected to.

use std::fs::File;
use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::error::{Error, Result, Status};
use crate::login::browser;
use crate::refreshing::RefreshingToken;
use crate::scope::ScopeSet;
use crate::stop::Stop;
use crate::user_auth::{AuthOptions, UserAuth};

/// How often the user may paste something that is no redirect URL.
const TRIES: usize = 3;

/// More than any redirect URL; what is longer is not one.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// Where a login is prompted for.
pub trait Terminal {
    /// Shows some text, as it is.
    fn show(&mut self, text: &str) -> io::Result<()>;

    /// Reads a line, without its end.
    fn read_line(&mut self) -> io::Result<Zeroizing<String>>;

    /// Opens a URL in the user's browser.
    fn open_browser(&mut self, url: &str) -> io::Result<()>;
}

/// The process's own standard input and output, and the desktop's browser.
#[derive(Debug, Default)]
pub struct StandardTerminal;

/// Asks the user to log in, with the standard terminal.
pub fn prompt_for_token(
    credentials: &Credentials,
    scopes: Option<&ScopeSet>,
    options: AuthOptions,
    open_browser: bool,
) -> Result<RefreshingToken> {
    prompt_on(
        &mut StandardTerminal,
        credentials,
        scopes,
        options,
        open_browser,
    )
}

/// Asks the user to log in, with a terminal of your own.
pub fn prompt_on(
    terminal: &mut dyn Terminal,
    credentials: &Credentials,
    scopes: Option<&ScopeSet>,
    options: AuthOptions,
    open_browser: bool,
) -> Result<RefreshingToken> {
    let auth = UserAuth::new(credentials, scopes, options)?;
    let url = auth.url().map_or("", |url| url.expose());
    let opened = open_browser && terminal.open_browser(url).is_ok();
    // The URL is shown in either case: the browser may be on another screen, or not come up.
    let invitation = Zeroizing::new(if opened {
        format!("Your browser opens for the login at Spotify. If it does not, open\n{url}\n")
    } else {
        format!("Open this URL in your browser to log in at Spotify:\n{url}\n")
    });
    terminal.show(&invitation).map_err(terminal_failed)?;
    for _ in 1..TRIES {
        match ask(terminal, &auth) {
            Err(error) if error.status() == Status::MissingParameter => terminal
                .show("That is not the URL you were redirected to: it has no code and state.\n")
                .map_err(terminal_failed)?,
            outcome => return outcome,
        }
    }
    ask(terminal, &auth)
}

fn ask(terminal: &mut dyn Terminal, auth: &UserAuth) -> Result<RefreshingToken> {
    terminal
        .show("Paste the URL you were redirected to: ")
        .map_err(terminal_failed)?;
    let line = terminal.read_line().map_err(terminal_failed)?;
    auth.request_refreshing_token_from_url(&line)
}

fn terminal_failed(error: io::Error) -> Error {
    Error::new(Status::Io, format!("the terminal failed: {error}"))
}

impl Terminal for StandardTerminal {
    fn show(&mut self, text: &str) -> io::Result<()> {
        let mut output = io::stdout().lock();
        output.write_all(text.as_bytes())?;
        output.flush()
    }

    /// Byte by byte past std's buffer, so that what follows the line is left for the host.
    fn read_line(&mut self) -> io::Result<Zeroizing<String>> {
        let mut input = standard_input()?;
        let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE_BYTES));
        let mut byte = [0];
        loop {
            match input.read(&mut byte) {
                Ok(0) if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(0) => break,
                Ok(_) if byte[0] == b'\n' => break,
                Ok(_) if line.len() == MAX_LINE_BYTES => {
                    return Err(io::Error::other("the line is too long"));
                }
                Ok(_) => line.push(byte[0]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let text = std::str::from_utf8(&line).map_err(io::Error::other)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    fn open_browser(&mut self, url: &str) -> io::Result<()> {
        browser::open(url, &Stop::default()).map_err(io::Error::other)
    }
}

#[cfg(unix)]
fn standard_input() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn standard_input() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdin().as_handle().try_clone_to_owned()?.into())
}
