//! When a self-refreshing token refreshes, and what it does when that fails.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use clef::{
    Credentials, Error, Event, HttpRequest, Listener, RefreshingToken, Result, Sender, Status,
    Token,
};

use super::helpers::{
    Answer, ManualClock, START, ScriptedSender, answer, credentials, limited, not_sent,
    token_answer,
};

const DEAD: &str = r#"{"error":"invalid_grant"}"#;

struct Scene {
    clock: Arc<ManualClock>,
    sender: Arc<ScriptedSender>,
    credentials: Credentials,
    token: RefreshingToken,
}

/// A user's token that was got just now, for an hour.
fn scene() -> Scene {
    let clock = ManualClock::new();
    let sender = ScriptedSender::new([]);
    let credentials = credentials(&clock, &sender);
    let token = RefreshingToken::new(old_token(&clock), &credentials).unwrap();
    Scene {
        clock,
        sender,
        credentials,
        token,
    }
}

fn old_token(clock: &Arc<ManualClock>) -> Token {
    let json = format!(
        r#"{{"access_token":"old","refresh_token":"old-refresh","scope":"a","authorised_at":{START}}}"#
    );
    Token::from_json_with_clock(&json, false, clock.clone()).unwrap()
}

impl Scene {
    fn access_token(&self) -> Result<String> {
        self.token
            .access_token()
            .map(|secret| secret.expose().to_owned())
    }

    fn fails_with(&self, status: Status) {
        assert_eq!(self.access_token().unwrap_err().status(), status);
    }
}

#[test]
fn it_refreshes_when_about_to_expire() {
    let scene = scene();
    assert_eq!(scene.access_token().unwrap(), "old");
    scene.clock.advance(3541);
    scene.sender.then(token_answer("new"));
    assert_eq!(scene.access_token().unwrap(), "new");
    assert_eq!(scene.access_token().unwrap(), "new");
    assert_eq!(scene.sender.count(), 1);
    let refresh_token = scene.token.refresh_token().unwrap();
    assert_eq!(refresh_token.expose(), "refresh-new");
}

#[test]
fn a_failed_early_refresh_serves_the_old_token_and_backs_off() {
    let scene = scene();
    scene.clock.advance(3545);
    scene.sender.then(not_sent());
    assert_eq!(scene.access_token().unwrap(), "old");
    assert_eq!(
        scene.token.last_error().unwrap().status(),
        Status::Transport
    );
    scene.clock.advance_ms(4_999);
    assert_eq!(scene.access_token().unwrap(), "old");
    assert_eq!(scene.sender.count(), 1, "it waits 5 seconds");
    scene.clock.advance_ms(1);
    scene.sender.then(answer(500, "down"));
    assert_eq!(scene.access_token().unwrap(), "old");
    scene.clock.advance_ms(9_999);
    assert_eq!(scene.access_token().unwrap(), "old");
    assert_eq!(scene.sender.count(), 2, "then 10 seconds");
    scene.clock.advance_ms(1);
    scene.sender.then(token_answer("new"));
    assert_eq!(scene.access_token().unwrap(), "new");
    assert!(scene.token.last_error().is_none());
}

#[test]
fn an_expired_token_does_not_wait_for_the_next_try() {
    let scene = scene();
    scene.clock.advance(3600);
    scene.sender.then(not_sent());
    scene.fails_with(Status::Transport);
    assert_eq!(scene.token.token().access_token().expose(), "old");
    scene.sender.then(token_answer("new"));
    assert_eq!(scene.access_token().unwrap(), "new");
}

#[test]
fn the_service_is_left_alone_by_all_tokens_of_the_credentials() {
    let scene = scene();
    let other = RefreshingToken::new(old_token(&scene.clock), &scene.credentials).unwrap();
    scene.clock.advance(3600);
    scene.sender.then(limited(429, "100"));
    scene.fails_with(Status::RateLimited);
    scene.clock.advance(40);
    let error = other.access_token().unwrap_err();
    assert_eq!(error.status(), Status::RateLimited);
    assert_eq!(error.retry_after(), Some(60));
    assert_eq!(scene.sender.count(), 1);
    scene.clock.advance(60);
    scene.sender.then(token_answer("new"));
    assert_eq!(scene.access_token().unwrap(), "new");
}

