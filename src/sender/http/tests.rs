//! Ending a request early, in each of its phases, and using connections again.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::client::Client;
use super::config::HttpConfig;
use super::lookup::Lookups;
use crate::credentials::Credentials;
use crate::error::Status;
use crate::request::HttpRequest;
use crate::response::{HttpResponse, MAX_BODY_BYTES};
use crate::sender::SendFailure;
use crate::stop::Stop;

/// Takes a few milliseconds in fact; the timeouts of the client are 10 and 30 seconds.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Long enough for what should not end to end.
const A_WHILE: Duration = Duration::from_millis(200);

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

type Outcome = Result<HttpResponse, SendFailure>;

fn credentials(url: &str) -> Credentials {
    Credentials::new("id", Some("secret"), Some("https://example.com/"))
        .and_then(|credentials| credentials.with_accounts_url(url))
        .expect("the arguments are good")
}

fn client_token(url: &str) -> HttpRequest {
    credentials(url).prepare_client_token().expect("a request")
}

fn refresh(url: &str) -> HttpRequest {
    credentials(url)
        .prepare_refresh_user_token("the-refresh-token")
        .expect("a request")
}

/// A request on another thread.
struct Running {
    stop: Arc<Stop>,
    outcome: Receiver<Outcome>,
}

impl Running {
    fn start(client: &Arc<Client>, request: HttpRequest) -> Running {
        let stop = Arc::new(Stop::default());
        let (done, outcome) = mpsc::channel();
        let (client, theirs) = (client.clone(), stop.clone());
        thread::spawn(move || done.send(client.carry(&request, client.deadline(), &theirs, true)));
        Running { stop, outcome }
    }

    fn failure_at_once(&self) -> SendFailure {
        let start = Instant::now();
        let failure = self
            .outcome
            .recv_timeout(AT_ONCE)
            .expect("it ends at once")
            .expect_err("nothing answered");
        println!("ended after {:?}", start.elapsed());
        failure
    }

    fn goes_on(&self) {
        let outcome = self.outcome.recv_timeout(A_WHILE);
        assert_eq!(outcome.err(), Some(RecvTimeoutError::Timeout));
    }

    fn stop_and_check(&self, may_have_been_sent: bool) {
        self.goes_on();
        self.stop.stop();
        let failure = self.failure_at_once();
        assert_eq!(failure.error.status(), Status::Cancelled);
        assert_eq!(failure.may_have_been_sent, may_have_been_sent);
    }
}

/// A service at a port of its own, which gives each connection to `serve`.
fn service(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    port
}

/// Reads until the form is whole; false where the client has closed.
fn read_request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(read @ 1..) => request.extend_from_slice(&piece[..read]),
            _ => return false,
        }
        let text = String::from_utf8_lossy(&request);
        if text.contains("grant_type=") {
            return true;
        }
    }
}

/// Until the client closes.
fn read_to_end(mut stream: TcpStream) {
    let _ = io::copy(&mut stream, &mut io::sink());
}

fn http(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

#[test]
fn a_request_that_is_stopped_before_it_starts_is_not_sent() {
    let running_port = service(|_| panic!("nothing should connect"));
    let stop = Arc::new(Stop::default());
    stop.stop();
    let failure = Client::default()
        .carry(&client_token(&http(running_port)), None, &stop, true)
        .expect_err("it was stopped");
    assert_eq!(failure.error.status(), Status::Cancelled);
    assert!(!failure.may_have_been_sent);
}

/// Its backlog is full, so that a further connection never stands.
#[test]
#[cfg(target_os = "linux")]
fn connecting_can_be_stopped() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let _backlog: Vec<_> = (0..140)
        .map(|_| mio::net::TcpStream::connect(address).expect("a socket"))
        .collect();
    let before = connecting_to(address.port());
    assert!(before > 0, "the backlog is not full");
    let running = Running::start(&Arc::default(), client_token(&http(address.port())));
    while connecting_to(address.port()) == before {
        thread::yield_now();
    }
    running.stop_and_check(false);
}

