//! A sender of the host's own: it is handed each request as an exchange, which it answers now or later.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::request::HttpRequest;
use crate::runtime::{Background, Runtime};
use crate::sender::exchange::{Exchange, parcel};
use crate::sender::{Carrying, SendFailure, Sender};
use crate::stop::cancelled;
use crate::work::{Context, Turn, would_block};

/// Hands each request to a function, and waits for the exchange to end.
pub struct CustomSender<F> {
    send: Arc<F>,
    timeout: Option<Duration>,
    /// Whose pump alone may call the function.
    bound_to: Option<Arc<Background>>,
}

impl<F: Fn(Exchange) + Send + Sync + 'static> CustomSender<F> {
    /// `send` is called on the thread that sends, or for work in the background by the pump of its runtime. It may end
    /// the exchange at once, or keep it and end it later from any thread. What is unanswered `timeout` after that is
    /// [`Status::Timeout`](crate::Status); none waits for ever.
    pub fn new(send: F, timeout: Option<Duration>) -> CustomSender<F> {
        CustomSender {
            send: Arc::new(send),
            timeout,
            bound_to: None,
        }
    }

    /// The same for a function that is called by the pump of `runtime` alone, whoever sends. The time until the pump
    /// comes to it counts too.
    pub fn bound_to(self, runtime: &Runtime) -> CustomSender<F> {
        CustomSender {
            bound_to: Some(runtime.background().clone()),
            ..self
        }
    }

    fn deadline(&self, from: Instant) -> Option<Instant> {
        self.timeout.and_then(|timeout| from.checked_add(timeout))
    }
}

impl<F: Fn(Exchange) + Send + Sync + 'static> Sender for CustomSender<F> {
    fn send<'a>(&'a self, request: &'a HttpRequest, context: &'a Context) -> Carrying<'a> {
        Box::pin(async move {
            let (parcel, receipt) = parcel(request, context, self.timeout);
            let send = self.send.clone();
            let Some(background) = &self.bound_to else {
                let hand_over = move || {
                    let now = Instant::now();
                    if let Some(exchange) = parcel.open() {
                        send(exchange);
                    }
                    now
                };
                let handed_over_at = context.host(hand_over).await;
                let handed_over_at = handed_over_at.map_err(SendFailure::not_sent)?;
                return receipt.answer(self.deadline(handed_over_at)).await;
            };

            let pump = background.pump().clone();
            if background.is_closing() {
                return Err(SendFailure::not_sent(cancelled()));
            }
            if !context.is_background() && pump.is_this_threads() {
                return Err(SendFailure::not_sent(would_block(
                    "this thread pumps the runtime that the sender is bound to, so it cannot wait for it",
                )));
            }
            let deadline = self.deadline(Instant::now());
            let _turn = receipt.waits_for(pump.clone());
            let of_sender = background.clone();
            pump.push(move || match of_sender.is_closing() {
                true => parcel.return_to_sender(),
                false => {
                    if let Some(exchange) = parcel.open() {
                        send(exchange);
                    }
                }
            })
            .map_err(SendFailure::not_sent)?;
            receipt.answer(deadline).await
        })
    }
}
