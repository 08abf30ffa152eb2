//! What a token does that processes share through a store.

use std::sync::{Arc, Mutex};

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::error::{Error, Result, Status};
use crate::runtime::{Outcome, Runtime};
use crate::store::memory::Memory;
use crate::store::{StoreTaskKind, TokenStore};
use crate::test_helpers::{
    ManualClock, START, ScriptedSender, answer, credentials, not_sent, token_answer,
};
use crate::token::Token;
use crate::work::here;

use super::{Event, Listener, RefreshingToken};

const DEAD: &str = r#"{"error":"invalid_grant"}"#;

struct Scene {
    clock: Arc<ManualClock>,
    sender: Arc<ScriptedSender>,
    credentials: Credentials,
    memory: Arc<Memory>,
    store: TokenStore,
}

impl Scene {
    /// A token "old" is stored, which lives for another hour.
    fn new() -> Scene {
        let clock = ManualClock::new();
        let sender = ScriptedSender::new([]);
        let credentials = credentials(&clock, &sender);
        let (memory, store) = Memory::store();
        let scene = Scene {
            clock,
            sender,
            credentials,
            memory,
            store,
        };
        scene.log_in("old");
        scene.memory.take_calls();
        scene
    }

    /// As another process would.
    fn log_in(&self, access_token: &str) {
        let token = self.token(access_token);
        self.store.save(&self.credentials, None, &token).unwrap();
    }

    fn token(&self, access_token: &str) -> Token {
        let json = format!(
            r#"{{"access_token":"{access_token}","refresh_token":"refresh-{access_token}","authorised_at":{START}}}"#
        );
        Token::from_json_with_clock(&json, false, self.clock.clone()).unwrap()
    }

    fn open(&self) -> Result<RefreshingToken> {
        RefreshingToken::open(&self.store, &self.credentials, None)
    }

    fn stored(&self) -> String {
        let token = self.store.load(&self.credentials, None).unwrap();
        token.access_token().expose().to_owned()
    }

    /// The next refresh of this token spends this refresh token.
    fn spends(&self, token: &RefreshingToken, refresh_token: &str) {
        self.sender.then(token_answer("next"));
        token.refresh().unwrap();
        let spent = format!("refresh_token={refresh_token}&");
        assert!(self.sender.last_body().contains(&spent));
    }

    fn refreshes(&self) -> usize {
        self.sender.count()
    }
}

fn access(token: &RefreshingToken) -> Result<String> {
    token
        .access_token()
        .map(|secret| secret.expose().to_owned())
}

fn status<T>(result: Result<T>) -> Status {
    match result {
        Ok(_) => panic!("it worked"),
        Err(error) => error.status(),
    }
}

/// Hears, and notes what is stored at that time.
#[derive(Default)]
struct Heard(Mutex<Vec<(Event, String)>>);

impl Heard {
    fn take(&self) -> Vec<(Event, String)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Listener for Heard {
    fn hear(&self, event: Event, token: &Token, _: Option<&Error>) -> Result<()> {
        let access_token = token.access_token().expose().to_owned();
        self.0.lock().unwrap().push((event, access_token));
        Ok(())
    }
}

#[test]
fn a_refresh_is_stored_before_anybody_hears_of_it() {
    struct Stored(Arc<Memory>, Mutex<Vec<bool>>);
    impl Listener for Stored {
        fn hear(&self, _: Event, _: &Token, _: Option<&Error>) -> Result<()> {
            let is_stored = self.0.text().contains("\"new\"");
            self.1.lock().unwrap().push(is_stored);
            Ok(())
        }
    }
    let scene = Scene::new();
    let token = scene.open().unwrap();
    assert_eq!(scene.memory.take_calls(), ["load"]);
    let stored = Arc::new(Stored(scene.memory.clone(), Mutex::default()));
    token.set_listener(Some(stored.clone()));
    scene.clock.advance(3550);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&token).unwrap(), "new");
    assert_eq!(*stored.1.lock().unwrap(), [true]);
    assert_eq!(
        scene.memory.take_calls(),
        ["lock", "load", "save", "unlock"]
    );
}

