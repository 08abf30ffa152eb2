//! A connection to the service, with TLS or without.

use std::io::{self, Read, Write};

use super::socket::Socket;
use super::tls::{self, TlsStream};
use super::waiter::Waiter;

pub(super) enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream>),
}

impl Stream {
    pub(super) fn waiter(&mut self) -> &mut Waiter {
        match self {
            Stream::Plain(socket) => socket.waiter(),
            Stream::Tls(stream) => stream.sock.waiter(),
        }
    }

    /// Whether a new request can be sent over it: a service closes what it finds idle for too long.
    pub(super) fn is_quiet(&mut self) -> bool {
        match self {
            Stream::Plain(socket) => socket.is_quiet(),
            Stream::Tls(stream) => tls::is_quiet(stream),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}
