//! Certificates for https, from a certification authority that is made anew for each sandbox.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The certificate an https listener shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Valid for `localhost`, `127.0.0.1` and `::1`, for who trusts the sandbox's authority.
    Good,
    /// Valid, but for `other.example`.
    WrongName,
    /// As [`Certificate::Good`], but it expired yesterday.
    Expired,
}

/// A certification authority, as each sandbox has one.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, for another server than the sandbox to be trusted.
pub struct Identity {
    /// The certificate.
    pub certificate_pem: String,
    /// Its private key.
    pub key_pem: String,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Authority {
    /// A new authority with a new key.
    ///
    /// # Errors
    /// The system has no randomness for a key.
    pub fn new() -> io::Result<Self> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "clef sandbox authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let now = SystemTime::now();
        params.not_before = (now - 30 * DAY).into();
        params.not_after = (now + 365 * DAY).into();

        let key = KeyPair::generate().map_err(io::Error::other)?;
        let pem = params.self_signed(&key).map_err(io::Error::other)?.pem();
        let issuer = Issuer::new(params, key);
        Ok(Self { issuer, pem })
    }

    /// The certificate of the authority itself.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate of this kind with a new key.
    ///
    /// # Errors
    /// As [`Authority::new`].
    pub fn identity(&self, certificate: Certificate) -> io::Result<Identity> {
        let (signed, key) = self.sign(certificate)?;
        Ok(Identity {
            certificate_pem: signed.pem(),
            key_pem: key.serialize_pem(),
        })
    }

    /// Takes TLS connections with a certificate of this kind.
    pub(crate) fn acceptor(&self, certificate: Certificate) -> io::Result<TlsAcceptor> {
        let (signed, key) = self.sign(certificate)?;
        let private_key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        // The provider is named, so that a process with several of them cannot make this panic.
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![signed.der().clone()], private_key)
            })
            .map_err(io::Error::other)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn sign(&self, certificate: Certificate) -> io::Result<(rcgen::Certificate, KeyPair)> {
        let names: &[&str] = match certificate {
            Certificate::Good | Certificate::Expired => &["localhost", "127.0.0.1", "::1"],
            Certificate::WrongName => &["other.example"],
        };
        let names: Vec<_> = names.iter().map(|name| String::from(*name)).collect();
        let now = SystemTime::now();
        let expiry = match certificate {
            Certificate::Good | Certificate::WrongName => now + 365 * DAY,
            Certificate::Expired => now - DAY,
        };
        let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "clef sandbox");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = (now - 30 * DAY).into();
        params.not_after = expiry.into();

        let key = KeyPair::generate().map_err(io::Error::other)?;
        let signed = params
            .signed_by(&key, &self.issuer)
            .map_err(io::Error::other)?;
        Ok((signed, key))
    }
}
