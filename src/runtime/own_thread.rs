//! The threads of a runtime, on which no code of the host's may run.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::error::{Error, Status};
use crate::thread;
use crate::work::Turn;

use super::pump::Pump;

thread_local! {
    /// Whose thread this is; none on a thread of the host's.
    static PUMP: RefCell<Option<Arc<Pump>>> = const { RefCell::new(None) };
}

/// Starts a thread of a runtime.
pub(super) fn start(
    name: &str,
    pump: &Arc<Pump>,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, Error> {
    let pump = pump.clone();
    thread::start(name, move || {
        PUMP.replace(Some(pump));
        work();
        PUMP.take();
    })
    .map_err(|error: io::Error| {
        Error::new(Status::Io, format!("no thread could be started: {error}"))
    })
}

/// Runs host code here, or, where this is a thread of a runtime's, by its pump.
pub(crate) fn on_a_host_thread(call: impl FnOnce() + Send + 'static) {
    let pump = PUMP.try_with(|pump| pump.borrow().clone());
    match pump.ok().flatten() {
        None => call(),
        Some(pump) => pump.push_or_run(call),
    }
}

/// Runs host code that belongs to a pump: here, where this thread pumps, else by the pump; where nobody will pump any
/// more, on a host thread.
pub(crate) fn by_its_pump(pump: &Pump, call: impl FnOnce() + Send + 'static) {
    if pump.is_this_threads() {
        return call();
    }
    if let Err(run) = pump.try_push(call) {
        on_a_host_thread(move || {
            run();
        });
    }
}