/// How many connections to this port wait for the first answer.
#[cfg(target_os = "linux")]
fn connecting_to(port: u16) -> usize {
    const SYN_SENT: &str = "02";
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux has it");
    let port = format!(":{port:04X}");
    let of_port = |line: &&str| {
        let mut columns = line.split_whitespace().skip(2);
        columns.next().is_some_and(|peer| peer.ends_with(&port)) && columns.next() == Some(SYN_SENT)
    };
    table.lines().filter(of_port).count()
}

/// Gives the port of a service that reports on the channel when `is_reached`, and then says nothing.
fn silent_service(
    is_reached: impl Fn(&mut TcpStream) -> bool + Send + 'static,
) -> (u16, Receiver<()>) {
    let (reached, phase) = mpsc::channel();
    let port = service(move |mut stream| {
        assert!(is_reached(&mut stream));
        let _ = reached.send(());
        read_to_end(stream);
    });
    (port, phase)
}

#[test]
fn a_tls_handshake_can_be_stopped() {
    let (port, handshake) = silent_service(|stream| stream.read_exact(&mut [0; 5]).is_ok());
    let running = Running::start(
        &Arc::default(),
        client_token(&format!("https://127.0.0.1:{port}")),
    );
    handshake.recv().expect("a handshake begins");
    running.stop_and_check(false);
}

#[test]
fn a_proxy_that_does_not_answer_can_be_left() {
    let (port, asked) = silent_service(|stream| stream.read_exact(&mut [0; 7]).is_ok());
    let mut config = HttpConfig::default();
    config.set_proxy(Some(&http(port))).expect("a proxy");
    let running = Running::start(
        &Arc::new(Client::new(config)),
        client_token("https://no-such-host.invalid"),
    );
    asked.recv().expect("the proxy is asked");
    running.stop_and_check(false);
}

#[test]
fn writing_can_be_stopped() {
    let (reached, writing) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let ended = Mutex::new(ended);
    let port = service(move |mut stream| {
        let _ = stream.read_exact(&mut [0; 1]);
        let _ = reached.send(());
        let _ = ended.lock().map(|ended| ended.recv());
    });
    // More than the buffers of two sockets have room for.
    let code = "c".repeat(32 * 1024 * 1024);
    let request = credentials(&http(port)).prepare_user_token(&code);
    let running = Running::start(&Arc::default(), request.expect("a request"));
    writing.recv().expect("it is being written");
    running.stop_and_check(true);
    drop(end);
}

#[test]
fn waiting_for_an_answer_can_be_stopped() {
    let (port, sent) = silent_service(read_request);
    let running = Running::start(&Arc::default(), client_token(&http(port)));
    sent.recv().expect("the request comes");
    running.stop_and_check(true);
}

#[test]
fn a_body_that_drips_can_be_stopped() {
    let (reached, dripping) = mpsc::channel();
    let port = service(move |mut stream| {
        read_request(&mut stream);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
        stream.write_all(head).expect("it is read");
        while stream.write_all(b" ").is_ok() {
            let _ = reached.send(());
            thread::sleep(Duration::from_millis(5));
        }
    });
    let running = Running::start(&Arc::default(), client_token(&http(port)));
    dripping.recv().expect("the body drips");
    running.stop_and_check(true);
}

#[test]
fn a_refresh_on_the_wire_ends_by_force_alone() {
    let (port, sent) = silent_service(read_request);
    let running = Running::start(&Arc::default(), refresh(&http(port)));
    sent.recv().expect("the request comes");
    running.stop.stop();
    running.goes_on();
    running.stop.force();
    let failure = running.failure_at_once();
    assert_eq!(failure.error.status(), Status::Cancelled);
    assert!(failure.may_have_been_sent);
}

#[test]
fn a_refresh_on_the_wire_is_answered_though_it_was_stopped() {
    let (reached, sent) = mpsc::channel();
    let (answer, answers) = mpsc::channel::<()>();
    let answers = Mutex::new(answers);
    let port = service(move |mut stream| {
        read_request(&mut stream);
        let _ = reached.send(());
        let _ = answers.lock().map(|answers| answers.recv());
        stream.write_all(ANSWER).expect("it is read");
    });
    let running = Running::start(&Arc::default(), refresh(&http(port)));
    sent.recv().expect("the request comes");
    running.stop.stop();
    running.goes_on();
    answer.send(()).expect("the service waits for it");
    let outcome = running.outcome.recv_timeout(AT_ONCE).expect("it ends");
    assert_eq!(outcome.expect("an answer").status(), 200);
}

