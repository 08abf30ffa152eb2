//! Runs a sandbox until it is interrupted.
#![forbid(unsafe_code)]

mod cli;

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clef_sandbox::{Certificate, Sandbox};

use cli::Cli;

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("clef-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> io::Result<()> {
    let sandbox = Sandbox::start(cli.options())
        .map_err(|error| io::Error::new(error.kind(), format!("cannot start: {error}")))?;
    if let Some(path) = &cli.ca_file {
        fs::write(path, sandbox.ca_pem()).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot write {}: {error}", path.display()),
            )
        })?;
    }
    announce(cli, &sandbox)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(tokio::signal::ctrl_c())
}

fn announce(cli: &Cli, sandbox: &Sandbox) -> io::Result<()> {
    let url = sandbox.url();
    let client = cli.client();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "clef-sandbox stands in for https://accounts.spotify.com at\n  {url}"
    )?;
    if let Some(https_url) = sandbox.https_url(Certificate::Good) {
        writeln!(out, "  {https_url}")?;
    }
    if let Some(path) = &cli.ca_file {
        writeln!(out, "authority to trust:  {}", path.display())?;
    }
    writeln!(out, "client id:           {}", client.id)?;
    writeln!(out, "client secret:       {}", client.secret)?;
    for uri in &client.redirect_uris {
        writeln!(out, "redirect URI:        {uri}")?;
    }
    writeln!(
        out,
        "\nTry it:\n  curl -u {}:{} -d grant_type=client_credentials {url}/api/token\n\
         A whole login, the faults and the endpoints: clef-sandbox --help. Ctrl-C ends it.",
        client.id, client.secret
    )?;
    out.flush()
}
