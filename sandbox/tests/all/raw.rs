//! Requests on a bare socket, to see exactly what comes back.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A connection to a sandbox.
pub fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

/// Sends a form to `/api/token`.
pub fn post(stream: &mut TcpStream, form: &str) {
    write!(
        stream,
        "POST /api/token HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
}

/// All bytes until the sandbox closes the connection; an error if it is torn down instead.
pub fn until_closed(stream: &mut TcpStream) -> String {
    let mut received = String::new();
    stream.read_to_string(&mut received).unwrap();
    received
}
