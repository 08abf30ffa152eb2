//! Refreshes a token ahead of time, so that nobody who reads it waits.

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::clock::SystemClock;
use crate::error::{Result, Status};
use crate::random;
use crate::runtime::{Background, Runtime};
use crate::stop::Stop;
use crate::work::{Context, Desk};

use super::{RefreshingToken, Shared};

/// How long before its end a token is refreshed: readers refresh in its last minute, this comes before them. A token
/// that does not live twice as long is refreshed at half its life.
const AHEAD_MS: i64 = 120_000;

/// How much later than that at most, as a part of it: tokens that were got together are not refreshed together.
const JITTER: i64 = 4;

/// How often the clock is looked at. Timers stand still while a laptop sleeps, the wall clock does not.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// The least pause after a refresh that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

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
        let before = std::mem::replace(&mut self.progress().keeper, keeper);
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
    while let Some(token) = shared.upgrade().map(|shared| RefreshingToken { shared }) {
        let Some(due) = token.due_in_ms(jitter) else {
            return token.forget_keeper(&stop);
        };
        if due == 0 {
            let nobody_waits = |_: &Arc<Desk>| {};
            let refreshed = token
                .in_background(
                    &background,
                    &stop,
                    RefreshingToken::step_to_refresh,
                    nobody_waits,
                )
                .await;
            match refreshed {
                Ok(_) => jitter = random::byte(),
                Err(error) if error.status() == Status::LoginRequired => {
                    return token.forget_keeper(&stop);
                }
                // Where it was not even tried there is no backoff.
                Err(_) => drop(context.sleep(&SystemClock, AFTER_FAILURE).await),
            }
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