#[test]
fn what_another_process_has_refreshed_is_not_refreshed_again() {
    let scene = Scene::new();
    let [one, two, three] = [scene.open(), scene.open(), scene.open()].map(Result::unwrap);
    scene.clock.advance(3550);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&one).unwrap(), "new");
    assert_eq!(access(&two).unwrap(), "new");
    three.refresh().unwrap();
    assert_eq!(access(&three).unwrap(), "new");
    assert_eq!(scene.refreshes(), 1);
    scene.sender.then(token_answer("newer"));
    two.invalidate("new").unwrap();
    one.invalidate("new").unwrap();
    assert_eq!(access(&one).unwrap(), "newer");
    assert_eq!(scene.refreshes(), 2);
}

#[test]
fn the_refresh_token_of_the_store_is_the_one_to_spend() {
    let scene = Scene::new();
    let [one, two] = [scene.open(), scene.open()].map(Result::unwrap);
    scene.clock.advance(3550);
    scene.sender.then(token_answer("new"));
    access(&one).unwrap();
    scene.clock.advance(3600);
    scene.sender.then(token_answer("newest"));
    assert_eq!(access(&two).unwrap(), "newest");
    assert!(
        scene
            .sender
            .last_body()
            .contains("refresh_token=refresh-new&")
    );
}

#[test]
fn nothing_stored_is_not_found() {
    let scene = Scene::new();
    let open = RefreshingToken::open(&scene.store, &scene.credentials, Some("another"));
    assert_eq!(status(open), Status::NotFound);
}

#[test]
fn opening_refreshes_what_has_expired() {
    let scene = Scene::new();
    scene.clock.advance(3600);
    scene.sender.then(token_answer("new"));
    let token = scene.open().unwrap();
    assert_eq!(token.token().access_token().expose(), "new");
    assert_eq!(scene.stored(), "new");
}

#[test]
fn opening_works_in_the_background() {
    let scene = Scene::new();
    scene.clock.advance(3600);
    scene.sender.then(token_answer("new"));
    let runtime = Runtime::new();
    let open = RefreshingToken::start_open(&scene.store, &scene.credentials, None, &runtime, None);
    let open = open.unwrap();
    open.wait(None).unwrap();
    let Outcome::RefreshingToken(token) = open.result().unwrap() else {
        panic!("it gave something else");
    };
    assert_eq!(access(&token).unwrap(), "new");
    assert_eq!(scene.stored(), "new");
}

#[test]
fn a_service_that_is_down_does_not_keep_a_token_from_being_opened() {
    let scene = Scene::new();
    scene.clock.advance(3600);
    scene.sender.then(not_sent());
    let token = scene.open().unwrap();
    assert_eq!(token.last_error().unwrap().status(), Status::Transport);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&token).unwrap(), "new");
}

#[test]
fn a_dead_grant_is_kept_aside_and_not_asked_for_again() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.sender.then(answer(400, DEAD));
    assert_eq!(status(access(&token)), Status::LoginRequired);
    assert!(scene.memory.text().contains("\"dead_since\":"));
    assert_eq!(scene.stored(), "old");

    // Another process, or the next run of this one.
    let error = scene.open().unwrap_err();
    assert_eq!(error.status(), Status::LoginRequired);
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
    assert_eq!(scene.refreshes(), 1);
}

#[test]
fn what_one_process_was_refused_another_does_not_ask_for() {
    let scene = Scene::new();
    let [one, two] = [scene.open(), scene.open()].map(Result::unwrap);
    scene.clock.advance(3600);
    scene.sender.then(answer(400, DEAD));
    assert_eq!(status(access(&one)), Status::LoginRequired);
    let error = two.access_token().unwrap_err();
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
    assert_eq!(scene.refreshes(), 1);
}

#[test]
fn a_refusal_that_could_not_be_stored_is_remembered() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.memory.fail_saves(1);
    scene.sender.then(answer(400, DEAD));
    assert_eq!(status(access(&token)), Status::LoginRequired);
    assert!(!scene.memory.text().contains("dead_since"));
    scene.clock.advance(300);
    assert_eq!(status(access(&token)), Status::LoginRequired);
    assert_eq!(scene.refreshes(), 1);
}

#[test]
fn a_dead_grant_of_another_process_is_not_taken_for_a_fresh_one() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.log_in("another");
    let dead = |text: &str| Some(text.replacen("\"token\"", "\"dead_since\":1,\"token\"", 1));
    scene.memory.change(dead);
    scene.sender.then(token_answer("new"));
    token.refresh().unwrap();
    assert_eq!(access(&token).unwrap(), "new");
    assert!(
        scene
            .sender
            .last_body()
            .contains("refresh_token=refresh-another&")
    );
}

