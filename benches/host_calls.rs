//! What a host calls often, from C through the release library, beside bare `ureq` for the refresh.
//!
//! The loops are in `host_calls.c`; criterion asks it for numbers of iterations and reads how long they took.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::thread;
use std::time::Duration;

use clef_harness::{Library, Program, cargo_build};
use criterion::{Criterion, criterion_group, criterion_main};

const BODY: &str = r#"{"access_token":"BQDb3kQyZ0aVYx8mTn5JrWcEoLhS7fUi2gKp4XwNqRtM6vBz1CdAyGuHeOlPsIjFZ0aVYx8mTn5JrWcEoLhS7fUi2gKp4XwNqRtM6vBz1CdAyGuHeOlPsIjF","token_type":"Bearer","expires_in":3600,"scope":"user-read-email user-read-private"}"#;

/// A service that costs next to nothing, so that the client is what is measured.
fn start_service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || serve(connection));
        }
    });
    url
}

/// Answers each request when its body is complete.
fn serve(mut connection: TcpStream) {
    connection.set_nodelay(true).expect("a TCP option");
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = connection.read(&mut chunk) {
        received.extend_from_slice(&chunk[..read]);
        if is_complete(&received) {
            received.clear();
            if connection.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse::<usize>().ok())
        .is_some_and(|length| body.len() >= length)
}

/// The C program, which measures when asked.
struct Host {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Host {
    fn start(service: &str) -> Host {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let library = Library::of(&cargo_build(&["--release"]));
        let program = Program::compile_against(&library, "benches/host_calls.c", folder, &["-O2"]);
        let mut child = program
            .command()
            .arg(service)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the C program starts");
        Host {
            questions: child.stdin.take().expect("it is piped"),
            answers: BufReader::new(child.stdout.take().expect("it is piped")),
            child,
        }
    }

    fn measure(&mut self, name: &str, iterations: u64) -> Duration {
        writeln!(self.questions, "{name} {iterations}").expect("the C program reads");
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .expect("the C program answers");
        Duration::from_nanos(line.trim().parse().expect("the C program answers a number"))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn host_calls(criterion: &mut Criterion) {
    let service = start_service();
    let host = RefCell::new(Host::start(&service));
    let mut group = criterion.benchmark_group("host");
    for name in [
        "borrowed_field",
        "is_expiring",
        "access_token",
        "access_token_on_two_threads",
        "pkce_url",
        "parse_response",
        "refresh",
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| host.borrow_mut().measure(name, iterations));
        });
    }
    let agent = ureq::Agent::new_with_defaults();
    let url = format!("{service}/api/token");
    let refresh_token = "A".repeat(128);
    group.bench_function("refresh_with_bare_ureq", |bencher| {
        bencher.iter(|| {
            let form = format!(
                "client_id=client-id&grant_type=refresh_token&refresh_token={refresh_token}"
            );
            agent
                .post(&url)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .send(form)
                .expect("the service answers")
                .body_mut()
                .read_to_vec()
                .expect("the service answers a body")
        });
    });
    group.finish();
}

criterion_group!(benches, host_calls);
criterion_main!(benches);
