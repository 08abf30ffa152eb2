//! Bad input: runs `tests/c/arguments.c`, and sees to it that its table leaves nothing out.

use std::fs;

use clef_harness::root;

use crate::c_programs::run;
use crate::declarations::{Function, functions};

#[test]
fn arguments() {
    let output = run("arguments");
    let rows = output
        .lines()
        .find_map(|line| line.strip_suffix(" rows")?.parse::<usize>().ok())
        .expect("it prints how many rows it ran");
    assert!(
        rows > fallible().count(),
        "only {rows} rows ran, less than one for each function that can fail"
    );
}

#[test]
fn every_pointer_is_null_in_some_row() {
    let source = source();
    for function in functions() {
        for (index, parameter) in function.parameters.iter().enumerate() {
            // Each row runs with and without a place for the error.
            let is_pointer = parameter.contains('*') || parameter.contains("_callback ");
            if is_pointer && parameter != "clef_error **error" {
                assert_some_row(&source, &function, index, |argument| argument == "NULL");
            }
        }
    }
}

#[test]
fn every_string_is_invalid_in_some_row_and_huge_in_another() {
    let source = source();
    for function in functions() {
        for (index, parameter) in function.parameters.iter().enumerate() {
            if parameter.starts_with("const char *") {
                for kind in ["BAD_UTF8", "MEGABYTE"] {
                    assert_some_row(&source, &function, index, |argument| {
                        argument.starts_with(kind)
                    });
                }
            }
        }
    }
}

#[test]
fn all_flags_are_unknown_in_some_row() {
    let source = source();
    for function in fallible() {
        for (index, parameter) in function.parameters.iter().enumerate() {
            if parameter == "uint32_t flags" {
                assert_some_row(&source, &function, index, |argument| argument == "flags");
            }
        }
    }
}

fn source() -> String {
    fs::read_to_string(root().join("tests/c/arguments.c")).expect("the table is there")
}

fn fallible() -> impl Iterator<Item = Function> {
    functions()
        .into_iter()
        .filter(|function| function.result == "clef_status" && function.name != "clef_error_status")
}

fn assert_some_row(
    source: &str,
    function: &Function,
    index: usize,
    is_wanted: impl Fn(&str) -> bool,
) {
    let found = calls(source, &function.name)
        .any(|arguments| arguments.get(index).is_some_and(|text| is_wanted(text)));
    assert!(
        found,
        "tests/c/arguments.c lacks a row for '{}' of {}",
        function.parameters[index], function.name
    );
}

/// The arguments of each call of this function.
fn calls(source: &str, name: &str) -> impl Iterator<Item = Vec<String>> {
    let opening = format!("{name}(");
    source
        .match_indices(&opening)
        .map(|(start, opening)| arguments_of(&source[start + opening.len()..]))
        .collect::<Vec<_>>()
        .into_iter()
}

/// The arguments up to the parenthesis that closes the call.
fn arguments_of(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut depth = 0;
    let mut in_string = false;
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '"' if before != '\\' => in_string = !in_string,
            '(' | '{' if !in_string => depth += 1,
            ')' if !in_string && depth == 0 => break,
            ')' | '}' if !in_string => depth -= 1,
            ',' if !in_string && depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        before = character;
        found.last_mut().expect("it has one").push(character);
    }
    found.iter().map(|text| text.trim().to_owned()).collect()
}
