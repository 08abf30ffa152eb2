//! What became of an ABI: what breaks programs that are compiled, and what is new.

use std::collections::BTreeSet;

use super::surface::{Constant, Item, Surface, parameter, signature};
use crate::declarations::Function;

/// A difference, in a line or a few.
#[derive(Debug, PartialEq)]
pub enum Change {
    /// A program that was compiled with the older header meets something else.
    Break(String),
    /// Nothing that an older program knows of changed.
    Addition(String),
}

pub const HOW_TO_ACCEPT: &str = "CLEF_ACCEPT_ABI=1 cargo test --test all abi::is_kept";

/// All changes from `before` to `now`.
pub fn changes(before: &Surface, now: &Surface) -> Vec<Change> {
    let mut changes: Vec<Change> = before
        .items
        .iter()
        .filter_map(|item| match now.get(item.name()) {
            Some(successor) => change(item, successor),
            None => Some(Change::Break(format!("{} is gone", item.name()))),
        })
        .collect();
    for item in &now.items {
        if before.get(item.name()).is_none() {
            changes.push(addition(item, before, now));
        }
    }
    changes
}

/// What the one who changes the header is told; nothing where nothing changed.
pub fn verdict(before: &Surface, now: &Surface) -> Result<(), String> {
    let changes = changes(before, now);
    let list = |wanted: fn(&Change) -> Option<&String>| {
        changes
            .iter()
            .filter_map(wanted)
            .map(|text| format!("- {text}\n"))
            .collect::<String>()
    };
    let breaks = list(|change| match change {
        Change::Break(text) => Some(text),
        Change::Addition(_) => None,
    });
    let additions = list(|change| match change {
        Change::Addition(text) => Some(text),
        Change::Break(_) => None,
    });
    let mut told = String::new();
    if before.soname != now.soname {
        told += &format!(
            "the ABI is no longer that of {} but of {}: every program has to be linked anew\n",
            before.soname, now.soname
        );
    }
    if !breaks.is_empty() {
        told += &format!("programs that are linked with {} break:\n", before.soname);
        told += &breaks;
    }
    if !additions.is_empty() {
        told += "not yet in the baseline:\n";
        told += &additions;
    }
    if told.is_empty() {
        return Ok(());
    }
    told += &match may_be_accepted(before, now) {
        true => format!("if this is meant, accept it and commit abi/: {HOW_TO_ACCEPT}\n"),
        false => format!(
            "a break cannot be accepted as {}: keep what was there, and add what you need under another name \
             (docs/abi.md says how), or give Cargo.toml the version of a new ABI\n",
            before.soname
        ),
    };
    Err(told)
}

/// Whether these are additions alone, or the library has the name of another ABI.
pub fn may_be_accepted(before: &Surface, now: &Surface) -> bool {
    let breaks = |change: &Change| matches!(change, Change::Break(_));
    before.soname != now.soname || !changes(before, now).iter().any(breaks)
}

fn change(before: &Item, now: &Item) -> Option<Change> {
    match (before, now) {
        (Item::Constant(before), Item::Constant(now)) => (before.number != now.number).then(|| {
            Change::Break(format!(
                "{} was {}, is {}",
                before.name, before.number, now.number
            ))
        }),
        (Item::Type { name, text: before }, Item::Type { text: now, .. }) => {
            (before != now).then(|| Change::Break(format!("{name} was '{before}',\n  is '{now}'")))
        }
        (Item::Function(before), Item::Function(now)) => function_change(before, now),
        _ => Some(Change::Break(format!(
            "{} is another kind of thing",
            before.name()
        ))),
    }
}

fn function_change(before: &Function, now: &Function) -> Option<Change> {
    if before == now {
        return None;
    }
    let was_and_is = format!("was '{}',\n  is '{}'", signature(before), signature(now));
    let types = |function: &Function| -> Vec<String> {
        let types = function.parameters.iter().map(|text| parameter(text).0);
        types.map(str::to_owned).collect()
    };
    let names = |function: &Function| -> Vec<String> {
        let names = function.parameters.iter().map(|text| parameter(text).1);
        names.map(str::to_owned).collect()
    };
    let (old_names, new_names) = (names(before), names(now));
    let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
    if before.result != now.result || types(before) != types(now) {
        Some(Change::Break(format!("{}: {was_and_is}", before.name)))
    } else if set(&old_names) == set(&new_names) {
        let order = "takes its parameters in another order";
        Some(Change::Break(format!(
            "{} {order}: {was_and_is}",
            before.name
        )))
    } else {
        let naming = "names a parameter anew, which must mean the same as before";
        Some(Change::Addition(format!(
            "{} {naming}: {was_and_is}",
            before.name
        )))
    }
}

/// What is new; a number has to come behind those that were given before.
fn addition(item: &Item, before: &Surface, now: &Surface) -> Change {
    match item {
        Item::Constant(constant) => match taken(constant, before, now) {
            Some(last) => Change::Break(format!(
                "{} is {}, but numbers up to {last} are given, of which some may once have meant something else",
                constant.name, constant.number
            )),
            None => Change::Addition(format!("{} = {}", constant.name, constant.number)),
        },
        Item::Type { text, .. } => Change::Addition(text.clone()),
        Item::Function(function) => Change::Addition(signature(function)),
    }
}

/// The highest number of the enumeration so far, where this one is not above it.
fn taken(constant: &Constant, before: &Surface, now: &Surface) -> Option<i64> {
    let number = |constant: &Constant| constant.number.parse::<i64>().ok();
    let last = now
        .enumeration(constant.enumeration?)
        .filter(|sibling| before.get(&sibling.name).is_some())
        .filter_map(number)
        .max()?;
    (number(constant)? <= last).then_some(last)
}