#[test]
fn an_explicit_refresh_asks_the_service_all_the_same() {
    let scene = scene();
    scene.clock.advance(3600);
    scene.sender.then(limited(429, "100"));
    scene.fails_with(Status::RateLimited);
    scene.sender.then(token_answer("new"));
    scene.token.refresh().unwrap();
    assert_eq!(scene.access_token().unwrap(), "new");
}

#[test]
fn a_dead_grant_is_remembered() {
    let scene = scene();
    scene.clock.advance(3600);
    scene.sender.then(answer(400, DEAD));
    scene.fails_with(Status::LoginRequired);
    scene.fails_with(Status::LoginRequired);
    let stale = scene.token.invalidate("old").unwrap_err();
    assert_eq!(stale.status(), Status::LoginRequired);
    assert_eq!(scene.sender.count(), 1);
    scene.sender.then(token_answer("new"));
    scene.token.refresh().unwrap();
    assert_eq!(scene.access_token().unwrap(), "new");
    scene.clock.advance(3600);
    scene.sender.then(token_answer("newer"));
    assert_eq!(scene.access_token().unwrap(), "newer", "it lives again");
}

#[test]
fn a_dead_grant_serves_its_last_token_to_the_end() {
    let scene = scene();
    scene.clock.advance(3550);
    scene.sender.then(answer(400, DEAD));
    assert_eq!(scene.access_token().unwrap(), "old");
    scene.clock.advance(49);
    assert_eq!(scene.access_token().unwrap(), "old");
    scene.clock.advance(1);
    scene.fails_with(Status::LoginRequired);
    assert_eq!(scene.sender.count(), 1);
}

#[test]
fn a_rejected_token_is_refreshed_once() {
    let scene = scene();
    scene.token.invalidate("another").unwrap();
    assert_eq!(scene.sender.count(), 0);
    scene.sender.then(not_sent());
    assert_eq!(
        scene.token.invalidate("old").unwrap_err().status(),
        Status::Transport
    );
    scene.sender.then(not_sent());
    scene.fails_with(Status::Transport);
    scene.sender.then(token_answer("new"));
    assert_eq!(scene.access_token().unwrap(), "new");
    scene.token.invalidate("old").unwrap();
    assert_eq!(scene.sender.count(), 3);
}

#[test]
fn a_rejected_token_of_a_dead_grant_is_not_served() {
    let scene = scene();
    scene.sender.then(answer(400, DEAD));
    scene.token.refresh().unwrap_err();
    assert_eq!(scene.access_token().unwrap(), "old");
    let error = scene.token.invalidate("old").unwrap_err();
    assert_eq!(error.status(), Status::LoginRequired);
    scene.fails_with(Status::LoginRequired);
    assert_eq!(scene.sender.count(), 1);
}

#[test]
fn an_answer_that_was_carried_does_not_end_the_pause_of_the_service() {
    let scene = scene();
    let request = scene.credentials.prepare_client_token().unwrap();
    scene.clock.advance(3600);
    scene.sender.then(limited(429, "100"));
    scene.fails_with(Status::RateLimited);
    request.finish(0, &token_answer("other").unwrap()).unwrap();
    scene.fails_with(Status::RateLimited);
    assert_eq!(scene.sender.count(), 1);
}

/// Answers when somebody says so, and says when it was asked.
struct Gate {
    asked: mpsc::Sender<()>,
    answers: Mutex<mpsc::Receiver<Answer>>,
}

impl Sender for Gate {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: &'a clef::Context) -> clef::Carrying<'a> {
        Box::pin(async move {
            self.asked.send(()).unwrap();
            self.answers.lock().unwrap().recv().unwrap()
        })
    }
}

struct Gated {
    token: RefreshingToken,
    asked: mpsc::Receiver<()>,
    answers: mpsc::Sender<Answer>,
}

fn gated(clock: &Arc<ManualClock>) -> Gated {
    let (asked_in, asked) = mpsc::channel();
    let (answers, answers_out) = mpsc::channel();
    let credentials = credentials(clock, &ScriptedSender::new([])).with_sender(Arc::new(Gate {
        asked: asked_in,
        answers: Mutex::new(answers_out),
    }));
    Gated {
        token: RefreshingToken::new(old_token(clock), &credentials).unwrap(),
        asked,
        answers,
    }
}

