//! Connections. Served with hyper directly, because a fault must be able to close one without an answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::interception::answer;
use crate::service::Service;

/// Serves every connection, with TLS if there is an acceptor, until it is dropped.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: Arc<Service>,
    router: Router,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Usually too many open files: closing ones will make room.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let (tls, service, router) = (tls.clone(), Arc::clone(&service), router.clone());
        // A connection that breaks is the client's affair: nobody is there to be told.
        tokio::spawn(async move {
            stream.set_nodelay(true)?;
            match tls {
                None => serve_connection(stream, service, router).await,
                Some(tls) => serve_connection(tls.accept(stream).await?, service, router).await,
            }
        });
    }
}

async fn serve_connection<S>(stream: S, service: Arc<Service>, router: Router) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let handler = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        answer(Arc::clone(&service), router.clone(), request.map(Body::new))
    });
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), handler)
        .await
        .map_err(io::Error::other)
}