/// Requests for one name share a look-up that hangs, each can be stopped, and its end serves all that still wait.
#[test]
fn looking_up_a_name_can_be_stopped() {
    static LOOKUPS: AtomicUsize = AtomicUsize::new(0);
    static GATE: Mutex<Option<Receiver<u16>>> = Mutex::new(None);
    static REACHED: Mutex<Option<Sender<Option<String>>>> = Mutex::new(None);

    fn hang(name: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        assert_eq!(name, "a-host.invalid");
        LOOKUPS.fetch_add(1, Ordering::Relaxed);
        let thread = thread::current().name().map(str::to_owned);
        let reached = REACHED.lock().unwrap().take().expect("one look-up");
        reached.send(thread).expect("the test waits for it");
        let gate = GATE.lock().unwrap().take().expect("one look-up");
        let port = gate.recv().expect("the test opens it");
        Ok(vec![(Ipv4Addr::LOCALHOST, port).into()])
    }

    let (reached, hanging) = mpsc::channel();
    *REACHED.lock().unwrap() = Some(reached);
    let (gate, opened) = mpsc::channel();
    *GATE.lock().unwrap() = Some(opened);

    let client = Arc::new(Client::default().looking_up_with(Lookups::new(hang)));
    let request = || client_token("https://a-host.invalid");
    let stopped = Running::start(&client, request());
    let thread = hanging.recv().expect("the look-up begins");
    assert_eq!(thread.as_deref(), Some("clef-lookup"));
    let waiting = Running::start(&client, request());
    stopped.stop_and_check(false);
    Running::start(&client, request()).stop_and_check(false);

    let (port, connected) = silent_service(|stream| stream.read_exact(&mut [0; 5]).is_ok());
    gate.send(port).expect("the look-up waits for it");
    connected.recv().expect("the look-up served the other one");
    waiting.stop_and_check(false);
    assert_eq!(LOOKUPS.load(Ordering::Relaxed), 1);
}

#[test]
fn a_look_up_that_hangs_ends_in_time_and_is_not_sent() {
    fn hang(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        loop {
            thread::park();
        }
    }
    let mut config = HttpConfig::default();
    config
        .set_connect_timeout(Some(Duration::from_millis(50)))
        .expect("a timeout");
    let client = Client::new(config).looking_up_with(Lookups::new(hang));
    let running = Running::start(&Arc::new(client), client_token("https://a-host.invalid"));
    let failure = running.failure_at_once();
    assert_eq!(failure.error.status(), Status::Timeout);
    assert!(!failure.may_have_been_sent);
}

#[test]
fn not_in_the_background_a_name_is_looked_up_on_the_calling_thread() {
    fn refuse(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        Err(io::Error::other(format!(
            "here is {:?}",
            thread::current().id()
        )))
    }
    let client = Client::default().looking_up_with(Lookups::new(refuse));
    let failure = client
        .carry(
            &client_token("https://a-host.invalid"),
            client.deadline(),
            &Arc::default(),
            false,
        )
        .expect_err("it is not found");
    let expected = format!(
        "the host was not found: here is {:?}",
        thread::current().id()
    );
    assert_eq!(failure.error.message(), expected);
    assert!(!failure.may_have_been_sent);
}

/// A service that answers every request with the same, and counts its connections.
fn answering_service(answer: &'static [u8], closes: bool) -> (u16, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    let port = service(move |mut stream| {
        count.fetch_add(1, Ordering::Relaxed);
        thread::spawn(move || {
            while read_request(&mut stream) && stream.write_all(answer).is_ok() && !closes {}
        });
    });
    (port, connections)
}

