//! Refreshes a token ahead of time, so that nobody who reads it waits.

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::clock::SystemClock;
use crate::error::{Result, Status};
use crate::random;
use crate::runtime::{Background, Runtime};
use crate::stop::Stop;
use crate::work::{Context, Desk};

use super::{RefreshingToken, Shared, Wish};

/// How long before its end a token is refreshed: readers refresh in its last minute, this comes before them. A token
/// that does not live twice as long is refreshed at half its life.
const AHEAD_MS: i64 = 120_000;

/// How much later than that at most, as a part of it: tokens that were got together are not refreshed together.
const JITTER: i64 = 4;

/// How often the clock is looked at. Timers stand still while a laptop sleeps, the wall clock does not.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// The least time between two refreshes, in milliseconds, whatever the service says of the token's life.
const LEAST_PAUSE_MS: i64 = 1_000;

/// Keeps a token fresh until it is dropped.
pub(super) struct Keeper {
    stop: Arc<Stop>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

impl RefreshingToken {
    /// Has `runtime` refresh the token ahead of time, none to end that. Then readers are served what is valid, however
    /// short, and refresh themselves only what has expired.
    ///
    /// It ends by itself with the last handle of the token, with the runtime, and when the user has to log in again.
    pub fn keep_fresh(&self, runtime: Option<&Runtime>) -> Result<()> {
        self.keep_fresh_looking_every(runtime, LOOK_EVERY)
    }

    fn keep_fresh_looking_every(&self, runtime: Option<&Runtime>, look: Duration) -> Result<()> {
        // Held until the keeper is known, since it may find at once that there is nothing to keep.
        let mut progress = self.progress();
        let keeper = match runtime {
            None => None,
            Some(runtime) => {
                let stop = Arc::<Stop>::default();
                let background = runtime.background();
                let shared = Arc::downgrade(&self.shared);
                let work = keep(shared, background.clone(), stop.clone(), look);
                background.spawn(&stop, work)?;
                Some(Keeper { stop })
            }
        };
        let before = std::mem::replace(&mut progress.keeper, keeper);
        drop(progress);
        drop(before);
        Ok(())
    }

    /// In how many milliseconds the next refresh is due, `jitter` being from 0 to 255; none where the grant is dead.
    fn due_in_ms(&self, jitter: u8) -> Option<i64> {
        let progress = self.progress();
        if progress.dead.is_some() {
            return None;
        }
        let now = self.now();
        let current = self.current();
        let ahead = AHEAD_MS.min(current.token.lifetime_ms() / 2);
        let later = ahead / JITTER * i64::from(jitter) / 255;
        let due = match current.rejected {
            true => 0,
            false => current.token.milliseconds_left(now) - ahead + later,
        };
        let cooldown = self.shared.credentials.cooldown().left_ms(now);
        Some(due.max(progress.backoff.left_ms(now)).max(cooldown).max(0))
    }

