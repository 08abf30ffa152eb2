//! Bad input: runs `tests/c/arguments.c`, and sees to it that its table leaves nothing out.

use std::fs;

use clef_harness::root;

use crate::c_programs::run;
use crate::declarations::{Function, Kind, declarations, functions};

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
        for index in pointers(&function) {
            assert_some_row(&source, &function, index, |argument| argument == "NULL");
        }
    }
}

/// Where NULL is no mistake, the header says that.
#[test]
fn every_nullable_pointer_is_said_to_be_so() {
    let source = source();
    for declaration in declarations() {
        let Kind::Function(function) = &declaration.kind else {
            continue;
        };
        if !can_fail(function) {
            continue;
        }
        for index in pointers(function) {
            let name = function.parameters[index]
                .rsplit(['*', ' '])
                .next()
                .expect("a parameter has a name");
            let refusal = format!("\"{name} must not be NULL");
            let may_be_null = !calls(&source, &function.name)
                .any(|call| call.arguments[index] == "NULL" && call.expectation.contains(&refusal));
            let says = |what: &str| declaration.comment.contains(what);
            assert!(
                !may_be_null || (says(&format!("`{name}`")) && (says("nullable") || says("NULL"))),
                "the comment of {} does not say that '{name}' is nullable",
                function.name
            );
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

/// Which parameters are pointers, but for the error: each row runs with and without a place for that.
fn pointers(function: &Function) -> impl Iterator<Item = usize> {
    let is_pointer = |parameter: &String| {
        ["*", "_callback ", "_listener "]
            .iter()
            .any(|mark| parameter.contains(mark))
    };
    (0..function.parameters.len()).filter(move |index| {
        let parameter = &function.parameters[*index];
        is_pointer(parameter) && parameter != "clef_error **error"
    })
}

fn source() -> String {
    fs::read_to_string(root().join("tests/c/arguments.c")).expect("the table is there")
}

fn can_fail(function: &Function) -> bool {
    function
        .parameters
        .last()
        .is_some_and(|parameter| parameter == "clef_error **error")
}

fn fallible() -> impl Iterator<Item = Function> {
    functions().into_iter().filter(can_fail)
}

fn assert_some_row(
    source: &str,
    function: &Function,
    index: usize,
    is_wanted: impl Fn(&str) -> bool,
) {
    let found = calls(source, &function.name).any(|call| {
        call.arguments
            .get(index)
            .is_some_and(|text| is_wanted(text))
    });
    assert!(
        found,
        "tests/c/arguments.c lacks a row for '{}' of {}",
        function.parameters[index], function.name
    );
}

/// A call in a row, with what stands behind it up to the end of the row.
struct Call<'a> {
    arguments: Vec<String>,
    expectation: &'a str,
}

/// The calls of this function.
fn calls<'a>(source: &'a str, name: &str) -> impl Iterator<Item = Call<'a>> {
    let opening = format!("{name}(");
    source
        .match_indices(&opening)
        .map(|(start, opening)| call(&source[start + opening.len()..]))
        .collect::<Vec<_>>()
        .into_iter()
}

/// Reads a call behind its opening parenthesis.
fn call(text: &str) -> Call<'_> {
    let mut arguments = vec![String::new()];
    let mut depth = 0;
    let mut in_string = false;
    let mut before = ' ';
    let mut end = text.len();
    for (index, character) in text.char_indices() {
        match character {
            '"' if before != '\\' => in_string = !in_string,
            '(' | '{' if !in_string => depth += 1,
            ')' if !in_string && depth == 0 => {
                end = index;
                break;
            }
            ')' | '}' if !in_string => depth -= 1,
            ',' if !in_string && depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        before = character;
        arguments.last_mut().expect("it has one").push(character);
    }
    Call {
        arguments: arguments
            .iter()
            .map(|text| text.trim().to_owned())
            .collect(),
        expectation: text[end..].split(';').next().unwrap_or_default(),
    }
}
