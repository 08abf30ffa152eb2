//! The built-in sender: HTTP/1.1 and TLS, with `ureq` and `rustls`.

mod config;
mod connector;
mod one_write;
mod resolver;
mod tls;

pub use config::HttpConfig;

use std::io::Read;
use std::sync::{Arc, OnceLock};

use ureq::http::Response;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, TcpConnector};
use ureq::{Agent, Body, Timeout};

use crate::error::{Error, Status};
use crate::request::HttpRequest;
use crate::response::{HttpResponse, MAX_BODY_BYTES};
use crate::sender::{Carrying, SendFailure, Sender};
use crate::work::Context;

use self::connector::{Connecting, NotConnected};
use self::one_write::OneWrite;
use self::resolver::BlockingResolver;
use self::tls::TlsConnector;

/// Room for a token response, so that reading one never moves it.
const USUAL_BODY_BYTES: usize = 2 * 1024;

/// The buffers of a connection; requests and answers are a few hundred bytes.
const BUFFER_BYTES: usize = 16 * 1024;

/// Carries requests over the network, on the calling thread. It starts no threads, reads no file and follows no
/// redirect. Connections are kept alive and shared by all threads.
///
/// The names of hosts are looked up by the system's resolver, which no timeout of clef's can interrupt.
#[derive(Default)]
pub struct HttpSender {
    client: Arc<Client>,
}

#[derive(Default)]
struct Client {
    config: HttpConfig,
    /// Made for the first request, since most programs make many credentials and few requests.
    agent: OnceLock<Agent>,
}

impl HttpSender {
    /// A sender with these settings.
    pub fn new(config: HttpConfig) -> HttpSender {
        HttpSender {
            client: Arc::new(Client {
                config,
                agent: OnceLock::new(),
            }),
        }
    }
}

impl Client {
    fn agent(&self) -> &Agent {
        self.agent.get_or_init(|| {
            let config = Agent::config_builder()
                .proxy(self.config.proxy().cloned())
                .user_agent(self.config.user_agent())
                .timeout_connect(self.config.connect_timeout())
                .timeout_global(self.config.timeout())
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .input_buffer_size(BUFFER_BYTES)
                .output_buffer_size(BUFFER_BYTES)
                .build();
            let connector = ConnectProxyConnector::default()
                .chain(TcpConnector::default())
                .chain(TlsConnector::new(self.config.ca_certificates()));
            Agent::with_parts(config, OneWrite(Connecting(connector)), BlockingResolver)
        })
    }
}

impl Sender for HttpSender {
    fn send<'a>(&'a self, request: &'a HttpRequest, context: &'a Context) -> Carrying<'a> {
        Box::pin(async move {
            let client = self.client.clone();
            let request = request.clone();
            context
                .block(move || client.carry(&request))
                .await
                .map_err(SendFailure::not_sent)?
        })
    }
}

impl Client {
    fn carry(&self, request: &HttpRequest) -> Result<HttpResponse, SendFailure> {
        let mut post = self.agent().post(request.url());
        // Plain http goes to this computer alone, and a proxy is another one.
        if self.config.proxy().is_some() && request.url().starts_with("http://") {
            post = post.config().proxy(None).build();
        }
        let outgoing = request
            .headers()
            .fold(post, |post, (name, value)| post.header(name, value));
        outgoing
            .send(request.body())
            .and_then(|response| read(response).map_err(ureq::Error::from))
            .map_err(failure)
    }
}

fn read(mut response: Response<Body>) -> std::io::Result<HttpResponse> {
    let mut body = zeroize::Zeroizing::new(Vec::with_capacity(USUAL_BODY_BYTES));
    response
        .body_mut()
        .as_reader()
        .take(MAX_BODY_BYTES as u64 + 1)
        .read_to_end(&mut body)?;
    let mut answer = HttpResponse::new(response.status().as_u16(), &body);
    for (name, value) in response.headers() {
        if let Ok(value) = value.to_str() {
            answer.add_header(name.as_str(), value);
        }
    }
    Ok(answer)
}

fn failure(error: ureq::Error) -> SendFailure {
    let transport = |problem: &str| {
        SendFailure::maybe_sent(Error::new(
            Status::Transport,
            format!("the connection failed: {problem}"),
        ))
    };
    match error {
        ureq::Error::Other(error) => match error.downcast::<NotConnected>() {
            Ok(not_connected) => SendFailure::not_sent(not_connected.0),
            Err(error) => transport(&error.to_string()),
        },
        ureq::Error::Timeout(phase) => SendFailure {
            error: Error::new(Status::Timeout, "the service did not answer in time"),
            may_have_been_sent: !matches!(phase, Timeout::Resolve | Timeout::Connect),
        },
        ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::LargeResponseHeader(..) => {
            SendFailure::maybe_sent(Error::new(
                Status::InvalidResponse,
                "the answer of the service is not HTTP",
            ))
        }
        ureq::Error::Io(error) => transport(&error.to_string()),
        error => transport(&error.to_string()),
    }
}
