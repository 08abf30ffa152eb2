//! What a C programmer gets who has never heard of Cargo: clef installed, found, linked and run.

mod build_tools;
mod hosts;
pub mod installation;
mod libraries;
mod release;
mod tree;
