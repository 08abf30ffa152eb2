//! All integration tests, in one program since each would link everything anew.
#![forbid(unsafe_code)]

mod abi;
mod arguments;
mod browser;
mod c_programs;
mod conformance;
mod core;
mod cpp;
mod csharp;
mod declarations;
mod demo;
#[cfg(target_os = "linux")]
mod desktop;
#[cfg(target_os = "linux")]
mod engines;
mod examples;
mod go;
mod header;
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(target_os = "linux")]
mod loading;
mod minimal;
#[cfg(target_os = "linux")]
mod packaging;
mod panic;
mod planted_bugs;
mod proxy;
mod readme;
mod real_server;
mod secrets;
mod size;
mod support;
#[cfg(target_os = "linux")]
mod swift;
mod tls;
mod wiping;