fn connections_of_three_requests(answer: &'static [u8], closes: bool) -> usize {
    let (port, connections) = answering_service(answer, closes);
    let client = Client::default();
    for _ in 0..3 {
        let response = client
            .carry(
                &client_token(&http(port)),
                client.deadline(),
                &Arc::default(),
                false,
            )
            .expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.body(), Some(&b"{}"[..]));
    }
    connections.load(Ordering::Relaxed)
}

#[test]
fn connections_are_used_again_where_the_answer_allows_it() {
    let chunked =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
        1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    let to_be_closed = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    let with_more = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 No\r\n\r\n";
    assert_eq!(connections_of_three_requests(ANSWER, false), 1);
    assert_eq!(connections_of_three_requests(chunked, false), 1);
    assert_eq!(connections_of_three_requests(to_be_closed, false), 3);
    assert_eq!(connections_of_three_requests(with_more, false), 3);
    assert_eq!(
        connections_of_three_requests(b"HTTP/1.1 200 OK\r\n\r\n{}", true),
        3
    );
}

#[test]
fn a_connection_that_the_service_closed_meanwhile_is_not_used_again() {
    let (closed, is_closed) = mpsc::channel();
    let port = service(move |mut stream| {
        read_request(&mut stream);
        stream.write_all(ANSWER).expect("it is read");
        drop(stream);
        let _ = closed.send(());
    });
    let client = Client::default();
    for _ in 0..3 {
        let response = client.carry(
            &client_token(&http(port)),
            client.deadline(),
            &Arc::default(),
            false,
        );
        assert_eq!(response.expect("an answer").status(), 200);
        is_closed.recv().expect("the service closes");
    }
}

/// A service that answers with the first, and then with the second again and again, to a client without a deadline.
fn failure_of_an_endless_answer(first: &'static str, again: &str) -> SendFailure {
    let again = again.to_owned();
    let port = service(move |mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(first.as_bytes());
        while stream.write_all(again.as_bytes()).is_ok() {}
    });
    let mut config = HttpConfig::default();
    config.set_timeout(None).expect("a timeout");
    Running::start(&Arc::new(Client::new(config)), client_token(&http(port))).failure_at_once()
}

#[test]
fn an_answer_without_an_end_is_not_read_for_ever() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let last_chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    let much = "x".repeat(4096);
    for (first, again) in [
        ("HTTP/1.1 200 OK\r\nX: ", much.clone()),
        ("", format!("HTTP/1.1 103 Hints\r\nX: {much}\r\n\r\n")),
        (chunked, format!("1;{much}\r\n \r\n")),
        (last_chunk, format!("X: {much}\r\n")),
    ] {
        let failure = failure_of_an_endless_answer(first, &again);
        assert_eq!(failure.error.status(), Status::InvalidResponse);
        assert!(failure.may_have_been_sent);
    }
}

#[test]
fn a_proxy_that_never_comes_to_its_answer_is_left() {
    let port = service(|mut stream| {
        let hint = format!("HTTP/1.1 103 Hints\r\nX: {}\r\n\r\n", "x".repeat(4096));
        while stream.write_all(hint.as_bytes()).is_ok() {}
    });
    let mut config = HttpConfig::default();
    config.set_timeout(None).expect("a timeout");
    config.set_connect_timeout(None).expect("a timeout");
    config.set_proxy(Some(&http(port))).expect("a proxy");
    let request = client_token("https://no-such-host.invalid");
    let failure = Running::start(&Arc::new(Client::new(config)), request).failure_at_once();
    assert_eq!(failure.error.status(), Status::Transport);
    assert!(!failure.may_have_been_sent);
}

/// What comes of an answer behind which the service closes.
fn outcome_of(answer: impl Into<Vec<u8>>) -> Outcome {
    let answer = answer.into();
    let port = service(move |mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(&answer);
    });
    let running = Running::start(&Arc::default(), client_token(&http(port)));
    running.outcome.recv_timeout(10 * AT_ONCE).expect("it ends")
}

#[test]
fn an_answer_that_is_cut_off_is_none() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ] {
        let failure = outcome_of(answer).expect_err("it is cut off");
        assert_eq!(failure.error.status(), Status::Transport, "{answer}");
        assert!(failure.may_have_been_sent);
    }
}

