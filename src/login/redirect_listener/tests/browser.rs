//! A client of the listener that says what it is told to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::RedirectListener;

/// Nothing here takes as long, unless it hangs.
pub(super) const LONG: Duration = Duration::from_secs(30);

pub(super) struct Browser(TcpStream);

/// `http://127.0.0.1:port` of a listener.
pub(super) fn origin(listener: &RedirectListener) -> &str {
    listener.core.address.origin()
}

/// `127.0.0.1:port` of a listener.
pub(super) fn host(listener: &RedirectListener) -> &str {
    origin(listener).trim_start_matches("http://")
}

/// A request with the listener's address in place of `HOST` and `PORT`.
pub(super) fn addressed(request: &str, listener: &RedirectListener) -> String {
    let host = host(listener);
    let port = host.rsplit(':').next().unwrap();
    request.replace("HOST", host).replace("PORT", port)
}

impl Browser {
    pub(super) fn open(listener: &RedirectListener) -> Browser {
        let stream = TcpStream::connect(host(listener)).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        stream.set_nodelay(true).unwrap();
        Browser(stream)
    }

    /// What a browser gets that opens this path.
    pub(super) fn get(listener: &RedirectListener, target: &str) -> String {
        let host = host(listener);
        Browser::open(listener)
            .say(&format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
            .hear()
    }

    pub(super) fn say(mut self, text: &str) -> Browser {
        self.0.write_all(text.as_bytes()).unwrap();
        self
    }

    /// Says bytes as long as anybody listens.
    pub(super) fn try_to_say(mut self, bytes: &[u8]) -> Browser {
        // Who talks nonsense is cut off.
        let _ = self.0.write_all(bytes);
        self
    }

    /// All that the listener says until it ends the connection, which it must do in peace.
    pub(super) fn hear(mut self) -> String {
        let mut text = String::new();
        self.0.read_to_string(&mut text).unwrap();
        text
    }

    /// Says no more, and takes what it is told then, if anything.
    pub(super) fn end(mut self) {
        // Who was cut off has nothing to end or to hear.
        let _ = self.0.shutdown(Shutdown::Write);
        let _ = self.0.read_to_end(&mut Vec::new());
    }
}