    /// The keeper has ended.
    fn forget_keeper(&self, stop: &Arc<Stop>) {
        let mut progress = self.progress();
        let it_is_this = |keeper: &mut Keeper| Arc::ptr_eq(&keeper.stop, stop);
        let ended = progress.keeper.take_if(it_is_this);
        drop(progress);
        drop(ended);
    }
}

/// Holds the token only while it looks at it or refreshes it.
async fn keep(
    shared: Weak<Shared>,
    background: Arc<Background>,
    stop: Arc<Stop>,
    look_every: Duration,
) {
    let context = Context::background(&background, stop.clone(), Arc::default());
    let mut jitter = random::byte();
    // In monotonic milliseconds.
    let mut not_before = i64::MIN;
    while let Some(token) = shared.upgrade().map(|shared| RefreshingToken { shared }) {
        let Some(due) = token.due_in_ms(jitter) else {
            return token.forget_keeper(&stop);
        };
        let due = due.max(not_before.saturating_sub(token.now().monotonic_ms));
        if due == 0 {
            let nobody_waits = |_: &Arc<Desk>| {};
            let step = |token: &RefreshingToken| token.step_to_refresh(Wish::WhileAlive);
            let refreshed = token
                .in_background(&background, &stop, step(&token), step, nobody_waits)
                .await;
            if refreshed.is_err_and(|error| error.status() == Status::LoginRequired) {
                return token.forget_keeper(&stop);
            }
            jitter = random::byte();
            not_before = token.now().monotonic_ms.saturating_add(LEAST_PAUSE_MS);
        } else {
            drop(token);
            let pause = Duration::from_millis(due.unsigned_abs()).min(look_every);
            context.sleep(&SystemClock, pause).await;
        }
        if stop.is_stopped() {
            break;
        }
    }
    if let Some(shared) = shared.upgrade() {
        RefreshingToken { shared }.forget_keeper(&stop);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    use crate::clock::{Clock, Moment};
    use crate::refreshing::{Event, Listener};
    use crate::test_helpers::{
        Answer, ManualClock, START, ScriptedSender, answer, credentials, limited, maybe_sent,
        token_answer,
    };
    use crate::token::Token;

    use super::*;

    const LOOK: Duration = Duration::from_millis(1);

    /// So many looks of the keeper at the clock show that it does not mean to refresh.
    const MANY_LOOKS: usize = 20;

    /// Counts how often the time was asked for.
    struct WatchedClock {
        clock: Arc<ManualClock>,
        looks: AtomicUsize,
    }

    impl Clock for WatchedClock {
        fn now(&self) -> Moment {
            self.looks.fetch_add(1, Ordering::SeqCst);
            self.clock.now()
        }

        fn sleep(&self, duration: Duration) {
            self.clock.sleep(duration);
        }
    }

    #[derive(Default)]
    struct CountedFailures(AtomicUsize);

    impl Listener for CountedFailures {
        fn hear(&self, event: Event, _: &Token, error: Option<&crate::Error>) -> Result<()> {
            assert_eq!(event == Event::Changed, error.is_none());
            self.0
                .fetch_add((event != Event::Changed).into(), Ordering::SeqCst);
            Ok(())
        }
    }

    struct World {
        clock: Arc<ManualClock>,
        watched: Arc<WatchedClock>,
        sender: Arc<ScriptedSender>,
        runtime: Runtime,
    }

    impl World {
        fn new(answers: impl IntoIterator<Item = Answer>) -> World {
            let clock = ManualClock::new();
            World {
                watched: Arc::new(WatchedClock {
                    clock: clock.clone(),
                    looks: AtomicUsize::new(0),
                }),
                clock,
                sender: ScriptedSender::new(answers),
                runtime: Runtime::new(),
            }
        }

        fn credentials(&self) -> crate::Credentials {
            credentials(&self.clock, &self.sender).with_clock(self.watched.clone())
        }

        /// A token that was got just now.
        fn token(&self, expires_in: i64) -> RefreshingToken {
            let json = format!(
                r#"{{"access_token":"first","refresh_token":"r","expires_in":{expires_in},"expires_at":{}}}"#,
                START + expires_in
            );
            let token = Token::from_json_with_clock(&json, false, self.clock.clone()).unwrap();
            RefreshingToken::new(token, &self.credentials()).unwrap()
        }

        fn keep_fresh(&self, token: &RefreshingToken) {
            token
                .keep_fresh_looking_every(Some(&self.runtime), LOOK)
                .unwrap();
        }

        /// Waits until the keeper has looked at the clock a number of times.
        fn look_often(&self) {
            let before = self.watched.looks.load(Ordering::SeqCst);
            until(|| self.watched.looks.load(Ordering::SeqCst) > before + MANY_LOOKS);
        }

        #[track_caller]
        fn does_not_refresh_again_after(&self, refreshes: usize) {
            self.look_often();
            assert_eq!(self.sender.count(), refreshes);
        }

        #[track_caller]
        fn refreshes(&self, refreshes: usize) {
            until(|| self.sender.count() >= refreshes);
            self.does_not_refresh_again_after(refreshes);
        }
    }

    #[track_caller]
    fn until(condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < Duration::from_secs(30), "in vain");
            std::thread::yield_now();
        }
    }

    #[test]
    fn an_hours_token_is_due_from_two_to_one_and_a_half_minutes_before_its_end() {
        let world = World::new([]);
        let token = world.token(3600);
        let due: Vec<i64> = (0..=255)
            .filter_map(|jitter| token.due_in_ms(jitter))
            .collect();
        assert_eq!(due.first(), Some(&3_480_000));
        assert_eq!(due.last(), Some(&3_510_000));
        assert!(due.is_sorted_by(|before, after| before < after), "{due:?}");
        assert_eq!(due.len(), 256);
    }

    #[test]
    fn a_short_token_is_due_at_about_half_its_life() {
        let world = World::new([]);
        let token = world.token(3);
        assert_eq!(token.due_in_ms(0), Some(1500));
        assert_eq!(token.due_in_ms(255), Some(1875));
        world.clock.advance(60);
        assert_eq!(token.due_in_ms(255), Some(0));
    }

    #[test]
    fn refreshes_ahead_of_time_and_again() {
        let world = World::new([token_answer("second"), token_answer("third")]);
        let token = world.token(3600);
        world.keep_fresh(&token);
        world.clock.advance(3600 - 121);
        world.does_not_refresh_again_after(0);
        world.clock.advance(31);
        world.refreshes(1);
        assert_eq!(token.token().access_token().expose(), "second");
        world.clock.advance(3600 - 121);
        world.does_not_refresh_again_after(1);
        world.clock.advance(31);
        world.refreshes(2);
        assert!(world.sender.last_body().contains("refresh-second"));
    }

    #[test]
    fn notices_that_a_laptop_slept() {
        let world = World::new([token_answer("second")]);
        let token = world.token(3600);
        world.keep_fresh(&token);
        world.does_not_refresh_again_after(0);
        world.clock.set_wall(3600);
        world.refreshes(1);
    }