#[test]
fn a_store_that_panics_loses_nothing() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.sender.then(token_answer("new"));
    scene.memory.before_save(|memory| {
        memory.unlock_all();
        panic!("as it was told")
    });
    let refresh = std::panic::AssertUnwindSafe(|| token.refresh());
    assert!(std::panic::catch_unwind(refresh).is_err());
    assert_eq!(token.token().access_token().expose(), "new");
    scene.spends(&token, "refresh-new");
}

#[test]
fn a_store_that_falls_back_is_brought_up_to_date() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    let before = scene.memory.text();
    scene.sender.then(token_answer("new"));
    token.refresh().unwrap();
    scene.memory.change(move |_| Some(before));
    scene.spends(&token, "refresh-new");
}

#[test]
fn a_login_that_could_not_be_stored_wins_over_the_older_one() {
    let scene = Scene::new();
    let other = scene.open().unwrap();
    scene.clock.advance(3600);
    let place = scene.store.place(&scene.credentials, None).unwrap();
    scene.memory.fail_saves(1);
    let login = scene.token("login").with_authorised_at(START + 3600);
    let token = here(async |context| {
        RefreshingToken::new_stored(login, &scene.credentials, place, context).await
    });
    let token = token.unwrap();
    assert_eq!(token.last_error().unwrap().status(), Status::Store);
    scene.sender.then(token_answer("of-the-older-login"));
    other.refresh().unwrap();
    scene.spends(&token, "refresh-login");
    assert_eq!(scene.stored(), "next");
}

#[test]
fn a_token_that_is_attached_again_does_not_replace_a_newer_one() {
    let scene = Scene::new();
    let [one, two] = [scene.open(), scene.open()].map(Result::unwrap);
    scene.sender.then(token_answer("new"));
    two.refresh().unwrap();
    one.attach(&scene.store, None).unwrap();
    assert_eq!(scene.stored(), "new");
    scene.store.remove(&scene.credentials, None).unwrap();
    one.attach(&scene.store, None).unwrap();
    assert_eq!(scene.stored(), "old", "nothing newer is there");
}

#[test]
fn another_grant_is_known_by_its_refresh_token_too() {
    let scene = Scene::new();
    let import = |refresh_token: &str| {
        let json = format!(r#"{{"refresh_token":"{refresh_token}"}}"#);
        Token::from_json_with_clock(&json, false, scene.clock.clone()).unwrap()
    };
    let save = |token| scene.store.save(&scene.credentials, None, &token).unwrap();
    save(import("first"));
    scene.sender.then(answer(400, DEAD));
    assert_eq!(status(scene.open()), Status::LoginRequired);
    save(import("second"));
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&scene.open().unwrap()).unwrap(), "new");
    assert!(scene.sender.last_body().contains("refresh_token=second&"));
}

#[test]
fn a_listener_may_use_the_store_when_a_save_has_failed() {
    struct Saves(TokenStore, Credentials);
    impl Listener for Saves {
        fn hear(&self, event: Event, token: &Token, _: Option<&Error>) -> Result<()> {
            match event {
                Event::SaveFailed => self.0.save(&self.1, None, token),
                _ => Ok(()),
            }
        }
    }
    let scene = Scene::new();
    let token = scene.open().unwrap();
    let listener = Saves(scene.store.clone(), scene.credentials.clone());
    token.set_listener(Some(Arc::new(listener)));
    scene.memory.fail_saves(1);
    scene.sender.then(token_answer("new"));
    token.refresh().unwrap();
    assert_eq!(scene.stored(), "new");
}

/// Answers when it is asked again, so that its work goes on only by the pump.
fn stored_by_the_host(scene: &Scene) -> TokenStore {
    let text = Arc::new(Mutex::new(None::<String>));
    let locked = Arc::new(Mutex::new(false));
    let store = TokenStore::custom(move |mut task| match task.kind() {
        StoreTaskKind::Lock if std::mem::replace(&mut *locked.lock().unwrap(), true) => {
            task.fail(Status::Busy, "locked");
        }
        StoreTaskKind::Unlock => {
            *locked.lock().unwrap() = false;
            task.done();
        }
        StoreTaskKind::Load => {
            let stored = text.lock().unwrap().clone();
            if let Some(stored) = stored {
                task.set_value(&stored, None).unwrap();
            }
            task.done();
        }
        StoreTaskKind::Save => {
            *text.lock().unwrap() = task.value().map(|value| value.expose().to_owned());
            task.done();
        }
        _ => task.done(),
    });
    let token = scene.token("old");
    store.save(&scene.credentials, None, &token).unwrap();
    store
}

