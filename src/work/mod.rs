//! A piece of work, a request or a refresh, that may be done on the thread that asks for it or in the background of a
//! [runtime](crate::runtime): where it waits, and who runs the host's code for it.

mod alarm;
mod block_on;
mod context;
mod desk;
mod errand;
mod handler;
mod here;
mod promise;
mod race;
mod wakers;

pub use context::Context;

pub(crate) use alarm::Alarm;
pub(crate) use block_on::{block_on, block_on_until};
pub(crate) use desk::{Desk, Turn, WaitsFor, helping, would_block};
pub(crate) use errand::{Errand, Parcel, Silence, Unanswered, parcel};
pub(crate) use handler::Handler;
pub(crate) use here::{here, here_at};
pub(crate) use promise::{Promise, Promised, Watch, promise};
pub(crate) use race::{Either, race};
pub(crate) use wakers::{Waiting, Wakers, wait_for};
