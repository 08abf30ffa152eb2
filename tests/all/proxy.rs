//! The built-in sender behind an HTTP proxy.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use clef::sender::http::{HttpConfig, HttpSender};
use clef::{Credentials, Status};
use clef_sandbox::{CLIENT_ID, CLIENT_SECRET, Certificate, Options, Sandbox};

/// A proxy for one connection: gives its port, and the head of the request that it gets.
fn start_proxy(answer: &'static str) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (heads, head) = mpsc::channel();
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("somebody connects");
        let text = read_head(&client).expect("a request comes");
        let target = text.split(' ').nth(1).unwrap_or_default().to_owned();
        heads.send(text).expect("the test waits for it");
        (&client).write_all(answer.as_bytes()).expect("it is read");
        if let Ok(server) = TcpStream::connect(target) {
            tunnel(client, server);
        }
    });
    (port, head)
}

fn read_head(client: &TcpStream) -> io::Result<String> {
    let mut head = String::new();
    let mut lines = BufReader::new(client);
    while !head.ends_with("\r\n\r\n") && lines.read_line(&mut head)? > 0 {}
    Ok(head)
}

fn tunnel(client: TcpStream, server: TcpStream) {
    let to_server = (client.try_clone(), server.try_clone());
    thread::spawn(move || copy(to_server.0.unwrap(), to_server.1.unwrap()));
    copy(server, client);
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

fn credentials(sandbox: &Sandbox, proxy: &str) -> Credentials {
    let mut config = HttpConfig::default();
    config.set_proxy(Some(proxy)).unwrap();
    config.add_ca_certificates(sandbox.ca_pem()).unwrap();
    Credentials::new(CLIENT_ID, Some(CLIENT_SECRET), None)
        .unwrap()
        .with_sender(Arc::new(HttpSender::new(config)))
        .with_accounts_url(&sandbox.https_url(Certificate::Good).unwrap())
        .unwrap()
}

fn sandbox() -> Sandbox {
    Sandbox::start(Options {
        https: vec![Certificate::Good],
        ..Options::default()
    })
    .expect("the sandbox starts")
}

#[test]
fn https_goes_through_a_tunnel() {
    let sandbox = sandbox();
    let (port, head) = start_proxy("HTTP/1.1 200 OK\r\n\r\n");
    let proxy = format!("http://user:pass@127.0.0.1:{port}");
    credentials(&sandbox, &proxy)
        .request_client_token()
        .unwrap();
    let head = head.recv().unwrap();
    let https = sandbox.https_url(Certificate::Good).unwrap();
    let host = https.trim_start_matches("https://");
    assert!(
        head.starts_with(&format!("CONNECT {host} HTTP/1.1\r\n")),
        "{head}"
    );
    assert!(
        head.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"),
        "{head}"
    );
    assert_eq!(sandbox.count("/api/token", None), 1);
}

#[test]
fn a_proxy_that_refuses_is_no_connection() {
    let sandbox = sandbox();
    let (port, head) = start_proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let proxy = format!("http://user:hunter2@127.0.0.1:{port}");
    let error = credentials(&sandbox, &proxy)
        .request_client_token()
        .unwrap_err();
    head.recv().unwrap();
    assert_eq!(error.status(), Status::Transport);
    assert!(error.message().contains("407"), "{}", error.message());
    assert!(!error.message().contains("hunter2"), "{}", error.message());
    assert_eq!(sandbox.count("/api/token", None), 0);
}

#[test]
fn plain_http_stays_on_this_computer() {
    let sandbox = sandbox();
    let (port, head) = start_proxy("HTTP/1.1 200 OK\r\n\r\n");
    credentials(&sandbox, &format!("http://127.0.0.1:{port}"))
        .with_accounts_url(&sandbox.url().replace("http:", "HTTP:"))
        .unwrap()
        .request_client_token()
        .unwrap();
    assert!(head.try_recv().is_err(), "the proxy saw a secret");
    assert_eq!(sandbox.count("/api/token", None), 1);
}
