//! A sender for hosts that take no callbacks: its requests wait until the host asks for them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::in_time;
use crate::request::HttpRequest;
use crate::sender::exchange::{Answer, Exchange, finish};
use crate::sender::{Carrying, SendFailure, Sender};
use crate::this_thread::ThreadMark;
use crate::work::{Context, Parcel, Turn, parcel, would_block};

/// Keeps each request until [`next_exchange`](PolledSender::next_exchange) hands it over.
pub struct PolledSender {
    queue: Arc<Queue>,
    timeout: Option<Duration>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    parcels: VecDeque<Parcel<HttpRequest, Answer>>,
    polled_last: Option<ThreadMark>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request in here keeps its sender alive, and so this queue. Dropped without the lock, as always.
    fn forget_unwanted(&self) {
        let mut state = self.lock();
        let (wanted, unwanted): (VecDeque<_>, VecDeque<_>) =
            state.parcels.drain(..).partition(Parcel::is_wanted);
        state.parcels = wanted;
        drop(state);
        drop(unwanted);
    }
}

impl Turn for Queue {
    /// The thread that polled last is taken for the one that will poll next.
    fn is_this_threads(&self) -> bool {
        self.lock().polled_last == Some(ThreadMark::of_this_thread())
    }
}

impl PolledSender {
    /// What is unanswered `timeout` after it was sent, the time in the queue included, is
    /// [`Status::Timeout`](crate::Status); none waits for ever.
    pub fn new(timeout: Option<Duration>) -> PolledSender {
        PolledSender {
            queue: Arc::default(),
            timeout,
        }
    }

    /// The next request to carry; none where there is none at the moment. Never blocks.
    pub fn next_exchange(&self) -> Option<Exchange> {
        self.queue.lock().polled_last = Some(ThreadMark::of_this_thread());
        loop {
            // What nobody wants any more is dropped without the lock: it may hold the host's things.
            let parcel = self.queue.lock().parcels.pop_front()?;
            if let Some(errand) = parcel.open() {
                return Some(Exchange::new(errand));
            }
        }
    }
}

impl Sender for PolledSender {
    fn send<'a>(&'a self, request: &'a HttpRequest, context: &'a Context) -> Carrying<'a> {
        Box::pin(async move {
            if !context.is_background() && self.queue.is_this_threads() {
                return Err(SendFailure::not_sent(would_block(
                    "this thread polls the sender, so it cannot wait for it",
                )));
            }
            let loss = request.answer(self.timeout.is_some());
            let (parcel, receipt) = parcel(request.clone(), Some(loss), context);
            let deadline = in_time(self.timeout);
            let _turn = receipt.waits_for(self.queue.clone());
            self.queue.lock().parcels.push_back(parcel);
            let answer = receipt.answer(deadline).await;
            self.queue.forget_unwanted();
            finish(answer, request, context).await
        })
    }
}
