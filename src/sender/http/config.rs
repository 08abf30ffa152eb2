//! Settings of the built-in sender.

use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, Remedy, Result, Status};

use super::proxy::Proxy;

const USER_AGENT: &str = concat!("clef/", env!("CARGO_PKG_VERSION"));

/// Settings of an [`HttpSender`](super::HttpSender).
#[derive(Debug, Clone)]
pub struct HttpConfig {
    connect_timeout: Option<Duration>,
    timeout: Option<Duration>,
    proxy: Option<Proxy>,
    /// Shared with the senders that are made with this.
    ca_certificates: Arc<Vec<CertificateDer<'static>>>,
    /// None for the usual one.
    user_agent: Option<String>,
}

impl Default for HttpConfig {
    fn default() -> HttpConfig {
        HttpConfig {
            connect_timeout: Some(Duration::from_secs(10)),
            timeout: Some(Duration::from_secs(30)),
            proxy: None,
            ca_certificates: Arc::default(),
            user_agent: None,
        }
    }
}

impl HttpConfig {
    /// How long connecting may take, TLS included; 10 seconds unless set, none for ever.
    pub fn set_connect_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        self.connect_timeout = not_zero(timeout)?;
        Ok(())
    }

    /// How long a request may take from its start to the last byte of its answer; 30 seconds unless set, none for ever.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        self.timeout = not_zero(timeout)?;
        Ok(())
    }

    /// The HTTP proxy to go through, `http://[user:password@]host:port`; none for no proxy.
    pub fn set_proxy(&mut self, url: Option<&str>) -> Result<()> {
        self.proxy = url.map(parse_proxy).transpose()?;
        Ok(())
    }

    /// Takes the proxy from the environment, now: `ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or
    /// lower case.
    pub fn set_proxy_from_environment(&mut self) {
        self.proxy = Proxy::from_environment();
    }

    /// Trusts the certificates in this PEM text too, beside those of Mozilla's root programme.
    pub fn add_ca_certificates(&mut self, pem: &str) -> Result<()> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|_| Error::invalid_argument("the CA certificates are not PEM"))?;
        if certificates.is_empty() {
            return Err(Error::invalid_argument("the PEM text has no certificate"));
        }
        let mut store = RootCertStore::empty();
        for certificate in &certificates {
            store
                .add(certificate.clone())
                .map_err(|_| Error::invalid_argument("a CA certificate cannot be read"))?;
        }
        Arc::make_mut(&mut self.ca_certificates).extend(certificates);
        Ok(())
    }

    /// Trusts what the system trusts too, which is read now: on Linux and the like the files that OpenSSL would read, with
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` in the environment before them; on macOS and Windows the system's store. What
    /// cannot be read or understood is left out; where nothing is left, it is [`Status::Io`].
    pub fn add_platform_certificates(&mut self) -> Result<()> {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            let why = match found.errors.first() {
                Some(error) => error.to_string(),
                None => "there are none where they are looked for".into(),
            };
            return Err(Error::new(
                Status::Io,
                format!("the system's certificates were not found: {why}"),
            )
            .with_remedy(Remedy::FixSettings));
        }
        Arc::make_mut(&mut self.ca_certificates).extend(found.certs);
        Ok(())
    }

    /// What the `User-Agent` header says; `clef/` and the version unless set.
    pub fn set_user_agent(&mut self, user_agent: &str) -> Result<()> {
        if !user_agent.bytes().all(|b| (b' '..0x7f).contains(&b)) {
            return Err(Error::invalid_argument(
                "the user agent must be printable ASCII",
            ));
        }
        self.user_agent = Some(user_agent.to_owned());
        Ok(())
    }

    pub(super) fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    pub(super) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    pub(super) fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    pub(super) fn ca_certificates(&self) -> &[CertificateDer<'static>] {
        &self.ca_certificates
    }

    pub(super) fn user_agent(&self) -> &str {
        self.user_agent.as_deref().unwrap_or(USER_AGENT)
    }
}

/// No request is done in no time.
fn not_zero(timeout: Option<Duration>) -> Result<Option<Duration>> {
    match timeout {
        Some(Duration::ZERO) => Err(Error::invalid_argument("a timeout must not be 0")),
        timeout => Ok(timeout),
    }
}

fn parse_proxy(url: &str) -> Result<Proxy> {
    // The message must not repeat the URL: it may have a password in it.
    Proxy::parse(url).ok_or_else(|| {
        Error::invalid_argument("the proxy must be http://[user:password@]host:port")
    })
}
