//! A token request as a value: what to send, and for which grant.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::clock::{Clock, Moment, TIME_UNKNOWN};
use crate::cooldown::Cooldown;
use crate::error::{Error, Result, Status};
use crate::form;
use crate::grant::Grant;
use crate::response::HttpResponse;
use crate::runtime::{Completion, Operation, Outcome, Runtime};
use crate::secret::{self, Secret};
use crate::sender::Sender;
use crate::stop::Answer;
use crate::text::Text;
use crate::token::Token;
use crate::token_endpoint;
use crate::work::{Context, here};

/// A header of a request. The value of `Authorization` is a secret, so all are kept as such.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) name: Text,
    pub(crate) value: Secret,
}

/// A token request that can be sent once. Cheap to clone; clones are the same request.
#[derive(Clone)]
pub struct HttpRequest {
    parts: Arc<Parts>,
}

pub(crate) struct Parts {
    pub(crate) url: Text,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Secret,
    pub(crate) grant: Grant,
    pub(crate) client_id: Text,
    pub(crate) sender: Arc<dyn Sender>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cooldown: Arc<Cooldown>,
    pub(crate) used: AtomicBool,
}

impl HttpRequest {
    pub(crate) fn new(parts: Parts) -> HttpRequest {
        HttpRequest {
            parts: Arc::new(parts),
        }
    }

    /// The HTTP method: always `POST`.
    pub fn method(&self) -> &'static str {
        "POST"
    }

    /// The URL: https, or http to a loopback address.
    pub fn url(&self) -> &str {
        self.parts.url.as_str()
    }

    /// The headers. The value of `Authorization` is made of the client secret.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts
            .headers
            .iter()
            .map(|header| (header.name.as_str(), header.value.expose()))
    }

    /// The form-encoded body. It has secrets in it.
    pub fn body(&self) -> &str {
        self.parts.body.expose()
    }

    /// Whether the request may be sent again after it may have reached the service. False for codes and refresh
    /// tokens, which may be spent by the first try.
    pub fn may_repeat(&self) -> bool {
        self.parts.grant.may_repeat()
    }

    /// What its answer is worth, where it comes in time or not at all: it may have the next refresh token, and this one
    /// is spent.
    pub(crate) fn answer(&self, in_time: bool) -> Answer {
        match self.parts.grant.is_refresh() {
            false => Answer::Cheap,
            true if in_time => Answer::PreciousInTime,
            true => Answer::Precious,
        }
    }

    /// Sends the request through the sender of its credentials and reads the answer. Once. Blocks.
    pub fn send(&self) -> Result<Token> {
        self.spend()?;
        // A sender of the host's may free the host's handle.
        let this = self.clone();
        here(async |context| this.carry(context).await)
    }

    /// Begins to [`send`](HttpRequest::send) the request in the background of `runtime`, whose pump runs `completion`
    /// when it is done. The operation gives an [`Outcome::Token`].
    pub fn start(&self, runtime: &Runtime, completion: Option<Completion>) -> Result<Operation> {
        self.start_for(runtime, completion, |token| Ok(Outcome::Token(token)))
    }

    /// [`start`](HttpRequest::start) for what is made of the token.
    pub(crate) fn start_for(
        &self,
        runtime: &Runtime,
        completion: Option<Completion>,
        make: impl FnOnce(Token) -> Result<Outcome> + Send + 'static,
    ) -> Result<Operation> {
        self.spend()?;
        let request = self.clone();
        let started = Operation::start(runtime.background(), completion, |context, _| async move {
            make(request.carry(&context).await?)
        });
        if started.is_err() {
            self.parts.used.store(false, Ordering::Relaxed);
        }
        started
    }

    fn spend(&self) -> Result<()> {
        if self.parts.used.swap(true, Ordering::Relaxed) {
            return Err(Error::new(
                Status::AlreadyUsed,
                "the request was sent before: prepare a new one",
            ));
        }
        Ok(())
    }

    pub(crate) async fn carry(&self, context: &Context) -> Result<Token> {
        let sent_at = self.parts.clock.now();
        match self.parts.sender.send(self, context).await {
            Ok(response) => {
                let token = self.finish_at(sent_at, &response)?;
                self.parts.cooldown.end(sent_at);
                Ok(token)
            }
            Err(failure) => {
                self.parts
                    .cooldown
                    .note(self.parts.clock.now(), &failure.error);
                Err(failure.error)
            }
        }
    }

    /// Reads the answer to a request that the program carried itself. `sent_at` is the time, in Unix seconds, just
    /// before it was sent; [`TIME_UNKNOWN`](crate::TIME_UNKNOWN) means now.
    pub fn finish(&self, sent_at: i64, response: &HttpResponse) -> Result<Token> {
        if sent_at < TIME_UNKNOWN {
            return Err(Error::invalid_argument("sent_at must not be negative"));
        }
        let now = self.parts.clock.now();
        let sent_at = match sent_at {
            TIME_UNKNOWN => now,
            seconds => now.at_unix_ms(seconds.saturating_mul(1000).min(now.unix_ms)),
        };
        self.finish_at(sent_at, response)
    }

    fn finish_at(&self, sent_at: Moment, response: &HttpResponse) -> Result<Token> {
        let outcome = token_endpoint::read(self, sent_at, response);
        if let Err(error) = &outcome {
            self.parts.cooldown.note(self.parts.clock.now(), error);
        }
        outcome
    }

    /// `text` without any secret of this request that it repeats, be it as it is or as it was sent.
    pub(crate) fn redact(&self, text: &str) -> String {
        secret::hide(text, self.secrets())
    }

    fn secrets(&self) -> Vec<Secret> {
        let in_body = form::secrets(self.body(), &["code", "code_verifier", "refresh_token"]);
        let in_headers = self
            .headers()
            .filter_map(|(_, value)| value.strip_prefix("Basic "))
            .flat_map(|basic| [Secret::new(basic).ok(), client_secret(basic)])
            .flatten();
        in_body.into_iter().chain(in_headers).collect()
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }
}

/// The second half of Basic credentials.
fn client_secret(basic: &str) -> Option<Secret> {
    let pair = Zeroizing::new(STANDARD.decode(basic).ok()?);
    let (_, secret) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    Secret::new(secret).ok()
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method())
            .field("url", &self.parts.url)
            .field("grant", &self.parts.grant)
            .finish_non_exhaustive()
    }
}