    #[test]
    fn backs_off_and_tells_the_listener_of_each_failure() {
        let failures = [answer(503, ""), maybe_sent(), answer(502, "bad gateway")];
        let world = World::new(failures.into_iter().chain([token_answer("second")]));
        let listener = Arc::<CountedFailures>::default();
        let token = world.token(3600);
        token.set_listener(Some(listener.clone()));
        world.keep_fresh(&token);
        world.clock.advance(3600 - 90);
        for (tries, pause) in [(1, 5), (2, 10), (3, 20)] {
            until(|| world.sender.count() == tries);
            until(|| world.runtime.run_callbacks() > 0);
            until(|| token.last_error().is_some());
            assert_eq!(listener.0.load(Ordering::SeqCst), tries);
            assert_eq!(token.access_token().unwrap().expose(), "first");
            world.does_not_refresh_again_after(tries);
            world.clock.advance_ms(pause * 1000 - 1);
            world.does_not_refresh_again_after(tries);
            world.clock.advance_ms(1);
        }
        until(|| world.runtime.run_callbacks() > 0);
        until(|| token.token().access_token().expose() == "second");
        world.does_not_refresh_again_after(4);
        assert_eq!(listener.0.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn leaves_the_service_alone_as_long_as_it_asks() {
        let world = World::new([limited(429, "60"), token_answer("second")]);
        let token = world.token(3600);
        world.keep_fresh(&token);
        world.clock.advance(3600 - 90);
        world.refreshes(1);
        world.clock.advance_ms(59_999);
        world.does_not_refresh_again_after(1);
        world.clock.advance_ms(1);
        world.refreshes(2);
    }

    #[test]
    fn tokens_that_do_not_live_at_all_are_not_refreshed_all_the_time() {
        let stillborn = || answer(200, r#"{"access_token":"a","expires_in":0}"#);
        let world = World::new((0..100).map(|_| stillborn()));
        let token = world.token(0);
        world.keep_fresh(&token);
        world.refreshes(1);
        world.clock.advance_ms(LEAST_PAUSE_MS - 1);
        world.does_not_refresh_again_after(1);
        world.clock.advance_ms(1);
        world.refreshes(2);
    }

    #[test]
    fn holds_the_token_weakly() {
        let world = World::new([]);
        let token = world.token(3600);
        world.keep_fresh(&token);
        world.look_often();
        let shared = Arc::downgrade(&token.shared);
        let keeper = Arc::downgrade(&token.progress().keeper.as_ref().unwrap().stop);
        world.clock.advance(3600);
        world.sender.then(token_answer("second"));
        world.refreshes(1);
        drop(token);
        until(|| shared.strong_count() == 0);
        // The keeper itself ends too, and not when it looks next.
        until(|| keeper.strong_count() == 0);
        let looks = world.watched.looks.load(Ordering::SeqCst);
        world.clock.advance(3600);
        assert_eq!(world.runtime.run_callbacks(), 0);
        assert_eq!(world.watched.looks.load(Ordering::SeqCst), looks);
        assert_eq!(world.sender.count(), 1);
    }

    #[test]
    fn ends_at_once_however_seldom_it_looks() {
        let world = World::new([]);
        let token = world.token(3600);
        let start = || {
            let hour = Duration::from_secs(3600);
            let before = world.watched.looks.load(Ordering::SeqCst);
            token
                .keep_fresh_looking_every(Some(&world.runtime), hour)
                .unwrap();
            until(|| world.watched.looks.load(Ordering::SeqCst) > before);
            Arc::downgrade(&token.progress().keeper.as_ref().unwrap().stop)
        };
        let first = start();
        let second = start();
        until(|| first.strong_count() == 0);
        assert!(second.strong_count() > 0);
        token.keep_fresh(None).unwrap();
        until(|| second.strong_count() == 0);
        let third = start();
        drop(token);
        until(|| third.strong_count() == 0);
    }

    #[test]
    fn ends_with_the_runtime() {
        let world = World::new([]);
        let token = world.token(3600);
        world.keep_fresh(&token);
        let keeper = Arc::downgrade(&token.progress().keeper.as_ref().unwrap().stop);
        world.runtime.close(None).unwrap();
        assert_eq!(keeper.strong_count(), 0);
        assert!(token.progress().keeper.is_none());
        let closed = token.keep_fresh(Some(&world.runtime)).unwrap_err();
        assert_eq!(closed.status(), Status::Cancelled);
        assert!(token.progress().keeper.is_none());
    }

    #[test]
    fn ends_with_the_grant() {
        let dead = || answer(400, r#"{"error":"invalid_grant"}"#);
        let world = World::new([dead(), token_answer("second")]);
        let token = world.token(3600);
        world.keep_fresh(&token);
        let keeper = Arc::downgrade(&token.progress().keeper.as_ref().unwrap().stop);
        world.clock.advance(3600);
        until(|| keeper.strong_count() == 0);
        assert!(token.progress().keeper.is_none());
        assert_eq!(world.sender.count(), 1);

        // Nothing is left behind where there is nothing to keep fresh.
        for _ in 0..200 {
            world.keep_fresh(&token);
            until(|| token.progress().keeper.is_none());
        }
        assert_eq!(world.sender.count(), 1);
        token.refresh().unwrap();
        assert_eq!(token.token().access_token().expose(), "second");
    }
}