#[test]
fn a_head_that_is_too_long_is_none() {
    let long = "x".repeat(4 * super::MAX_HEAD_BYTES);
    let answer = format!("HTTP/1.1 200 OK\r\nX: {long}\r\nContent-Length: 2\r\n\r\n{{}}");
    let failure = outcome_of(answer).expect_err("it is too long");
    assert_eq!(failure.error.status(), Status::InvalidResponse);
}

#[test]
fn a_body_is_read_up_to_its_limit() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunks = format!("{chunked}{}0\r\n\r\n", "1\r\n \r\n".repeat(MAX_BODY_BYTES));
    let with = |bytes| format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(bytes));
    for (answer, expected) in [
        (chunks, Some(MAX_BODY_BYTES)),
        (with(MAX_BODY_BYTES), Some(MAX_BODY_BYTES)),
        (with(MAX_BODY_BYTES + 1), None),
        (with(16 * MAX_BODY_BYTES), None),
    ] {
        let response = outcome_of(answer).expect("an answer");
        assert_eq!(response.body().map(<[u8]>::len), expected);
    }
}

#[test]
fn a_connection_with_an_unread_body_is_not_used_again() {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    let length = MAX_BODY_BYTES + 2;
    let port = service(move |mut stream| {
        count.fetch_add(1, Ordering::Relaxed);
        thread::spawn(move || {
            read_request(&mut stream);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            let _ = stream.write_all((head + &" ".repeat(length - 1)).as_bytes());
            // What is missing would be the head of the next answer.
            read_request(&mut stream);
            let _ = stream.write_all(ANSWER);
        });
    });
    let client = Client::default();
    for _ in 0..2 {
        let request = client_token(&http(port));
        let response = client.carry(&request, client.deadline(), &Arc::default(), false);
        assert_eq!(response.expect("an answer").body(), None);
    }
    assert_eq!(connections.load(Ordering::Relaxed), 2);
}

