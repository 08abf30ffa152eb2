//! When a request is sent again.

use std::sync::Arc;
use std::time::Duration;

use clef::sender::retrying::RetryingSender;
use clef::{Credentials, Error, Status, Token};

use super::helpers::{
    ManualClock, ScriptedSender, answer, credentials, limited, maybe_sent, not_sent, token_answer,
};

struct Scene {
    clock: Arc<ManualClock>,
    sender: Arc<ScriptedSender>,
    credentials: Credentials,
}

fn scene(
    answers: impl IntoIterator<Item = Result<clef::HttpResponse, clef::SendFailure>>,
    retries: u32,
    max_wait_ms: u64,
) -> Scene {
    let clock = ManualClock::new();
    let sender = ScriptedSender::new(answers);
    let retrying = RetryingSender::new(sender.clone(), retries, Duration::from_millis(max_wait_ms))
        .with_clock(clock.clone());
    Scene {
        credentials: credentials(&clock, &sender).with_sender(Arc::new(retrying)),
        clock,
        sender,
    }
}

impl Scene {
    fn refresh(&self) -> Result<Token, Error> {
        self.credentials.refresh_user_token("r")
    }
}

#[test]
fn it_waits_as_told() {
    for status in [429, 503] {
        let scene = scene(
            [
                limited(status, "3"),
                limited(status, "4"),
                token_answer("a"),
            ],
            2,
            10_000,
        );
        scene.refresh().unwrap();
        assert_eq!(scene.clock.elapsed_ms(), 7000);
        assert_eq!(scene.sender.count(), 3);
    }
}

#[test]
fn it_never_waits_longer_than_allowed() {
    let scene = scene([limited(429, "12471")], 5, 10_000);
    let error = scene.refresh().unwrap_err();
    assert_eq!(error.status(), Status::RateLimited);
    assert_eq!(error.retry_after(), Some(12_471));
    assert_eq!(error.http_status(), Some(429));
    assert_eq!(scene.clock.elapsed_ms(), 0);
}

#[test]
fn the_waits_of_one_request_add_up() {
    let scene = scene([limited(503, "6"), limited(503, "6")], 5, 10_000);
    let error = scene.refresh().unwrap_err();
    assert_eq!(error.status(), Status::RateLimited);
    assert_eq!(scene.clock.elapsed_ms(), 6000);
}

#[test]
fn told_not_to_wait_it_waits_as_if_untold() {
    let scene = scene([limited(429, "0"), token_answer("a")], 5, 10_000);
    scene.refresh().unwrap();
    assert_eq!(scene.clock.elapsed_ms(), 500);
}

#[test]
fn untold_it_waits_twice_as_long_each_time() {
    let scene = scene(
        [not_sent(), answer(503, ""), not_sent(), token_answer("a")],
        3,
        100_000,
    );
    scene.refresh().unwrap();
    assert_eq!(scene.clock.elapsed_ms(), 500 + 1000 + 2000);
}

#[test]
fn the_last_wait_is_what_is_left() {
    let scene = scene([not_sent(), not_sent(), not_sent()], 5, 700);
    assert_eq!(scene.refresh().unwrap_err().status(), Status::Transport);
    assert_eq!(scene.clock.elapsed_ms(), 700);
    assert_eq!(scene.sender.count(), 3);
}

#[test]
fn it_gives_up_after_its_retries() {
    let scene = scene([answer(503, ""), answer(503, "")], 1, 100_000);
    assert_eq!(scene.refresh().unwrap_err().status(), Status::Http);
    assert_eq!(scene.sender.count(), 2);
}

#[test]
fn a_refresh_that_may_have_arrived_is_not_repeated() {
    for outcome in [maybe_sent(), answer(500, ""), answer(502, "")] {
        let scene = scene([outcome], 5, 100_000);
        scene.refresh().unwrap_err();
        assert_eq!(scene.sender.count(), 1);
    }
}

#[test]
fn a_client_token_is_asked_for_again_in_any_case() {
    for outcome in [maybe_sent(), answer(500, ""), answer(502, ""), not_sent()] {
        let scene = scene([outcome, token_answer("a")], 5, 100_000);
        scene.credentials.request_client_token().unwrap();
        assert_eq!(scene.sender.count(), 2);
    }
}

#[test]
fn a_refusal_is_not_repeated() {
    let body = r#"{"error":"invalid_client"}"#;
    let scene = scene([answer(400, body)], 5, 100_000);
    scene.credentials.request_client_token().unwrap_err();
    assert_eq!(scene.sender.count(), 1);
}
