//! Runs a program that has its user log in, and plays the user.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

/// Runs `command`, shows each line that it writes, and pastes what `log_in` makes of the URL that it shows.
///
/// # Errors
/// `log_in` failed, or the program cannot be spoken to. It is ended then.
pub fn run_with_login(
    command: &mut Command,
    log_in: impl FnOnce(&str) -> io::Result<String>,
    show: impl FnMut(&str),
) -> io::Result<ExitStatus> {
    let mut program = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let outcome = converse(&mut program, log_in, show);
    if outcome.is_err() {
        // It has ended already where this fails.
        let _ = program.kill();
    }
    let status = program.wait()?;
    outcome.map(|()| status)
}

fn converse(
    program: &mut Child,
    log_in: impl FnOnce(&str) -> io::Result<String>,
    mut show: impl FnMut(&str),
) -> io::Result<()> {
    let mut output = BufReader::new(program.stdout.take().expect("it is piped"));
    let mut user = Some((program.stdin.take().expect("it is piped"), log_in));
    let mut line = String::new();
    while output.read_line(&mut line)? > 0 {
        let text = line.trim();
        if !text.is_empty() {
            show(text);
        }
        if text.starts_with("http")
            && let Some((input, log_in)) = user.take()
        {
            show(&paste(&mut output, input, &log_in(text)?)?);
        }
        line.clear();
    }
    Ok(())
}

/// Gives the prompt with what was pasted after it, as a terminal would show it.
fn paste(output: &mut impl BufRead, mut input: ChildStdin, redirect: &str) -> io::Result<String> {
    let mut prompt = Vec::new();
    output.read_until(b':', &mut prompt)?;
    writeln!(input, "{redirect}")?;
    let prompt = String::from_utf8_lossy(&prompt).into_owned();
    Ok(format!("{prompt} {}", masked(redirect)))
}

/// A redirect without its code and state.
fn masked(redirect: &str) -> String {
    let (uri, query) = redirect.split_once('?').unwrap_or((redirect, ""));
    let parameters: Vec<String> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| match &*name {
            "error" => format!("error={value}"),
            name => format!("{name}=***"),
        })
        .collect();
    format!("{uri}?{}", parameters.join("&"))
}
