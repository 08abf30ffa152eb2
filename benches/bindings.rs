//! What a binding costs over C: nanoseconds to read an access token that is fresh.
//!
//! Each language's runner of `tests/conformance` measures, in its mode `bench`, against the release library. They take
//! turns, and the best of the turns counts, so that what else the machine does meanwhile falls on nobody alone.

// By its path, as the tests have it too, so that a language is listed once.
#[path = "../tests/all/conformance/languages.rs"]
mod languages;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use clef_harness::{Library, cargo_build};
use clef_sandbox::{Options, Sandbox};

use languages::{Absent, LANGUAGES, Runner};

/// Reads of one measurement: some 60 ms in C.
const COUNT: &str = "1000000";

const TURNS: usize = 5;

fn main() {
    // Cargo runs benchmarks as tests too: then it is enough that they compile.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let library = match env::var_os("CLEF_TEST_LIBRARY") {
        Some(folder) => Library {
            folder: folder.into(),
        },
        None => Library::of(&cargo_build(&["--release"])),
    };
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let runners: Vec<Result<Runner, Absent>> = LANGUAGES
        .iter()
        .map(|language| (language.build)(&library, &empty_folder(language.name)))
        .collect();
    let mut best = vec![f64::INFINITY; LANGUAGES.len()];
    for _ in 0..TURNS {
        for (runner, best) in runners.iter().zip(&mut best) {
            if let Ok(runner) = runner {
                *best = best.min(measure(runner, &sandbox));
            }
        }
    }
    print!("{}", table(&runners, &best));
}

fn empty_folder(language: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bindings-{language}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// Nanoseconds of one read, as the runner measures them.
fn measure(runner: &Runner, sandbox: &Sandbox) -> f64 {
    let output = runner
        .command()
        .args(["bench", &*sandbox.url(), COUNT])
        .output()
        .expect("the runner starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    stdout
        .lines()
        .find_map(|line| line.strip_prefix("nanoseconds ")?.parse().ok())
        .unwrap_or_else(|| {
            panic!(
                "the runner measures nothing: {stdout}\n{}",
                String::from_utf8_lossy(&output.stderr)
            )
        })
}

/// Each language beside C, which is the first.
fn table(runners: &[Result<Runner, Absent>], best: &[f64]) -> String {
    let mut table = format!("{:<10}{:>12}{:>12}\n", "", "ns a read", "over C");
    for ((language, runner), nanoseconds) in LANGUAGES.iter().zip(runners).zip(best) {
        table += &match runner {
            Ok(_) => {
                let over = nanoseconds - best[0];
                format!("{:<10}{nanoseconds:>12.1}{over:>+12.1}\n", language.name)
            }
            Err(Absent(why)) => format!("{:<10}  {why}\n", language.name),
        };
    }
    table
}
