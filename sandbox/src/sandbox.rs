//! A running sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::service::Service;
use crate::tls::Authority;
use crate::{Certificate, Fault, LogEntry, Options, Settings, connection, endpoints};

/// A running sandbox, on threads of its own. Dropping it closes every connection and waits for the threads.
///
/// All methods take effect before they return, and may be called from any thread.
#[derive(Debug)]
pub struct Sandbox {
    service: Arc<Service>,
    address: SocketAddr,
    https: Vec<(Certificate, SocketAddr)>,
    ca_pem: String,
    server: Option<Server>,
}

#[derive(Debug)]
struct Server {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Sandbox {
    /// Starts a sandbox that listens on 127.0.0.1.
    ///
    /// # Errors
    /// A port is taken, or a redirect URI could not be sent in a header.
    pub fn start(options: Options) -> io::Result<Self> {
        options.check()?;
        let authority = Authority::new()?;
        let (http, address) = listen(options.port, None)?;
        let mut listeners = vec![http];
        let mut https = Vec::new();
        let mut port = options.https_port;
        for certificate in options.https {
            let (listener, address) = listen(port, Some(authority.acceptor(certificate)?))?;
            listeners.push(listener);
            https.push((certificate, address));
            port = 0;
        }

        let service = Arc::new(Service::new(options.clients, options.settings));
        Ok(Self {
            server: Some(Server::start(listeners, Arc::clone(&service))?),
            service,
            address,
            https,
            ca_pem: authority.pem().to_owned(),
        })
    }

    /// Where plain http is served: `http://127.0.0.1:43123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where https is served with this certificate: `https://127.0.0.1:43124`.
    pub fn https_url(&self, certificate: Certificate) -> Option<String> {
        let (_, address) = self.https.iter().find(|(shown, _)| *shown == certificate)?;
        Some(format!("https://{address}"))
    }

    /// The certificate of the authority that signed the https certificates, for a client to trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Reads or changes the settings, and hands on what the closure returns. The closure must not call the sandbox.
    pub fn settings<T>(&self, change: impl FnOnce(&mut Settings) -> T) -> T {
        change(&mut self.service.state().settings)
    }

    /// Moves the sandbox clock by this many seconds, back if negative.
    pub fn advance_clock(&self, seconds: i64) {
        self.service.state().clock.advance(seconds);
    }

    /// Adds a fault to those that are still to happen.
    ///
    /// # Panics
    /// If it answers with a status or a header that HTTP does not have.
    pub fn add_fault(&self, fault: Fault) {
        if let Err(message) = fault.check() {
            panic!("{message}");
        }
        self.service.state().faults.add(fault);
    }

    /// The faults that are still to happen.
    pub fn faults(&self) -> Vec<Fault> {
        self.service.state().faults.pending().to_vec()
    }

    /// Forgets the faults that are still to happen.
    pub fn clear_faults(&self) {
        self.service.state().faults.clear();
    }

    /// Ends the grant of this refresh token, and with it its access tokens. Says whether there is such a grant.
    pub fn revoke(&self, refresh_token: &str) -> bool {
        self.service.state().grants.revoke(refresh_token)
    }

    /// Ends the grants of all users.
    pub fn revoke_all(&self) {
        self.service.state().grants.revoke_all();
    }

    /// How many requests were received on a path, of one grant type or of any, including those that met a fault.
    pub fn count(&self, path: &str, grant_type: Option<&str>) -> u64 {
        self.service.state().log.count(path, grant_type)
    }

    /// The latest requests, oldest first, with every secret masked.
    pub fn log(&self) -> Vec<LogEntry> {
        self.service.state().log.entries()
    }

    /// Back to how it was started: log, faults, grants, settings and clock.
    pub fn reset(&self) {
        self.service.reset();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(Server { stop, thread }) = self.server.take() {
            // Both fail only if the thread is gone already.
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl Server {
    /// The runtime lives and ends on a thread of its own: one may not be dropped inside another, and the embedding
    /// program may well have one.
    fn start(listeners: Vec<Listener>, service: Arc<Service>) -> io::Result<Self> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("clef-sandbox")
            .enable_all()
            .build()?;
        let router = endpoints::router(Arc::clone(&service));
        {
            let _entered = runtime.enter();
            for Listener { socket, tls } in listeners {
                let listener = tokio::net::TcpListener::from_std(socket)?;
                runtime.spawn(connection::serve(
                    listener,
                    tls,
                    Arc::clone(&service),
                    router.clone(),
                ));
            }
        }
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("clef-sandbox".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self { stop, thread })
    }
}

fn listen(port: u16, tls: Option<TlsAcceptor>) -> io::Result<(Listener, SocketAddr)> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    socket.set_nonblocking(true)?;
    let address = socket.local_addr()?;
    Ok((Listener { socket, tls }, address))
}
