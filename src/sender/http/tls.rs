//! TLS over a connection that stands, with Mozilla's roots and the host's own certificates.

use std::sync::{Arc, OnceLock};

use rustls::crypto::{CryptoProvider, KeyProvider};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::SigningKey;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::error::{Error, Status};

use super::failure;
use super::mozilla_roots;
use super::socket::Socket;

pub(super) type TlsStream = StreamOwned<ClientConnection, Socket>;

/// Makes TLS connections.
#[derive(Default)]
pub(super) struct Tls {
    /// Made for the first connection; it remembers sessions for the next ones.
    config: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    /// The handshake is done here, so that its failures come before anything is sent.
    pub(super) fn connect(
        &self,
        host: &str,
        mut socket: Socket,
        own_certificates: &[CertificateDer<'static>],
    ) -> Result<TlsStream, Error> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::new(Status::Tls, "the host is not a name or an address"))?;
        let config = self.config.get_or_init(|| trusting(own_certificates));
        let mut connection = ClientConnection::new(config.clone(), name)
            .map_err(|error| Error::new(Status::Tls, error.to_string()))?;
        connection
            .complete_io(&mut socket)
            .map_err(failure::of_io)?;
        Ok(StreamOwned::new(connection, socket))
    }
}

fn trusting(own_certificates: &[CertificateDer<'static>]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore {
        roots: mozilla_roots::anchors().collect(),
    };
    let own_certificates = own_certificates.iter().map(|own| own.as_ref().into());
    roots.add_parsable_certificates(own_certificates);
    let provider = CryptoProvider {
        key_provider: &NoClientKeys,
        ..rustls::crypto::ring::default_provider()
    };
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("ring has the ciphers of TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// A service is never shown a certificate of ours, so the library does without what would sign for one.
#[derive(Debug)]
struct NoClientKeys;

impl KeyProvider for NoClientKeys {
    fn load_private_key(
        &self,
        _: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General("there are no client keys".into()))
    }
}

/// How often a connection is read from to see that it is quiet. Services send a ticket or two; nothing else would end it
/// where one never stops.
const MOST_READS: usize = 8;

/// Whether nothing but what keeps TLS going has come since the last answer was read.
pub(super) fn is_quiet(stream: &mut TlsStream) -> bool {
    for _ in 0..MOST_READS {
        // First of all: with the last answer more may have come than was read of it.
        match stream.conn.process_new_packets() {
            Ok(state) if state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed() => {}
            _ => return false,
        }
        match stream.conn.read_tls(stream.sock.without_waiting()) {
            Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
            Ok(0) => return false,
            Ok(_) => {}
        }
    }
    false
}
