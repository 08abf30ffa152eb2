//! Carries one request: over a connection that was kept, or over a new one.

use std::sync::Arc;
use std::time::Instant;

use crate::clock::in_time;
use crate::error::Error;
use crate::request::HttpRequest;
use crate::response::HttpResponse;
use crate::sender::SendFailure;
use crate::stop::Stop;

use super::config::HttpConfig;
use super::exchange::Outgoing;
use super::failure::{not_connected, not_found};
use super::lookup::Lookups;
use super::pool::Pool;
use super::socket::Socket;
use super::stream::Stream;
use super::target::Target;
use super::tls::Tls;
use super::tunnel;
use super::waiter::Waiter;

/// An HTTP client of which any number of threads carry requests.
#[derive(Default)]
pub(crate) struct Client {
    config: HttpConfig,
    lookups: Lookups,
    pool: Pool,
    tls: Tls,
}

impl Client {
    pub(super) fn new(config: HttpConfig) -> Client {
        Client {
            config,
            ..Client::default()
        }
    }

    #[cfg(test)]
    pub(super) fn looking_up_with(self, lookups: Lookups) -> Client {
        Client { lookups, ..self }
    }

    /// When a request that is sent now has to be answered.
    pub(super) fn deadline(&self) -> Option<Instant> {
        in_time(self.config.timeout())
    }

    /// Sends `request` and waits for its answer until the deadline, on this thread.
    ///
    /// The waiting ends as soon as `stop` says so, in each phase. `in_background`, looking up a name may start a thread;
    /// else none is started, and looking up a name takes as long as the system's resolver takes.
    pub(crate) fn carry(
        &self,
        request: &HttpRequest,
        deadline: Option<Instant>,
        stop: &Arc<Stop>,
        in_background: bool,
    ) -> Result<HttpResponse, SendFailure> {
        let target = Target::parse(request.url()).ok_or_else(|| {
            SendFailure::not_sent(Error::invalid_argument("the URL is not http or https"))
        })?;
        if let Some(mut stream) = self.pool.take(target.origin) {
            stream.waiter().set_stop(Some(stop.clone()));
            let waker = stream.waiter().waker().clone();
            let _woken = stop.wake_when_stopped(&waker);
            return self.exchange(request, &target, stop, stream, deadline);
        }
        let mut waiter = Waiter::new().map_err(|error| not_connected(&target.place, error))?;
        waiter.set_stop(Some(stop.clone()));
        let waker = waiter.waker().clone();
        let _woken = stop.wake_when_stopped(&waker);
        let stream = self.connect(&target, in_background, waiter, deadline)?;
        self.exchange(request, &target, stop, stream, deadline)
    }

    fn connect(
        &self,
        target: &Target,
        in_background: bool,
        mut waiter: Waiter,
        deadline: Option<Instant>,
    ) -> Result<Stream, SendFailure> {
        // Plain http goes to this computer alone, and a proxy is another one.
        let proxy = self
            .config
            .proxy()
            .filter(|proxy| target.is_https && proxy.is_for(target.place.host));
        let next = proxy.map_or(target.place, |proxy| proxy.place());
        let connect_deadline = || earlier(deadline, in_time(self.config.connect_timeout()));

        waiter.set_deadline(connect_deadline());
        let addresses = if in_background {
            self.lookups.in_background(&next, &mut waiter)
        } else {
            let found = self.lookups.here(&next);
            waiter.set_deadline(connect_deadline());
            found
        }
        .map_err(not_found)?;

        let mut socket =
            Socket::connect(&addresses, waiter).map_err(|error| not_connected(&next, error))?;
        if let Some(proxy) = proxy {
            tunnel::open(&mut socket, &target.place, proxy, self.config.user_agent())
                .map_err(|error| not_connected(&next, error))?;
        }
        if !target.is_https {
            return Ok(Stream::Plain(socket));
        }
        self.tls
            .connect(target.place.host, socket, self.config.ca_certificates())
            .map(|stream| Stream::Tls(Box::new(stream)))
            .map_err(|error| not_connected(&target.place, error))
    }

    fn exchange(
        &self,
        request: &HttpRequest,
        target: &Target,
        stop: &Stop,
        mut stream: Stream,
        deadline: Option<Instant>,
    ) -> Result<HttpResponse, SendFailure> {
        stream.waiter().set_deadline(deadline);
        stream.waiter().check().map_err(SendFailure::not_sent)?;
        let outgoing = Outgoing::new(request, target, self.config.user_agent())
            .map_err(SendFailure::not_sent)?;
        stop.sent(request.answer(deadline.is_some()))
            .map_err(SendFailure::not_sent)?;
        let answer = outgoing
            .exchange(&mut stream)
            .map_err(SendFailure::maybe_sent)?;
        if answer.can_be_kept {
            stream.waiter().set_stop(None);
            self.pool.put(target.origin, stream);
        }
        Ok(answer.response)
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
