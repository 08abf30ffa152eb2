//! Hosts that are compiled and linked in ways of their own.

use std::path::Path;

use clef_harness::{has, require};

use super::installation::Outside;

fn links_and_runs(name: &str, package: &str, flags: &str) {
    if !require("pkg-config", has("pkg-config")) {
        return;
    }
    let outside = Outside::with(name, &["main.c", "hidden.h"]);
    outside.compile(package, &format!("{flags} main.c -o main"));
    outside.get_token(Path::new("main"));
}

fn link_and_run(name: &str, flags: &str) {
    for package in ["clef", "clef-static"] {
        links_and_runs(&format!("{name}-{package}"), package, flags);
    }
}

#[test]
fn that_link_what_they_use_alone() {
    link_and_run("as-needed", "-Wl,--as-needed -Wl,-z,defs");
}

#[test]
fn that_hide_their_own() {
    link_and_run("visibility", "-fvisibility=hidden");
}

/// `-fvisibility=hidden` is about what is defined; this hides what is declared too.
#[test]
fn that_hide_all_they_declare() {
    link_and_run("pragma", "-include hidden.h");
}

#[test]
fn that_optimise_when_they_link() {
    link_and_run("lto", "-O2 -flto");
}

#[test]
fn that_drop_what_they_do_not_use() {
    link_and_run("gc-sections", "-ffunction-sections -Wl,--gc-sections");
}

/// glibc warns of its own `getaddrinfo`, which looks for libraries when it runs.
#[test]
fn that_are_static() {
    links_and_runs("static", "clef-static", "-static");
    links_and_runs("static-pie", "clef-static", "-static-pie -fPIE");
}
