//! What the library takes and gives, as its debug information tells it: no header is asked, and none can hide it.
//!
//! libabigail reads it. The types have Rust's names, which say nothing to C and may change: what counts is how many there
//! are, and in which kind of register each travels.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::Command;

use super::surface::{Item, Surface, parameter};
use crate::support::text;

/// What each function gives and takes, the result first: `i32`, `pointer`, `void`.
pub type Calls = BTreeMap<String, Vec<String>>;

/// What the debug information of a library says, and its SONAME.
pub fn calls_of_library(library: &Path) -> (Calls, String) {
    let output = Command::new("abidw")
        .args(["--no-show-locs", "--no-corpus-path"])
        .arg(library)
        .output()
        .expect("abidw runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let elements = text(&output.stdout);
    let corpus = elements.lines().next().unwrap_or_default();
    let soname = attribute(corpus, "soname").expect("the library has a SONAME");

    let mut types = HashMap::new();
    for element in elements.lines() {
        if let Some(id) = attribute(element, "id") {
            types.entry(id).or_insert_with(|| carried(element));
        }
    }
    let mut calls = Calls::new();
    let mut function: Option<(String, Vec<String>)> = None;
    for element in elements.lines().map(str::trim_start) {
        let carried = attribute(element, "type-id").and_then(|id| types.get(&id).cloned());
        if element.starts_with("<function-decl ") {
            let name = attribute(element, "elf-symbol-id");
            function = name.map(|name| (name, vec!["void".to_owned()]));
        } else if let Some((_, call)) = &mut function {
            if element.starts_with("<parameter ") {
                call.extend(carried);
            } else if element.starts_with("<return ") {
                call[0] = carried.expect("each type is described");
            } else if element.starts_with("</function-decl>") {
                calls.extend(function.take());
            }
        }
    }
    (calls, soname)
}

/// How C passes what the header declares.
pub fn calls_of_header(header: &Surface) -> Calls {
    header
        .functions()
        .map(|function| {
            let parameters = function
                .parameters
                .iter()
                .map(|text| carried_in_c(parameter(text).0, header));
            let result = carried_in_c(&function.result, header);
            let call = [result].into_iter().chain(parameters).collect();
            (function.name.clone(), call)
        })
        .collect()
}

/// Where the two disagree, a line for each function.
pub fn disagreements(header: &Calls, library: &Calls) -> Vec<String> {
    let told = |call: Option<&Vec<String>>| match call {
        Some(call) => format!("{}({})", call[0], call[1..].join(", ")),
        None => "not there".to_owned(),
    };
    let mut names: Vec<_> = header.keys().chain(library.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| header.get(*name) != library.get(*name))
        .map(|name| {
            let (declared, compiled) = (told(header.get(name)), told(library.get(name)));
            format!("{name}: {declared} in the header, {compiled} in the library")
        })
        .collect()
}

/// The attribute of an element, which abidw writes one a line.
fn attribute(element: &str, name: &str) -> Option<String> {
    let (_, rest) = element.split_once(&format!(" {name}='"))?;
    let (value, _) = rest.split_once('\'')?;
    Some(
        value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&"),
    )
}

/// An integer by its own name, a pointer whatever it points to, and all else by its name, which no header matches.
fn carried(element: &str) -> String {
    let tag = element.trim_start();
    let name = attribute(element, "name").unwrap_or_default();
    let is_pointer = tag.starts_with("<pointer-type-def ")
        || tag.starts_with("<reference-type-def ")
        || [
            "Option<&",
            "Option<alloc::boxed::Box<",
            "Option<unsafe extern \"C\" fn(",
        ]
        .iter()
        .any(|start| name.starts_with(start));
    match &*name {
        _ if is_pointer => "pointer".to_owned(),
        "()" => "void".to_owned(),
        _ => name,
    }
}

fn carried_in_c(c_type: &str, header: &Surface) -> String {
    if c_type.ends_with('*') {
        return "pointer".to_owned();
    }
    let of_rust = match c_type {
        "int32_t" => "i32",
        "uint32_t" => "u32",
        "int64_t" => "i64",
        "uint64_t" => "u64",
        "uint16_t" => "u16",
        "size_t" => "usize",
        "bool" | "void" => c_type,
        _ => match header.get(c_type) {
            Some(Item::Type { text, .. }) if text.contains("(*") => "pointer",
            Some(Item::Type { text, name }) => {
                let target = text.strip_prefix("typedef ").expect("a typedef is one");
                return carried_in_c(target.trim_end_matches(&**name).trim_end(), header);
            }
            _ => panic!(
                "the header uses {c_type}, which is no type of its own and none that is known here"
            ),
        },
    };
    of_rust.to_owned()
}
