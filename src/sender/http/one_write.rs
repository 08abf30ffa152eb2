//! Sends the head and the body of a request in one write.
//!
//! `ureq` writes them one after the other, which wakes the service twice and fills two packets, or two TLS records, with
//! what fits into one.

use std::fmt;

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
use zeroize::{Zeroize, Zeroizing};

/// Room for a usual request, so that holding one back never moves it.
const USUAL_REQUEST_BYTES: usize = 2 * 1024;

/// Connects like the connector inside it.
#[derive(Debug)]
pub(super) struct OneWrite<C>(pub(super) C);

impl<In: Transport, C: Connector<In>> Connector<In> for OneWrite<C> {
    type Out = OneWriteTransport<C::Out>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let transport = self.0.connect(details, chained)?;
        Ok(transport.map(|transport| OneWriteTransport {
            transport,
            held_back: Zeroizing::new(Vec::with_capacity(USUAL_REQUEST_BYTES)),
        }))
    }
}

pub(super) struct OneWriteTransport<T> {
    transport: T,
    /// The request has secrets in it.
    held_back: Zeroizing<Vec<u8>>,
}

impl<T: Transport> OneWriteTransport<T> {
    fn write_out(&mut self, timeout: NextTimeout) -> Result<(), ureq::Error> {
        for piece in self
            .held_back
            .chunks(self.transport.buffers().output().len())
        {
            self.transport.buffers().output()[..piece.len()].copy_from_slice(piece);
            self.transport.transmit_output(piece.len(), timeout)?;
        }
        self.held_back.zeroize();
        Ok(())
    }
}

impl<T: Transport> Transport for OneWriteTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let needed = self.held_back.len() + amount;
        if needed > self.held_back.capacity() {
            // Growing in place could leave a copy of the secrets behind.
            let mut larger = Zeroizing::new(Vec::with_capacity(needed * 2));
            larger.extend_from_slice(&self.held_back);
            self.held_back = larger;
        }
        let output = &self.transport.buffers().output()[..amount];
        self.held_back.extend_from_slice(output);
        Ok(())
    }

    /// An answer is awaited when the request is whole.
    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.write_out(timeout)?;
        self.transport.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

impl<T> fmt::Debug for OneWriteTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneWriteTransport").finish_non_exhaustive()
    }
}
