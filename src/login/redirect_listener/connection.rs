//! One connection of a browser, which serves one request.

use std::io::{self, Read};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use mio::net::TcpStream;

use crate::secret::Secret;
use crate::wiped_buffer::WipedBuffer;

use super::request::Reception;
use super::response::Response;

/// What a browser sends at most; it is a page's worth of cookies beside a code.
pub(super) const MAX_HEAD_BYTES: usize = 16 * 1024;

/// Room for the usual request; it is doubled when it is full.
const FIRST_BYTES: usize = 1024;

/// A request that is not complete by then does not come.
const TO_ASK: Duration = Duration::from_secs(10);

/// For the answer to be taken, and the connection to be closed by the other side. Browsers take milliseconds.
const TO_LEAVE: Duration = Duration::from_secs(1);

pub(super) struct Connection {
    stream: TcpStream,
    received: WipedBuffer,
    phase: Phase,
    /// When it is dropped, whatever it is doing.
    until: Instant,
    redirect: Option<Secret>,
}

enum Phase {
    Asking,
    Answered(Response),
    /// All is said. What the other side still sends is read, since the system would else cut the answer off.
    Leaving,
}

/// How a connection got on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Moved,
    /// It waits for the other side.
    Waits,
    Ended,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, now: Instant) -> Connection {
        Connection {
            stream,
            received: WipedBuffer::with_capacity(FIRST_BYTES),
            phase: Phase::Asking,
            until: now + TO_ASK,
            redirect: None,
        }
    }

    pub(super) fn until(&self) -> Instant {
        self.until
    }

    /// Whether nothing has come from it, as from a browser that connects ahead of time.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self.phase, Phase::Asking) && self.received.filled().is_empty()
    }

    /// Whether it brought the redirect.
    pub(super) fn has_redirect(&self) -> bool {
        self.redirect.is_some()
    }

    pub(super) fn take_redirect(&mut self) -> Option<Secret> {
        self.redirect.take()
    }

    /// Does what can be done without waiting, a part at a time.
    pub(super) fn step(&mut self, now: Instant, reception: &Reception) -> Step {
        let step = match &mut self.phase {
            Phase::Asking => self.read(now, reception),
            Phase::Answered(response) => match response.write_to(&mut self.stream) {
                Ok(true) => {
                    self.phase = Phase::Leaving;
                    // Where this fails, the other side has gone.
                    self.stream.shutdown(Shutdown::Write).map(|()| Step::Moved)
                }
                Ok(false) => Ok(Step::Moved),
                Err(error) => Err(error),
            },
            // Nothing looks at what it says now, but it may be secret all the same.
            Phase::Leaving => self.stream.read(self.received.spare()).map(ended_at_zero),
        };
        let is_asking = matches!(self.phase, Phase::Asking);
        match step {
            Ok(Step::Moved) if is_asking => Step::Moved,
            _ if self.until <= now => Step::Ended,
            Ok(step) => step,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Step::Waits,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Step::Moved,
            Err(_) => Step::Ended,
        }
    }

    fn read(&mut self, now: Instant, reception: &Reception) -> io::Result<Step> {
        let read = self.stream.read(self.received.spare())?;
        if read == 0 {
            return Ok(Step::Ended);
        }
        self.received.advance(read);
        let received = self.received.filled();
        let verdict = match reception.receive(received) {
            None if received.len() >= MAX_HEAD_BYTES => reception.too_large(),
            None => return Ok(Step::Moved),
            Some(verdict) => verdict,
        };
        self.received = WipedBuffer::with_capacity(FIRST_BYTES);
        self.redirect = verdict.redirect;
        self.phase = Phase::Answered(verdict.response);
        self.until = now + TO_LEAVE;
        Ok(Step::Moved)
    }

    #[cfg(test)]
    pub(super) fn buffered_bytes(&self) -> usize {
        self.received.capacity()
    }
}

fn ended_at_zero(read: usize) -> Step {
    match read {
        0 => Step::Ended,
        _ => Step::Moved,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net;
    use std::sync::Mutex;

    use super::super::address::Address;
    use super::*;

    /// A connection as the listener has it, and its other end.
    fn pair(now: Instant) -> (Connection, net::TcpStream) {
        let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
        let other_end = net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        (Connection::new(TcpStream::from_std(stream), now), other_end)
    }

    /// Steps until the connection waits or ends.
    fn until_it_waits(connection: &mut Connection, now: Instant) -> Step {
        let (_listener, address) = Address::listen("http://127.0.0.1").unwrap();
        let pages = Mutex::default();
        let reception = Reception {
            address: &address,
            expected_state: None,
            pages: &pages,
        };
        loop {
            match connection.step(now, &reception) {
                Step::Moved => {}
                step => return step,
            }
        }
    }

    #[test]
    fn a_request_that_is_not_complete_in_time_is_given_up() {
        let start = Instant::now();
        for said in ["", "GET / HTTP/1.0\r\n"] {
            let (mut connection, mut other_end) = pair(start);
            other_end.write_all(said.as_bytes()).unwrap();
            let just_before = start + TO_ASK - Duration::from_millis(1);
            assert_eq!(until_it_waits(&mut connection, just_before), Step::Waits);
            assert_eq!(until_it_waits(&mut connection, start + TO_ASK), Step::Ended);
        }
    }

    #[test]
    fn what_came_in_time_is_read_however_late_that_is() {
        let start = Instant::now();
        let (mut connection, mut other_end) = pair(start);
        other_end.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let late = start + 2 * TO_ASK;
        assert_eq!(until_it_waits(&mut connection, late), Step::Waits);
        assert_eq!(connection.until(), late + TO_LEAVE);
        let much_later = late + TO_LEAVE;
        assert_eq!(until_it_waits(&mut connection, much_later), Step::Ended);
    }

    #[test]
    fn a_head_without_end_fills_its_buffer_and_no_more() {
        let start = Instant::now();
        let (mut connection, mut other_end) = pair(start);
        let almost = format!("GET /{}", "m".repeat(MAX_HEAD_BYTES - "GET /".len() - 1));
        other_end.write_all(almost.as_bytes()).unwrap();
        until_it_waits(&mut connection, start);
        assert_eq!(connection.until(), start + TO_ASK);
        assert_eq!(connection.buffered_bytes(), MAX_HEAD_BYTES);
        other_end.write_all(b"m").unwrap();
        until_it_waits(&mut connection, start);
        assert_eq!(connection.until(), start + TO_LEAVE);
        assert!(connection.buffered_bytes() < MAX_HEAD_BYTES);
    }

    #[test]
    fn who_leaves_ends_it() {
        let start = Instant::now();
        let (mut connection, mut other_end) = pair(start);
        other_end.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        assert_eq!(until_it_waits(&mut connection, start), Step::Waits);
        let mut answer = String::new();
        other_end.read_to_string(&mut answer).unwrap();
        drop(other_end);
        assert_eq!(until_it_waits(&mut connection, start), Step::Ended);
    }
}