#[test]
fn the_pumping_thread_helps_who_has_the_lock_that_it_waits_for() {
    let scene = Scene::new();
    let store = stored_by_the_host(&scene);
    let open = || RefreshingToken::open(&store, &scene.credentials, None).unwrap();
    let (one, two) = (open(), open());
    let runtime = Runtime::new();
    scene.clock.advance(3600);
    scene.sender.then(token_answer("new"));
    let operation = one.start_access_token(&runtime, None).unwrap();
    while scene.refreshes() == 0 {
        runtime.wait(None).unwrap();
        runtime.run_callbacks();
    }
    // The first waits for the pump, to store what it has got, and this thread is the pump.
    assert_eq!(access(&two).unwrap(), "new");
    assert_eq!(scene.refreshes(), 1);
    operation.wait(None).unwrap();
}

#[test]
fn who_stores_from_within_a_store_is_told_that_it_would_block() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    let (store, credentials) = (scene.store.clone(), scene.credentials.clone());
    let within = Arc::new(Mutex::new(None));
    let seen = within.clone();
    scene.memory.before_save(move |_| {
        *seen.lock().unwrap() = Some(status(store.remove(&credentials, None)));
    });
    scene.sender.then(token_answer("new"));
    token.refresh().unwrap();
    assert_eq!(within.lock().unwrap().take(), Some(Status::WouldBlock));
}

#[test]
fn a_grant_that_was_refused_by_mistake_lives_on_when_it_is_asked_for() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.sender.then(answer(400, DEAD));
    assert_eq!(status(access(&token)), Status::LoginRequired);
    scene.sender.then(token_answer("new"));
    token.refresh().unwrap();
    assert_eq!(access(&token).unwrap(), "new");
    assert!(!scene.memory.text().contains("dead_since"));
}

#[test]
fn a_login_of_another_process_replaces_a_dead_grant() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    let heard = Arc::<Heard>::default();
    token.set_listener(Some(heard.clone()));
    scene.clock.advance(3600);
    scene.sender.then(answer(400, DEAD));
    assert_eq!(status(access(&token)), Status::LoginRequired);
    scene.log_in("another");
    assert_eq!(
        status(access(&token)),
        Status::LoginRequired,
        "it backs off"
    );
    scene.clock.advance(5);
    assert_eq!(access(&token).unwrap(), "another");
    assert_eq!(scene.refreshes(), 1);
    let expected = [(Event::LoginRequired, "old"), (Event::Changed, "another")];
    assert_eq!(
        heard.take(),
        expected.map(|(event, token)| (event, token.to_owned()))
    );
}

#[test]
fn a_dead_grant_is_announced_once() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.sender.then(answer(400, DEAD));
    assert_eq!(status(access(&token)), Status::LoginRequired);
    let heard = Arc::<Heard>::default();
    token.set_listener(Some(heard.clone()));
    for _ in 0..3 {
        scene.clock.advance(300);
        assert_eq!(status(access(&token)), Status::LoginRequired);
    }
    assert_eq!(heard.take(), []);
    assert_eq!(scene.refreshes(), 1);
}

#[test]
fn a_token_that_cannot_be_stored_is_used_and_stored_later() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    let heard = Arc::<Heard>::default();
    token.set_listener(Some(heard.clone()));
    scene.clock.advance(3600);
    scene.memory.fail_saves(1);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&token).unwrap(), "new");
    assert_eq!(token.last_error().unwrap().status(), Status::Store);
    assert_eq!(scene.stored(), "old");
    let expected = [(Event::SaveFailed, "new"), (Event::Changed, "new")];
    assert_eq!(
        heard.take(),
        expected.map(|(event, token)| (event, token.to_owned()))
    );

    // The refresh fails, but what was not stored is.
    scene.clock.advance(3600);
    scene.sender.then(not_sent());
    assert_eq!(status(access(&token)), Status::Transport);
    assert!(
        scene
            .sender
            .last_body()
            .contains("refresh_token=refresh-new&")
    );
    assert_eq!(scene.stored(), "new");
}

