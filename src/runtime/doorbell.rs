//! A file descriptor that is readable while the pump has something to do, for event loops.

#[cfg(unix)]
pub(super) use unix::Doorbell;

#[cfg(not(unix))]
pub(super) use nowhere::Doorbell;

#[cfg(unix)]
mod unix {
    use std::io::{self, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    /// Holds one byte while it is rung. Neither end blocks, whatever the host does with the descriptor.
    pub(in crate::runtime) struct Doorbell {
        inside: UnixStream,
        outside: UnixStream,
        rung: bool,
    }

    impl Doorbell {
        pub(in crate::runtime) fn new() -> io::Result<Doorbell> {
            let (inside, outside) = UnixStream::pair()?;
            inside.set_nonblocking(true)?;
            outside.set_nonblocking(true)?;
            Ok(Doorbell {
                inside,
                outside,
                rung: false,
            })
        }

        /// What the host waits for.
        pub(in crate::runtime) fn fd(&self) -> i32 {
            self.outside.as_raw_fd()
        }

        pub(in crate::runtime) fn set(&mut self, rung: bool) {
            if rung == self.rung {
                return;
            }
            self.rung = rung;
            // One byte always fits; a host that takes it out itself is woken once less.
            let _ = match rung {
                true => self.inside.write(&[1]),
                false => self.outside.read(&mut [0]),
            };
        }
    }
}

#[cfg(not(unix))]
mod nowhere {
    use std::io;

    /// There is nothing like it that an event loop could wait for.
    pub(in crate::runtime) struct Doorbell;

    impl Doorbell {
        pub(in crate::runtime) fn new() -> io::Result<Doorbell> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in crate::runtime) fn fd(&self) -> i32 {
            -1
        }

        pub(in crate::runtime) fn set(&mut self, _rung: bool) {}
    }
}
