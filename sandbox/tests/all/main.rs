//! The sandbox over real sockets.

mod admin;
mod application;
mod authorise;
mod binary;
mod code_exchange;
mod faults;
mod https;
mod log;
mod raw;
mod refresh;
mod web_api;
