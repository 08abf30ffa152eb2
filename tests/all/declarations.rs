//! What the C header declares, as far as the tests have to know.

use clef_harness::root;

/// Something that the header declares.
pub struct Declaration {
    /// The comment before it, as one line without its stars; empty where there is none.
    pub comment: String,
    /// On one line, up to its `;`.
    pub text: String,
    pub kind: Kind,
}

/// What kind of declaration it is.
#[derive(PartialEq)]
pub enum Kind {
    Function(Function),
    Type,
    Enumeration,
    Enumerator,
    Macro,
}

/// A function: its result's type, its name, and its parameters as they are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub result: String,
    pub name: String,
    pub parameters: Vec<String>,
}

/// The committed header.
pub fn header() -> String {
    std::fs::read_to_string(root().join("include/clef.h")).expect("the header is there")
}

/// All that the header declares.
pub fn declarations() -> Vec<Declaration> {
    declarations_in(&header())
}

/// All that this text of a header declares.
pub fn declarations_in(header: &str) -> Vec<Declaration> {
    let mut found = Vec::new();
    read(header, ';', &mut found);
    found
}

/// The functions among [`declarations`].
pub fn functions() -> Vec<Function> {
    declarations()
        .into_iter()
        .filter_map(|declaration| match declaration.kind {
            Kind::Function(function) => Some(function),
            _ => None,
        })
        .collect()
}

/// Reads declarations that end in `end`.
fn read(source: &str, end: char, found: &mut Vec<Declaration>) {
    let mut rest = source;
    let mut comment = "";
    loop {
        let next = rest.trim_start();
        // A macro straight below another one shares its comment.
        if rest[..rest.len() - next.len()].matches('\n').count() > 1 {
            comment = "";
        }
        rest = next;
        if rest.is_empty() {
            return;
        } else if rest.starts_with("/*") {
            let length = rest.find("*/").expect("comments end") + 2;
            (comment, rest) = rest.split_at(length);
        } else if rest.starts_with("//") {
            rest = &rest[line_length(rest)..];
        } else if rest.starts_with('#') {
            let (line, behind) = rest.split_at(line_length(rest));
            if let Some(definition) = line.strip_prefix("#define ")
                && definition.trim() != "CLEF_H"
            {
                found.push(declaration(comment, definition, Kind::Macro));
            }
            rest = behind;
        } else if rest.starts_with("extern \"C\" {") || rest.starts_with('}') {
            rest = &rest[rest.find(['{', '}']).expect("it has one") + 1..];
        } else {
            let length = declaration_length(rest, end);
            let (text, behind) = rest.split_at(length);
            rest = behind.strip_prefix(end).unwrap_or(behind);
            found.extend(declared(comment, text, end));
            if let Some(body) = text.strip_prefix("enum {") {
                read(body.trim_end_matches('}'), ',', found);
            }
            comment = "";
        }
    }
}

/// A line with those that it is continued by.
fn line_length(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        length += line.len();
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    length
}

fn declaration_length(text: &str, end: char) -> usize {
    let mut depth = 0;
    for (index, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if character == end && depth == 0 => return index,
            _ => {}
        }
    }
    text.len()
}

fn declaration(comment: &str, text: &str, kind: Kind) -> Declaration {
    Declaration {
        comment: comment
            .split_whitespace()
            .filter(|word| !matches!(*word, "/**" | "*" | "*/"))
            .collect::<Vec<_>>()
            .join(" "),
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        kind,
    }
}

fn declared(comment: &str, text: &str, end: char) -> Option<Declaration> {
    let kind = if end == ',' {
        Kind::Enumerator
    } else if text.starts_with("enum") {
        Kind::Enumeration
    } else if text.starts_with("typedef") {
        Kind::Type
    } else {
        Kind::Function(function(text)?)
    };
    Some(declaration(comment, text, kind))
}

fn function(text: &str) -> Option<Function> {
    let text = text.trim_end().strip_prefix("CLEF_API\n")?;
    let text = match text.strip_prefix("CLEF_DEPRECATED(") {
        Some(reason) => reason.split_once("\")")?.1.trim_start(),
        None => text,
    };
    let (head, parameters) = text.strip_suffix(')')?.split_once('(')?;
    let name = head.rsplit([' ', '*']).next()?;
    Some(Function {
        result: head[..head.len() - name.len()].trim().to_owned(),
        name: name.to_owned(),
        parameters: parameters
            .split(',')
            .map(|parameter| parameter.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|parameter| parameter != "void")
            .collect(),
    })
}
