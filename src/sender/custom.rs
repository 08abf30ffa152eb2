//! A sender of the host's own: it is handed each request as an exchange, which it answers now or later.

use std::time::Duration;

use crate::request::HttpRequest;
use crate::runtime::Runtime;
use crate::sender::exchange::{Answer, Exchange, finish};
use crate::sender::{Carrying, Sender};
use crate::work::{Context, Handler};

/// Hands each request to a function, and waits for the exchange to end.
pub struct CustomSender {
    handler: Handler<HttpRequest, Answer>,
}

impl CustomSender {
    /// `send` is called on the thread that sends, or for work in the background by the pump of its runtime. It may end
    /// the exchange at once, or keep it and end it later from any thread. What is unanswered `timeout` after that is
    /// [`Status::Timeout`](crate::Status); none waits for ever.
    pub fn new(
        send: impl Fn(Exchange) + Send + Sync + 'static,
        timeout: Option<Duration>,
    ) -> CustomSender {
        CustomSender {
            handler: Handler::new(move |errand| send(Exchange::new(errand)), timeout),
        }
    }

    /// The same for a function that is called by the pump of `runtime` alone, whoever sends. The time until the pump
    /// comes to it counts too.
    pub fn bound_to(self, runtime: &Runtime) -> CustomSender {
        CustomSender {
            handler: self.handler.bound_to(runtime),
        }
    }
}

impl Sender for CustomSender {
    fn send<'a>(&'a self, request: &'a HttpRequest, context: &'a Context) -> Carrying<'a> {
        Box::pin(async move {
            let loss = request.answer(self.handler.timeout().is_some());
            let answer = self.handler.ask(request.clone(), Some(loss), context).await;
            finish(answer, request, context).await
        })
    }
}