#[test]
fn what_another_process_stored_since_wins_over_what_could_not_be_stored() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.memory.fail_saves(1);
    scene.sender.then(token_answer("new"));
    access(&token).unwrap();
    scene.log_in("another");
    token.refresh().unwrap();
    assert_eq!(access(&token).unwrap(), "another");
    assert!(token.last_error().is_none());
}

#[test]
fn who_removes_a_token_logs_the_user_out_everywhere() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.store.remove(&scene.credentials, None).unwrap();
    assert_eq!(access(&token).unwrap(), "old", "as long as it lives");
    scene.clock.advance(3600);
    let error = token.access_token().unwrap_err();
    assert_eq!(error.status(), Status::LoginRequired);
    assert!(error.message().contains("removed"));
    assert_eq!(scene.refreshes(), 0);
}

#[test]
fn removed_while_it_is_refreshed_it_does_not_come_back() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.sender.then(token_answer("new"));
    scene.memory.before_save(|memory| memory.change(|_| None));
    assert_eq!(status(access(&token)), Status::LoginRequired);
    assert_eq!(status(scene.open()), Status::NotFound);
}

#[test]
fn a_version_that_only_moved_is_no_conflict() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.sender.then(token_answer("new"));
    scene
        .memory
        .before_save(|memory| memory.change(|text| Some(text.to_owned())));
    assert_eq!(access(&token).unwrap(), "new");
    assert_eq!(scene.stored(), "new");
}

#[test]
fn a_login_that_was_quicker_than_the_refresh_wins() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.log_in("old");
    scene.sender.then(token_answer("new"));
    scene
        .memory
        .before_save(|memory| memory.change(|text| Some(text.replace("\"old\"", "\"login\""))));
    assert_eq!(access(&token).unwrap(), "login");
    assert_eq!(scene.stored(), "login");
}

#[test]
fn a_taken_lock_is_waited_for() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.memory.take_calls();
    scene.memory.be_busy(2);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&token).unwrap(), "new");
    let calls = scene.memory.take_calls();
    let waited = ["busy", "load", "busy", "load"];
    let refreshed = ["lock", "load", "save", "unlock"];
    assert_eq!(calls, [waited, refreshed].concat());
}

#[test]
fn what_who_has_the_lock_refreshes_is_used_at_once() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.log_in("by-another");
    scene.memory.take_calls();
    scene.memory.be_busy(usize::MAX);
    assert_eq!(access(&token).unwrap(), "by-another");
    assert_eq!(scene.memory.take_calls(), ["busy", "load"]);
}

#[test]
fn what_could_not_be_stored_is_newer_than_what_is_stored_instead() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.memory.fail_saves(1);
    scene.sender.then(token_answer("new"));
    token.refresh().unwrap();
    assert_eq!(scene.stored(), "old", "and it is as fresh as it could be");
    scene.memory.be_busy(1);
    scene.sender.then(token_answer("newer"));
    token.refresh().unwrap();
    assert_eq!(access(&token).unwrap(), "newer");
    assert_eq!(scene.stored(), "newer");
}

#[test]
fn nothing_is_spent_under_a_lease_that_has_ended() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.memory.take_calls();
    scene.memory.give_short_leases(1);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&token).unwrap(), "new");
    let calls = scene.memory.take_calls();
    let again = ["lock", "load", "unlock", "lock", "load", "save", "unlock"];
    assert_eq!(calls, again);
}

#[test]
fn what_was_refreshed_under_a_lost_lease_is_stored_under_another() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.clock.advance(3600);
    scene.memory.take_calls();
    scene.memory.lose_leases(1);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&token).unwrap(), "new");
    assert_eq!(scene.stored(), "new");
    assert!(token.last_error().is_none());
}

#[test]
fn a_login_is_stored_however_often_the_lease_is_lost() {
    let scene = Scene::new();
    scene.memory.lose_leases(3);
    scene.log_in("new");
    assert_eq!(scene.stored(), "new");
    scene.memory.lose_leases(4);
    let token = scene.token("newer");
    let saved = scene.store.save(&scene.credentials, None, &token);
    assert_eq!(status(saved), Status::Store);
    assert_eq!(scene.stored(), "new");
}