#[test]
fn a_connection_is_used_again_for_its_own_service_alone() {
    let services = [
        answering_service(ANSWER, false),
        answering_service(ANSWER, false),
    ];
    let client = Client::default();
    for (port, _) in services.iter().chain(&services) {
        let request = client_token(&http(*port));
        let response = client.carry(&request, client.deadline(), &Arc::default(), false);
        assert_eq!(response.expect("an answer").status(), 200);
    }
    for (_, connections) in services {
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn the_time_for_an_answer_holds_on_a_connection_that_is_used_again() {
    let port = service(|mut stream| {
        read_request(&mut stream);
        stream.write_all(ANSWER).expect("it is read");
        read_to_end(stream);
    });
    for (time, may_have_been_sent) in [(A_WHILE, true), (Duration::ZERO, false)] {
        let client = Client::default();
        let carry = |deadline| {
            let request = refresh(&http(port));
            client.carry(&request, deadline, &Arc::default(), false)
        };
        assert_eq!(carry(client.deadline()).expect("an answer").status(), 200);
        let start = Instant::now();
        let failure = carry(Some(start + time)).expect_err("nothing answers");
        assert!(start.elapsed() < AT_ONCE);
        assert_eq!(failure.error.status(), Status::Timeout);
        assert_eq!(failure.may_have_been_sent, may_have_been_sent);
    }
}

#[test]
fn a_proxy_is_heard_out() {
    for (answer, says) in [
        ("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 407 No\r\n\r\n", "407"),
        ("HTTP/1.1 200 OK\r\n\r\nHello", "more than it should"),
        ("SSH-2.0-OpenSSH\r\n", "not HTTP"),
        ("HTTP/1.1 200 OK\r\n", "closed"),
    ] {
        let port = service(move |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        });
        let mut config = HttpConfig::default();
        config.set_proxy(Some(&http(port))).expect("a proxy");
        let client = Client::new(config);
        let request = client_token("https://no-such-host.invalid");
        let failure = client
            .carry(&request, client.deadline(), &Arc::default(), false)
            .expect_err("there is no tunnel");
        assert!(failure.error.message().contains(says), "{}", failure.error);
        assert!(!failure.may_have_been_sent);
    }
}

/// The settings of a service with TLS, and a client that trusts it.
fn tls() -> (ServerConfig, Client) {
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
        .unwrap();
    let mut config = HttpConfig::default();
    config.add_ca_certificates(&own.cert.pem()).unwrap();
    (server, Client::new(config))
}

/// With its answer a service sends what looks like the answer to a request that was never made, in the same TLS record.
#[test]
fn what_came_unasked_is_no_answer_to_the_next_request() {
    let (server, client) = tls();
    let server = Arc::new(server);
    let port = service(move |stream| {
        let mut stream = StreamOwned::new(ServerConnection::new(server.clone()).unwrap(), stream);
        thread::spawn(move || {
            let mut request = [0; 4096];
            if !matches!(stream.read(&mut request), Ok(1..)) {
                return;
            }
            // As long as what the client reads at once, so that it has no look at what comes behind it.
            let (head, end) = (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Pad: ",
                "\r\n\r\n{}",
            );
            let pad = "x".repeat(4096 - head.len() - end.len());
            let unasked = "HTTP/1.1 418 Unasked\r\nContent-Length: 0\r\n\r\n";
            let _ = stream.write_all(format!("{head}{pad}{end}{unasked}").as_bytes());
            let _ = stream.read(&mut request);
        });
    });
    let request = client_token(&format!("https://127.0.0.1:{port}"));
    for _ in 0..2 {
        let response = client.carry(&request, client.deadline(), &Arc::default(), false);
        assert_eq!(response.expect("an answer").status(), 200);
    }
}

/// Behind its answer a service hands out tickets for further connections, for ever.
#[test]
fn a_connection_that_is_never_quiet_is_not_used_again() {
    use rustls::crypto::cipher::{OutboundChunks, OutboundPlainMessage};
    use rustls::{ConnectionTrafficSecrets as Secrets, ContentType, ProtocolVersion};

    // RFC 8446 section 4.6.1: it lives a second, and is one byte long.
    const TICKET: &[u8] = b"\x04\0\0\x0f\0\0\0\x01\0\0\0\0\x01\0\0\x01\0\0\0";

    let (mut server, client) = tls();
    server.enable_secret_extraction = true;
    let server = Arc::new(server);
    let (reached, tickets) = mpsc::channel();
    let port = service(move |stream| {
        let mut stream = StreamOwned::new(ServerConnection::new(server.clone()).unwrap(), stream);
        let reached = reached.clone();
        thread::spawn(move || {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(ANSWER);
            let suite = stream.conn.negotiated_cipher_suite().unwrap();
            let (connection, mut socket) = (stream.conn, stream.sock);
            let (mut number, secrets) = connection.dangerous_extract_secrets().unwrap().tx;
            let (Secrets::Aes128Gcm { key, iv }
            | Secrets::Aes256Gcm { key, iv }
            | Secrets::Chacha20Poly1305 { key, iv }) = secrets
            else {
                panic!("another cipher");
            };
            let mut encrypter = suite.tls13().unwrap().aead_alg.encrypter(key, iv);
            let mut ticket = || {
                let message = OutboundPlainMessage {
                    typ: ContentType::Handshake,
                    version: ProtocolVersion::TLSv1_3,
                    payload: OutboundChunks::Single(TICKET),
                };
                number += 1;
                encrypter.encrypt(message, number - 1).unwrap().encode()
            };
            let mut send = || {
                let many: Vec<u8> = (0..1500).flat_map(|_| ticket()).collect();
                socket.write_all(&many).is_ok()
            };
            assert!(send());
            let _ = reached.send(());
            while send() {}
        });
    });
    let client = Arc::new(client);
    for _ in 0..2 {
        let request = client_token(&format!("https://127.0.0.1:{port}"));
        let outcome = Running::start(&client, request).outcome;
        let outcome = outcome.recv_timeout(AT_ONCE).expect("it ends");
        assert_eq!(outcome.expect("an answer").status(), 200);
        tickets.recv().expect("they come");
    }
}