#[test]
fn a_token_that_is_still_valid_is_served_while_it_is_refreshed() {
    let clock = ManualClock::new();
    let gated = gated(&clock);
    clock.advance(3550);
    thread::scope(|scope| {
        let first = scope.spawn(|| gated.token.access_token());
        gated.asked.recv().unwrap();
        let meanwhile = gated.token.access_token().unwrap();
        assert_eq!(meanwhile.expose(), "old");
        gated.answers.send(token_answer("new")).unwrap();
        assert_eq!(first.join().unwrap().unwrap().expose(), "new");
    });
}

/// While it carries a refresh, the Web API rejects the token; then the service is down.
struct RejectedMeanwhile(Mutex<Option<RefreshingToken>>);

impl Sender for RejectedMeanwhile {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: &'a clef::Context) -> clef::Carrying<'a> {
        Box::pin(async move {
            let token = self.0.lock().unwrap().take().expect("one refresh");
            let error = token.invalidate("old").unwrap_err();
            assert_eq!(error.status(), Status::WouldBlock);
            answer(503, "down")
        })
    }
}

#[test]
fn a_token_that_is_rejected_while_it_is_refreshed_is_not_served() {
    let clock = ManualClock::new();
    let sender = Arc::new(RejectedMeanwhile(Mutex::default()));
    let credentials = credentials(&clock, &ScriptedSender::new([])).with_sender(sender.clone());
    let token = RefreshingToken::new(old_token(&clock), &credentials).unwrap();
    *sender.0.lock().unwrap() = Some(token.clone());
    clock.advance(3550);
    assert_eq!(token.access_token().unwrap_err().status(), Status::Http);
}

/// A service that takes its time, and whose tokens have expired when they come.
struct SlowAndShort(AtomicUsize);

impl Sender for SlowAndShort {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: &'a clef::Context) -> clef::Carrying<'a> {
        Box::pin(async move {
            self.0.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(300));
            answer(200, r#"{"access_token":"short","expires_in":0}"#)
        })
    }
}

#[test]
fn all_who_waited_get_the_answer_however_short_lived_the_token_is() {
    const THREADS: usize = 16;
    let clock = ManualClock::new();
    let sender = Arc::new(SlowAndShort(AtomicUsize::new(0)));
    let credentials = credentials(&clock, &ScriptedSender::new([])).with_sender(sender.clone());
    let token = RefreshingToken::new(old_token(&clock), &credentials).unwrap();
    clock.advance(3600);
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                assert_eq!(token.access_token().unwrap().expose(), "short");
            });
        }
    });
    // Who comes after the answer asks anew, and hardly anybody is that late.
    assert!(sender.0.load(Ordering::Relaxed) < THREADS / 4);
}

#[test]
fn another_clients_token_is_refused() {
    let json = r#"{"access_token":"a","client_id":"other"}"#;
    let token = Token::from_json(json, false).unwrap();
    let error = RefreshingToken::new(token, &scene().credentials).unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
}

/// Keeps what it heard, with the token that others saw meanwhile.
struct Ear {
    token: RefreshingToken,
    heard: Mutex<Vec<String>>,
    answers: Mutex<Vec<Result<()>>>,
}

impl Listener for Ear {
    fn hear(&self, event: Event, token: &Token, error: Option<&Error>) -> Result<()> {
        let seen = self.token.token();
        self.heard.lock().unwrap().push(format!(
            "{event:?} {} while {} is seen{}",
            token.access_token().expose(),
            seen.access_token().expose(),
            error.map_or(String::new(), |error| format!(
                ", {}",
                error.status().name()
            ))
        ));
        assert_eq!(
            self.token.access_token().unwrap_err().status(),
            Status::WouldBlock
        );
        assert_eq!(
            self.token.refresh().unwrap_err().status(),
            Status::WouldBlock
        );
        self.answers.lock().unwrap().pop().unwrap_or(Ok(()))
    }
}

fn listen(scene: &Scene) -> Arc<Ear> {
    let ear = Arc::new(Ear {
        token: scene.token.clone(),
        heard: Mutex::default(),
        answers: Mutex::default(),
    });
    scene.token.set_listener(Some(ear.clone()));
    ear
}

