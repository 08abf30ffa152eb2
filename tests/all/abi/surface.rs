//! What a compiled program knows of clef: the library's name, the numbers, the types and the functions of its header.

use std::fmt::Write;

use crate::declarations::{Declaration, Function, Kind, declarations_in};

/// The ABI that a header declares, or that the baseline has kept of an earlier one.
pub struct Surface {
    /// The file name that programs are bound to.
    pub soname: String,
    /// In the order of the header, which is one that C can be read in.
    pub items: Vec<Item>,
}

/// One name of the ABI.
pub enum Item {
    Constant(Constant),
    /// A typedef: a handle, an integer or a callback.
    Type {
        name: String,
        text: String,
    },
    Function(Function),
}

/// An enumerator, or a macro that stands for a number.
#[derive(PartialEq)]
pub struct Constant {
    pub name: String,
    /// As it is written: `4`, `INT64_MAX`.
    pub number: String,
    /// Which enumeration of the header it is of, counted; a macro is of none, and the baseline does not tell.
    pub enumeration: Option<usize>,
}

impl Item {
    pub fn name(&self) -> &str {
        match self {
            Item::Constant(constant) => &constant.name,
            Item::Type { name, .. } => name,
            Item::Function(function) => &function.name,
        }
    }
}

impl Surface {
    pub fn of_header(header: &str) -> Surface {
        let declarations = declarations_in(header);
        let mut enumerations = 0;
        let items = declarations
            .iter()
            .filter_map(|declaration| {
                enumerations += usize::from(declaration.kind == Kind::Enumeration);
                item(declaration, enumerations)
            })
            .collect();
        Surface {
            soname: soname(&declarations),
            items,
        }
    }

    pub fn get(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.name() == name)
    }

    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.items.iter().filter_map(|item| match item {
            Item::Function(function) => Some(function),
            _ => None,
        })
    }

    /// The constants of this enumeration.
    pub fn enumeration(&self, number: usize) -> impl Iterator<Item = &Constant> {
        self.items.iter().filter_map(move |item| match item {
            Item::Constant(constant) if constant.enumeration == Some(number) => Some(constant),
            _ => None,
        })
    }

    /// C that compiles behind `clef.h` as long as that declares the same: a header with one item a line.
    pub fn baseline(&self) -> String {
        let mut text = format!(
            "/* The ABI that programs linked with {} rely on; see docs/abi.md. Not to be edited:\n \
             * CLEF_ACCEPT_ABI=1 cargo test --test all abi::is_kept\n */\n",
            self.soname
        );
        let mut enumeration = None;
        for item in &self.items {
            if let Item::Constant(constant) = item
                && constant.enumeration != enumeration
            {
                enumeration = constant.enumeration;
                text.push('\n');
            }
            let _ = match item {
                Item::Constant(Constant { name, number, .. }) => {
                    writeln!(text, "_Static_assert({name} == {number}, \"{name}\");")
                }
                Item::Type { text: line, .. } => writeln!(text, "{line};"),
                Item::Function(function) => writeln!(text, "{};", signature(function)),
            };
        }
        text
    }

    /// Reads what [`baseline`](Surface::baseline) wrote.
    pub fn of_baseline(text: &str) -> Surface {
        let soname = text
            .split_whitespace()
            .find(|word| word.starts_with("libclef.so."))
            .expect("the baseline names the library");
        let mut items = Vec::new();
        for line in text.lines() {
            if let Some(constant) = line.strip_prefix("_Static_assert(") {
                let (name, rest) = constant.split_once(" == ").expect("it compares");
                items.push(Item::Constant(Constant {
                    name: name.to_owned(),
                    number: rest.split_once(',').expect("it has a text").0.to_owned(),
                    enumeration: None,
                }));
            } else if let Some(line) = line.strip_suffix(';') {
                let line = match line.starts_with("typedef ") {
                    true => format!("{line};"),
                    false => format!("CLEF_API\n{line};"),
                };
                items.extend(
                    declarations_in(&line)
                        .iter()
                        .filter_map(|found| item(found, 0)),
                );
            }
        }
        Surface {
            soname: soname.to_owned(),
            items,
        }
    }
}

/// As it is declared in C.
pub fn signature(function: &Function) -> String {
    let parameters = match function.parameters.is_empty() {
        true => "void".to_owned(),
        false => function.parameters.join(", "),
    };
    let space = if function.result.ends_with('*') {
        ""
    } else {
        " "
    };
    format!("{}{space}{}({parameters})", function.result, function.name)
}

/// The type and the name of a parameter.
pub fn parameter(text: &str) -> (&str, &str) {
    let start = text.rfind([' ', '*']).map_or(0, |index| index + 1);
    (text[..start].trim_end(), &text[start..])
}

fn item(declaration: &Declaration, enumeration: usize) -> Option<Item> {
    let text = &declaration.text;
    match &declaration.kind {
        Kind::Function(function) => Some(Item::Function(function.clone())),
        Kind::Type => Some(Item::Type {
            name: type_name(text).to_owned(),
            text: text.clone(),
        }),
        Kind::Enumerator => {
            let (name, number) = text.split_once(" = ").expect("it has a number");
            Some(Item::Constant(Constant {
                name: name.to_owned(),
                number: number.to_owned(),
                enumeration: Some(enumeration),
            }))
        }
        Kind::Macro => {
            let (name, number) = text.split_once(' ')?;
            // The version is to change, and macros with parameters or for the compiler are no numbers.
            let is_number = !name.contains('(')
                && !name.starts_with("CLEF_VERSION_")
                && !["CLEF_API", "CLEF_DEPRECATED"].contains(&name);
            is_number.then(|| {
                Item::Constant(Constant {
                    name: name.to_owned(),
                    number: number.to_owned(),
                    enumeration: None,
                })
            })
        }
        Kind::Enumeration => None,
    }
}

/// `typedef void (*NAME)(…)` or `typedef … NAME`.
fn type_name(text: &str) -> &str {
    match text.split_once("(*") {
        Some((_, callback)) => callback.split(')').next().expect("split gives one"),
        None => text.rsplit(' ').next().expect("split gives one"),
    }
}

/// As `build.rs` names it: before 1.0 each minor version has an ABI of its own.
fn soname(declarations: &[Declaration]) -> String {
    let part = |name: &str| {
        declarations
            .iter()
            .find_map(|macro_| macro_.text.strip_prefix(&format!("CLEF_VERSION_{name} ")))
            .expect("the header has its version")
    };
    match (part("MAJOR"), part("MINOR")) {
        ("0", minor) => format!("libclef.so.0.{minor}"),
        (major, _) => format!("libclef.so.{major}"),
    }
}