#[test]
fn a_record_that_cannot_be_read_is_left_as_it_is_and_nothing_is_spent() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    scene.memory.change(|_| Some("{".to_owned()));
    scene.clock.advance(3600);
    assert_eq!(status(access(&token)), Status::Store);
    assert_eq!(status(token.attach(&scene.store, None)), Status::Store);
    assert_eq!(status(scene.open()), Status::Store);
    assert_eq!(scene.memory.text(), "{");
    assert_eq!(scene.refreshes(), 0);
}

#[test]
fn an_attached_token_is_stored_at_once_and_after_each_refresh() {
    let scene = Scene::new();
    let token = RefreshingToken::new(scene.token("mine"), &scene.credentials).unwrap();
    token.attach(&scene.store, Some("me")).unwrap();
    let stored = || {
        let token = scene.store.load(&scene.credentials, Some("me")).unwrap();
        token.access_token().expose().to_owned()
    };
    assert_eq!(stored(), "mine");
    scene.clock.advance(3600);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&token).unwrap(), "new");
    assert_eq!(stored(), "new");
}

#[test]
fn a_token_that_could_not_be_attached_is_not() {
    let scene = Scene::new();
    let token = RefreshingToken::new(scene.token("mine"), &scene.credentials).unwrap();
    scene.memory.fail_saves(1);
    assert_eq!(status(token.attach(&scene.store, None)), Status::Store);
    scene.clock.advance(3600);
    scene.sender.then(token_answer("new"));
    assert_eq!(access(&token).unwrap(), "new");
    assert_eq!(scene.stored(), "old");
}

#[test]
fn a_clock_that_was_set_back_hides_no_expiry_of_what_is_stored() {
    let scene = Scene::new();
    scene.clock.set_wall(-86_400);
    let token = scene.open().unwrap();
    assert!(token.token().expires_at() <= scene.clock.now().unix_seconds() + 3600);
    assert_eq!(access(&token).unwrap(), "old");
}

#[test]
fn the_end_of_a_grant_is_announced_as_early_as_the_host_wants() {
    const DAY: i64 = 86_400;
    let scene = Scene::new();
    let token = scene.open().unwrap();
    let heard = Arc::<Heard>::default();
    token.set_listener(Some(heard.clone()));
    assert_eq!(status(token.set_grant_warning(-1)), Status::InvalidArgument);
    let refresh_after = |days: i64, warning_days: i64, expected: &[Event]| {
        token.set_grant_warning(warning_days * DAY).unwrap();
        scene.clock.advance(days * DAY);
        scene.sender.then(token_answer(&format!("after{days}")));
        access(&token).unwrap();
        let events: Vec<_> = heard.take().into_iter().map(|(event, _)| event).collect();
        assert_eq!(events, expected);
    };
    refresh_after(100, 14, &[Event::Changed]);
    refresh_after(1, 0, &[Event::Changed]);
    refresh_after(1, 90, &[Event::Changed, Event::GrantExpiring]);
    refresh_after(1, 90, &[Event::Changed]);
}

#[test]
fn the_pumping_thread_is_told_not_to_wait_for_an_attach() {
    let scene = Scene::new();
    let runtime = Runtime::new();
    let store = TokenStore::custom_bound_to(&runtime, |task| task.done());
    let token = RefreshingToken::new(scene.token("mine"), &scene.credentials).unwrap();
    runtime.run_callbacks();
    std::thread::scope(|scope| {
        let attaching = scope.spawn(|| token.attach(&store, None));
        runtime.wait(None).unwrap();
        assert_eq!(status(token.refresh()), Status::WouldBlock);
        while !attaching.is_finished() {
            runtime.run_callbacks();
            let _ = runtime.wait(Some(std::time::Duration::from_millis(1)));
        }
        attaching.join().unwrap().unwrap();
    });
}

#[test]
fn a_token_that_the_service_gives_again_is_stored_once() {
    let scene = Scene::new();
    let token = scene.open().unwrap();
    for _ in 0..2 {
        scene.sender.then(token_answer("same"));
        token.refresh().unwrap();
        scene.memory.take_calls();
    }
    scene.sender.then(token_answer("same"));
    token.refresh().unwrap();
    let calls = scene.memory.take_calls();
    assert_eq!(calls, ["lock", "load", "save", "unlock"]);
}