impl Ear {
    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

#[test]
fn the_listener_hears_of_a_change_before_anybody_sees_it() {
    let scene = scene();
    let ear = listen(&scene);
    scene.sender.then(token_answer("new"));
    scene.token.refresh().unwrap();
    assert_eq!(ear.heard(), ["Changed new while old is seen"]);
    scene.sender.then(not_sent());
    scene.token.refresh().unwrap_err();
    scene.sender.then(answer(400, DEAD));
    scene.token.refresh().unwrap_err();
    assert_eq!(
        ear.heard(),
        [
            "RefreshFailed new while new is seen, CLEF_STATUS_TRANSPORT",
            "LoginRequired new while new is seen, CLEF_STATUS_LOGIN_REQUIRED",
        ]
    );
    scene.token.set_listener(None);
    scene.sender.then(token_answer("newer"));
    scene.token.refresh().unwrap();
    assert!(ear.heard().is_empty());
}

#[test]
fn a_token_that_was_not_taken_is_published_and_offered_again() {
    let scene = scene();
    let ear = listen(&scene);
    let refused = || Err(Error::new(Status::Store, "disk full"));
    ear.answers.lock().unwrap().extend([refused(), refused()]);
    scene.sender.then(token_answer("b"));
    scene.token.refresh().unwrap();
    assert_eq!(scene.access_token().unwrap(), "b");
    // The offer is refused again and the refresh fails, so it is offered a third time.
    scene.sender.then(not_sent());
    scene.token.refresh().unwrap_err();
    scene.sender.then(token_answer("c"));
    scene.token.refresh().unwrap();
    scene.sender.then(token_answer("d"));
    scene.token.refresh().unwrap();
    assert_eq!(
        ear.heard(),
        [
            "Changed b while old is seen",
            "Changed b while b is seen",
            "RefreshFailed b while b is seen, CLEF_STATUS_TRANSPORT",
            "Changed b while b is seen",
            "Changed c while b is seen",
            "Changed d while c is seen",
        ]
    );
}

#[test]
fn the_end_of_a_grant_is_announced_once() {
    let scene = scene();
    let ear = listen(&scene);
    scene.clock.advance(166 * 86_400);
    scene.sender.then(token_answer("a"));
    scene.token.refresh().unwrap();
    assert_eq!(ear.heard().len(), 1);
    scene.clock.advance(2 * 86_400);
    for name in ["b", "c"] {
        scene.sender.then(token_answer(name));
        scene.token.refresh().unwrap();
    }
    let heard = ear.heard();
    assert_eq!(heard.len(), 3);
    assert_eq!(heard[1], "GrantExpiring b while a is seen");
}

#[test]
fn a_listener_may_replace_itself() {
    struct Once(RefreshingToken, Mutex<u32>);
    impl Listener for Once {
        fn hear(&self, _: Event, _: &Token, _: Option<&Error>) -> Result<()> {
            *self.1.lock().unwrap() += 1;
            self.0.set_listener(None);
            Ok(())
        }
    }
    let scene = scene();
    let once = Arc::new(Once(scene.token.clone(), Mutex::new(0)));
    scene.token.set_listener(Some(once.clone()));
    for name in ["a", "b"] {
        scene.sender.then(token_answer(name));
        scene.token.refresh().unwrap();
    }
    assert_eq!(*once.1.lock().unwrap(), 1);
}

#[test]
fn a_panic_in_a_listener_loses_nothing() {
    struct Panics;
    impl Listener for Panics {
        fn hear(&self, _: Event, _: &Token, _: Option<&Error>) -> Result<()> {
            panic!("a listener that panics")
        }
    }
    let scene = scene();
    scene.token.set_listener(Some(Arc::new(Panics)));
    scene.sender.then(token_answer("new"));
    let refresh = std::panic::AssertUnwindSafe(|| scene.token.refresh());
    assert!(std::panic::catch_unwind(refresh).is_err());
    assert_eq!(scene.access_token().unwrap(), "new");
    scene.token.set_listener(None);
    scene.sender.then(token_answer("newer"));
    scene.token.refresh().unwrap();
}
