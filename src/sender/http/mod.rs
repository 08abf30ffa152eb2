//! The built-in sender: HTTP/1.1 and TLS, with `httparse`, `rustls` and `mio`.

mod body;
mod client;
mod config;
mod exchange;
mod failure;
mod head;
mod lookup;
mod mozilla_roots;
mod pool;
mod proxy;
mod socket;
mod stream;
mod target;
mod tls;
mod tunnel;
mod waiter;

#[cfg(test)]
mod tests;

pub use config::HttpConfig;

use std::sync::Arc;

use crate::error::{Result, Status};
use crate::request::HttpRequest;
use crate::sender::{Carrying, SendFailure, Sender};
use crate::work::Context;

use self::client::Client;

/// The most that is read of the head of an answer.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Says whether the built-in sender is there: always in this build.
pub(crate) fn available() -> Result<()> {
    Ok(())
}

/// Carries requests over the network: on the calling thread, or for work in the background on a thread of its runtime.
/// It reads no file and follows no redirect. Connections are kept alive and shared by all threads.
///
/// The names of hosts are looked up by the system's resolver, which nothing can interrupt. A blocking call waits for it
/// and starts no thread; work in the background leaves it to a thread of its own.
#[derive(Default)]
pub struct HttpSender {
    client: Arc<Client>,
}

impl HttpSender {
    /// A sender with these settings.
    pub fn new(config: HttpConfig) -> HttpSender {
        HttpSender {
            client: Arc::new(Client::new(config)),
        }
    }
}

impl Sender for HttpSender {
    fn send<'a>(&'a self, request: &'a HttpRequest, context: &'a Context) -> Carrying<'a> {
        Box::pin(async move {
            if !context.is_background() {
                let deadline = self.client.deadline();
                return self.client.carry(request, deadline, context.stop(), false);
            }
            let client = self.client.clone();
            let request = request.clone();
            let stop = context.stop().clone();
            // The time until a thread is free counts too.
            let deadline = client.deadline();
            let carried = context.block(move || client.carry(&request, deadline, &stop, true));
            carried.await.unwrap_or_else(|error| match error.status() {
                // There was no thread for it.
                Status::Io => Err(SendFailure::not_sent(error)),
                _ => Err(SendFailure::maybe_sent(error)),
            })
        })
    }
}
