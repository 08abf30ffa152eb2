//! How long a new process takes from loading clef to its first token request being on the wire, over TLS to the sandbox;
//! beside libcurl with OpenSSL, which does the same in the same minute.
//!
//! Each round is a process of its own, `cold_start.c`; the rounds of all take turns, so that what the computer does
//! beside falls on all.

use std::fs;
use std::path::Path;

use clef_harness::{Library, Program, build_shipped, has_header};
use clef_sandbox::{Certificate, Options, Sandbox};

const ROUNDS: usize = 40;

/// The last is what the others are compared with.
const MEASURED: [&str; 4] = [
    "clef, compiled-in roots",
    "clef, the platform's too",
    "curl, one root",
    "curl, the platform's",
];

const PLATFORM_CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

fn main() {
    if !has_header("curl/curl.h") || !Path::new(PLATFORM_CERTIFICATES).exists() {
        println!("skipped: needs libcurl with its header, and {PLATFORM_CERTIFICATES}");
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cold_start");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let library = build_shipped(&[]);
    let program = Program::compile_against(
        &Library::of(&library),
        "benches/cold_start.c",
        &folder,
        &["-O2", "-ldl"],
    );

    let sandbox = Sandbox::start(Options {
        https: vec![Certificate::Good],
        ..Options::default()
    })
    .expect("the sandbox starts");
    let url = sandbox.https_url(Certificate::Good).expect("it has TLS");
    let (own, all) = (folder.join("own.pem"), folder.join("all.pem"));
    fs::write(&own, sandbox.ca_pem()).expect("the target folder can be written");
    let platform = fs::read_to_string(PLATFORM_CERTIFICATES).expect("it is text");
    fs::write(&all, format!("{platform}\n{}", sandbox.ca_pem())).expect("as above");

    let round = |what: &str| -> (f64, f64) {
        let output = program
            .command()
            .env_remove("SSL_CERT_DIR")
            .args([what, &url])
            .args([&own, &all, &library])
            .output()
            .expect("the C program starts");
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut numbers = stdout.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(loading)), Some(Ok(whole))) => (loading, whole),
            _ => panic!("{what}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    };
    // The first reads the files from the disk.
    for what in MEASURED {
        round(what);
    }
    let mut rounds = vec![Vec::new(); MEASURED.len()];
    for _ in 0..ROUNDS {
        for (what, rounds) in MEASURED.iter().zip(&mut rounds) {
            rounds.push(round(what));
        }
    }
    let medians: Vec<(f64, f64)> = rounds
        .iter()
        .map(|rounds| {
            (
                median(rounds, |round| round.0),
                median(rounds, |round| round.1),
            )
        })
        .collect();
    let curl = medians[MEASURED.len() - 1].1;
    println!("median of {ROUNDS} processes      loading  to the request  of curl's");
    for (what, (loading, whole)) in MEASURED.iter().zip(&medians) {
        let (loading_ms, whole_ms) = (loading / 1e6, whole / 1e6);
        println!(
            "{what:26} {loading_ms:8.2} ms {whole_ms:12.2} ms {:10.2}",
            whole / curl
        );
    }
}

fn median(rounds: &[(f64, f64)], of: impl Fn(&(f64, f64)) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
