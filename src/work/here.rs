//! A piece of work from its beginning to its end on the thread that asks for it.

use std::sync::Arc;

use super::{Context, Desk, block_on};

/// Does it on this thread, which blocks meanwhile.
pub(crate) fn here<T>(work: impl AsyncFnOnce(&Context) -> T) -> T {
    here_at(&Arc::default(), work)
}

/// The same at a desk that others know. All of it counts as called back from there, since a sender written in Rust may
/// call clef at any time.
pub(crate) fn here_at<T>(desk: &Arc<Desk>, work: impl AsyncFnOnce(&Context) -> T) -> T {
    let alarm = Arc::default();
    let context = Context::this_thread(&alarm, desk.clone());
    desk.run(|| block_on(&alarm, work(&context)))
}
