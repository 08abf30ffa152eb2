//! The document: each crate with its licence, and each text once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use spdx::{Expression, LicenseItem, ParseMode};

use crate::crates::Crate;

/// What clef may be shipped under: none asks more of a program than that the texts accompany it.
const ALLOWED: [&str; 8] = [
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

const RULE: &str =
    "================================================================================";

/// All of it, or why the library must not be shipped.
pub fn document(crates: &[Crate], rust: &str, rust_notices: &Path) -> Result<String, String> {
    let refused: Vec<_> = crates.iter().filter_map(refusal).collect();
    if !refused.is_empty() {
        return Err(refused.join("\n"));
    }
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut in_order = Vec::new();
    let mut list = String::new();
    for found in crates {
        let mut numbers = Vec::new();
        for licence in &found.texts {
            let text = licence.text.trim();
            let number = *texts.entry(text).or_insert_with(|| {
                in_order.push((text, format!("{} of {}", licence.file, found.name)));
                in_order.len()
            });
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        let numbers: Vec<_> = numbers.iter().map(|number| format!("[{number}]")).collect();
        let _ = writeln!(list, "{}: {}", found.name, found.expression);
        let _ = writeln!(list, "    {} {}", found.repository, numbers.join(" "));
    }
    let mut document = format!(
        "The clef library contains code of others, which is listed here with its licences.\n\
         A program that is shipped with the library has to be accompanied by this text.\n\
         clef itself is licensed under MIT or Apache-2.0, at your choice: LICENSE-MIT,\n\
         LICENSE-APACHE.\n\n\
         The standard library of {rust}: MIT OR Apache-2.0, and others\n    {}\n\n{list}",
        rust_notices.display()
    );
    for (index, (text, origin)) in in_order.iter().enumerate() {
        let _ = write!(
            document,
            "\n{RULE}\n[{}] {origin}\n{RULE}\n\n{text}\n",
            index + 1
        );
    }
    Ok(document)
}

/// Why a crate must not be in the library.
fn refusal(found: &Crate) -> Option<String> {
    let Crate {
        name, expression, ..
    } = found;
    let allowed = match Expression::parse_mode(expression, ParseMode::LAX) {
        Ok(parsed) => parsed.evaluate(|licence| match &licence.license {
            LicenseItem::Spdx { id, .. } => {
                licence.addition.is_none() && ALLOWED.contains(&id.name)
            }
            LicenseItem::Other(_) => false,
        }),
        Err(_) => false,
    };
    if !allowed {
        Some(format!(
            "{name} is licensed under '{expression}', which is none of {}",
            ALLOWED.join(", ")
        ))
    } else if found.texts.is_empty() {
        Some(format!(
            "{name} comes without the text of its licence, '{expression}'"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crates::LicenceText;

    fn licensed(name: &str, expression: &str, texts: &[&str]) -> Crate {
        Crate {
            name: name.to_owned(),
            expression: expression.to_owned(),
            repository: format!("https://example.org/{name}"),
            texts: texts
                .iter()
                .map(|text| LicenceText {
                    file: "LICENSE".to_owned(),
                    text: (*text).to_owned(),
                })
                .collect(),
        }
    }

    fn written(crates: &[Crate]) -> Result<String, String> {
        document(crates, "rustc 1.2.3", Path::new("NOTICES.html"))
    }

    #[test]
    fn a_text_that_crates_share_stands_there_once() {
        let text = written(&[
            licensed("one 1.0.0", "MIT", &["Permission for One\n"]),
            licensed(
                "two 2.0.0",
                "MIT OR Apache-2.0",
                &["Permission for Two", "Terms"],
            ),
            licensed("three 3.0.0", "Apache-2.0", &["Terms\n"]),
        ])
        .expect("all are allowed");
        assert_eq!(text.matches("Terms").count(), 1);
        for line in [
            "The standard library of rustc 1.2.3: MIT OR Apache-2.0, and others\n    NOTICES.html\n",
            "one 1.0.0: MIT\n    https://example.org/one 1.0.0 [1]\n",
            "two 2.0.0: MIT OR Apache-2.0\n    https://example.org/two 2.0.0 [2] [3]\n",
            "three 3.0.0: Apache-2.0\n    https://example.org/three 3.0.0 [3]\n",
            "[3] LICENSE of two 2.0.0\n",
        ] {
            assert!(text.contains(line), "not there: {line}\n{text}");
        }
    }

    #[test]
    fn a_licence_may_be_chosen_where_the_crate_leaves_a_choice() {
        for allowed in [
            "Unlicense OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
        ] {
            assert!(
                written(&[licensed("one 1.0.0", allowed, &["text"])]).is_ok(),
                "{allowed}"
            );
        }
        for refused in [
            "GPL-3.0-only",
            "MIT AND MPL-2.0",
            "LicenseRef-mine",
            "",
            "MIT or so",
        ] {
            let told = written(&[licensed("one 1.0.0", refused, &["text"])]).unwrap_err();
            assert!(
                told.starts_with(&format!("one 1.0.0 is licensed under '{refused}'")),
                "{told}"
            );
        }
    }

    #[test]
    fn a_crate_without_a_text_is_refused() {
        let crates = [
            licensed("one 1.0.0", "MIT", &[]),
            licensed("two 2.0.0", "ISC", &["text"]),
        ];
        let told = written(&crates).unwrap_err();
        assert_eq!(
            told,
            "one 1.0.0 comes without the text of its licence, 'MIT'"
        );
    }
}
