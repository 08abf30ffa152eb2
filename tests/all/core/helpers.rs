//! A clock that is set and a sender that is scripted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clef::{
    Clock, Credentials, Error, HttpRequest, HttpResponse, Moment, SendFailure, Sender, Status,
};

/// 2026-01-01T00:00:00Z
pub const START: i64 = 1_767_225_600;

/// Time passes when a test says so, or when somebody sleeps.
pub struct ManualClock {
    now: Mutex<Moment>,
}

impl ManualClock {
    pub fn new() -> Arc<ManualClock> {
        Arc::new(ManualClock {
            now: Mutex::new(Moment {
                unix_ms: START * 1000,
                monotonic_ms: 1_000_000,
            }),
        })
    }

    pub fn advance(&self, seconds: i64) {
        self.advance_ms(seconds * 1000);
    }

    pub fn advance_ms(&self, ms: i64) {
        let mut now = self.now.lock().unwrap();
        now.unix_ms += ms;
        now.monotonic_ms += ms;
    }

    /// Somebody sets the wall clock.
    pub fn set_wall(&self, seconds_later: i64) {
        self.now.lock().unwrap().unix_ms += seconds_later * 1000;
    }

    pub fn elapsed_ms(&self) -> i64 {
        self.now.lock().unwrap().monotonic_ms - 1_000_000
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        self.advance_ms(duration.as_millis().try_into().unwrap());
    }
}

/// What a sender gives.
pub type Answer = Result<HttpResponse, SendFailure>;

/// Gives its answers in order, and keeps what it was asked.
#[derive(Default)]
pub struct ScriptedSender {
    answers: Mutex<VecDeque<Answer>>,
    bodies: Mutex<Vec<String>>,
}

impl ScriptedSender {
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<ScriptedSender> {
        let sender = ScriptedSender::default();
        sender.answers.lock().unwrap().extend(answers);
        Arc::new(sender)
    }

    pub fn then(&self, answer: Answer) {
        self.answers.lock().unwrap().push_back(answer);
    }

    pub fn count(&self) -> usize {
        self.bodies.lock().unwrap().len()
    }

    pub fn last_body(&self) -> String {
        self.bodies.lock().unwrap().last().cloned().unwrap()
    }
}

impl Sender for ScriptedSender {
    fn send<'a>(&'a self, request: &'a HttpRequest, _: &'a clef::Context) -> clef::Carrying<'a> {
        Box::pin(async move {
            self.bodies.lock().unwrap().push(request.body().to_owned());
            self.answers
                .lock()
                .unwrap()
                .pop_front()
                .expect("the script has no more answers")
        })
    }
}

pub fn answer(status: u16, body: &str) -> Answer {
    Ok(HttpResponse::new(status, body.as_bytes()))
}

pub fn token_answer(access_token: &str) -> Answer {
    answer(
        200,
        &format!(
            r#"{{"access_token":"{access_token}","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-{access_token}","scope":"user-read-email"}}"#
        ),
    )
}

pub fn limited(status: u16, retry_after: &str) -> Answer {
    let mut response = HttpResponse::new(status, b"slow down");
    response.add_header("Retry-After", retry_after);
    Ok(response)
}

pub fn not_sent() -> Answer {
    Err(SendFailure::not_sent(Error::new(
        Status::Transport,
        "refused",
    )))
}

pub fn maybe_sent() -> Answer {
    Err(SendFailure::maybe_sent(Error::new(
        Status::Transport,
        "lost",
    )))
}

pub fn credentials(clock: &Arc<ManualClock>, sender: &Arc<ScriptedSender>) -> Credentials {
    Credentials::new("client", Some("secret"), Some("http://127.0.0.1/callback"))
        .unwrap()
        .with_clock(clock.clone())
        .with_sender(sender.clone())
}
