//! Work in the background of a program that has a loop of its own: games, user interfaces, servers.

mod background;
mod carriers;
mod doorbell;
mod driver;
mod operation;
mod own_thread;
mod pump;

pub use operation::{Completion, Operation, Outcome};

pub(crate) use background::Background;
pub(crate) use own_thread::{by_its_pump, on_a_host_thread};
pub(crate) use pump::Pump;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::in_time;
use crate::error::Result;

/// Does work in the background, and leaves all of the host's code to the thread that calls
/// [`run_callbacks`](Runtime::run_callbacks).
///
/// It has one thread that carries the work on and up to 32 that carry requests, each started when it is first needed.
/// Dropping it closes it, without a deadline; after a [`close`](Runtime::close) that timed out, it cuts off what is still
/// on the wire.
#[derive(Default)]
pub struct Runtime {
    background: Arc<Background>,
}

impl Runtime {
    /// A runtime. It starts no thread yet.
    pub fn new() -> Runtime {
        Runtime::default()
    }

    pub(crate) fn background(&self) -> &Arc<Background> {
        &self.background
    }

    /// Runs the host code that waits, on this thread; says how much that was. What comes while it runs is left for the
    /// next time, so that it always returns.
    pub fn run_callbacks(&self) -> usize {
        self.background.run_callbacks()
    }

    /// Blocks until there is something to run, or until [`wake`](Runtime::wake); [`Status::Timeout`](crate::Status)
    /// where neither came in time.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<()> {
        self.background.pump().wait(in_time(timeout))
    }

    /// Ends one [`wait`](Runtime::wait), the one under way or the next.
    pub fn wake(&self) {
        self.background.pump().wake();
    }

    /// A descriptor that is readable while there is something to run; none where the platform has no such thing.
    pub fn fd(&self) -> Option<i32> {
        self.background.pump().fd()
    }

    /// Ends all work and every thread of the runtime; host code that this leads to is run here. A refresh on the wire is
    /// finished first: [`Status::Timeout`](crate::Status) where that takes longer.
    ///
    /// From inside host code that this runtime runs, it takes effect when that has returned.
    pub fn close(&self, timeout: Option<Duration>) -> Result<()> {
        self.background.close(in_time(timeout))
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.background.end();
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}
