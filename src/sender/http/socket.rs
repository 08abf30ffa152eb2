//! A TCP connection that blocks its thread, but no longer than it may.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;

use crate::error::{Error, Status};

use super::waiter::{Waiter, no_network};

/// An address gets its share of the time for connecting, and not less than this: a lost packet is sent again after
/// 200 ms or more.
const LEAST_SHARE: Duration = Duration::from_millis(500);

/// Reading and writing end with the error of its [`Waiter`] when it is time to give up.
pub(super) struct Socket {
    stream: TcpStream,
    waiter: Waiter,
}

impl Socket {
    /// Connects to one of `addresses`, which are tried one after another within the deadline of `waiter`.
    pub(super) fn connect(addresses: &[SocketAddr], mut waiter: Waiter) -> Result<Socket, Error> {
        let deadline = waiter.deadline();
        let mut outcome = Err(Error::new(Status::Transport, "it has no address"));
        for (tried, address) in addresses.iter().enumerate() {
            waiter.set_deadline(share(deadline, addresses.len() - tried));
            outcome = connect_to(*address, &mut waiter);
            waiter.set_deadline(deadline);
            if outcome.is_ok() {
                break;
            }
            waiter.check()?;
        }
        outcome.map(|stream| Socket { stream, waiter })
    }

    pub(super) fn waiter(&mut self) -> &mut Waiter {
        &mut self.waiter
    }

    /// The connection, which does not wait.
    pub(super) fn without_waiting(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Whether nothing has come and nothing has ended it since the last answer was read.
    pub(super) fn is_quiet(&self) -> bool {
        match self.stream.peek(&mut [0]) {
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
            Ok(_) => false,
        }
    }

    fn when_ready(
        &mut self,
        mut attempt: impl FnMut(&mut TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            self.waiter.check().map_err(io::Error::other)?;
            match attempt(&mut self.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.waiter.wait().map_err(io::Error::other)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.when_ready(|stream| stream.read(buffer))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.when_ready(|stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// When to go on to the next address, with so many left.
fn share(deadline: Option<Instant>, addresses: usize) -> Option<Instant> {
    let deadline = deadline?;
    let now = Instant::now();
    let left = deadline.saturating_duration_since(now);
    let share = left / u32::try_from(addresses).unwrap_or(u32::MAX);
    Some(now + share.max(LEAST_SHARE).min(left))
}

fn connect_to(address: SocketAddr, waiter: &mut Waiter) -> Result<TcpStream, Error> {
    waiter.check()?;
    let mut stream = TcpStream::connect(address).map_err(no_network)?;
    waiter.watch(&mut stream)?;
    loop {
        waiter.wait()?;
        if let Some(error) = stream.take_error().map_err(no_network)? {
            return Err(no_network(error));
        }
        // The way that mio describes: as long as there is no peer, it is still connecting.
        match stream.peer_addr() {
            Ok(_) => break,
            Err(error) if is_connecting(&error) => {}
            Err(error) => return Err(no_network(error)),
        }
    }
    // Else the last packet of a request could wait for an acknowledgement that is held back.
    stream.set_nodelay(true).map_err(no_network)?;
    Ok(stream)
}

fn is_connecting(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(nix::errno::Errno::EINPROGRESS as i32) {
        return true;
    }
    error.kind() == io::ErrorKind::NotConnected
}
