//! What a host calls often, from C through the release library, beside bare `ureq` for the refresh.
//!
//! The loops are in `host_calls.c`; criterion asks it for numbers of iterations and reads how long they took.

use std::cell::RefCell;
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use clef_harness::{Library, Program, build_shipped};
use criterion::Criterion;

const BODY: &str = r#"{"access_token":"BQDb3kQyZ0aVYx8mTn5JrWcEoLhS7fUi2gKp4XwNqRtM6vBz1CdAyGuHeOlPsIjFZ0aVYx8mTn5JrWcEoLhS7fUi2gKp4XwNqRtM6vBz1CdAyGuHeOlPsIjF","token_type":"Bearer","expires_in":3600,"scope":"user-read-email user-read-private"}"#;

/// Set for the process that is the service: both clients are then a process apart from it.
const IS_SERVICE: &str = "CLEF_BENCH_SERVICE";

/// A service that costs next to nothing, so that the client is what is measured. Never returns.
fn run_service() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("http://{}", listener.local_addr().expect("an address"));
    for connection in listener.incoming().flatten() {
        thread::spawn(move || serve(connection));
    }
}

/// The service in a process of its own.
struct Service {
    child: Child,
    url: String,
}

impl Service {
    fn start() -> Service {
        let mut child = Command::new(env::current_exe().expect("a benchmark is a file"))
            .env(IS_SERVICE, "1")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut url)
            .expect("the service says its URL");
        Service {
            child,
            url: url.trim().to_owned(),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
        let store = folder.join("host_calls-store");
        let _ = std::fs::remove_dir_all(&store);
        let library = Library::of(&build_shipped(&[]));
        let program = Program::compile_against(&library, "benches/host_calls.c", folder, &["-O2"]);
        let mut child = program
            .command()
            .arg(service)
            .arg(&store)
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
    let service = Service::start();
    let host = RefCell::new(Host::start(&service.url));
    let mut group = criterion.benchmark_group("host");
    for name in [
        "borrowed_field",
        "is_expiring",
        "access_token",
        "access_token_on_two_threads",
        "pkce_url",
        "parse_response",
        "refresh",
        "idle_pump",
        "operation",
        "open_stored",
        "refresh_stored",
        "replace_a_file_by_hand",
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| host.borrow_mut().measure(name, iterations));
        });
    }
    let agent = ureq::Agent::new_with_defaults();
    let url = format!("{}/api/token", service.url);
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

fn main() {
    if env::var_os(IS_SERVICE).is_some() {
        return run_service();
    }
    let mut criterion = Criterion::default().configure_from_args();
    host_calls(&mut criterion);
    criterion.final_summary();
}
