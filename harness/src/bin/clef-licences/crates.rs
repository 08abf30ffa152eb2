//! Which crates are linked into the library, and what their sources say of their licences.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clef_harness::cargo;
use serde_json::Value;

/// A crate that is in the library.
pub struct Crate {
    /// `base64 0.23.1`
    pub name: String,
    /// As the SPDX writes it: `MIT OR Apache-2.0`.
    pub expression: String,
    pub repository: String,
    pub texts: Vec<LicenceText>,
}

/// A file about licences among the sources of a crate.
pub struct LicenceText {
    /// Its path there: `third_party/fiat/LICENSE`.
    pub file: String,
    pub text: String,
}

/// All that is linked in for this target, sorted, without clef itself.
pub fn linked(target: &str, cargo_flags: &[String]) -> Result<Vec<Crate>, String> {
    // Unlike the metadata, the tree is that of the one package: without what only the tests' features would add.
    let tree = output(
        cargo()
            .args(["tree", "--package", "clef-auth", "--target", target])
            .args(["--edges", "normal,no-proc-macro", "--no-dedupe"])
            .args(["--prefix", "none", "--format", "{p}"])
            .args(cargo_flags),
    )?;
    let metadata = output(cargo().args([
        "metadata",
        "--format-version=1",
        "--all-features",
        "--filter-platform",
        target,
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let packages = metadata["packages"]
        .as_array()
        .ok_or("cargo knows no packages")?;

    let mut names: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split_once(" v"))
        .map(|(name, rest)| (name, rest.split(' ').next().expect("split gives one")))
        .filter(|(name, _)| *name != "clef-auth")
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|(name, version)| {
            let package = packages
                .iter()
                .find(|package| package["name"] == name && package["version"] == version)
                .ok_or_else(|| format!("cargo does not say where {name} {version} is"))?;
            read(package)
        })
        .collect()
}

fn read(package: &Value) -> Result<Crate, String> {
    let said = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let manifest = PathBuf::from(said("manifest_path"));
    let folder = manifest.parent().ok_or("a manifest has a folder")?;
    let mut files = Vec::new();
    find(folder, &mut files).map_err(|error| format!("{}: {error}", folder.display()))?;
    files.sort();
    let texts = files.iter().map(|file| {
        let text = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let file = file.strip_prefix(folder).expect("it was found there");
        Ok(LicenceText {
            file: file.display().to_string().replace('\\', "/"),
            text: String::from_utf8_lossy(&text).replace("\r\n", "\n"),
        })
    });
    Ok(Crate {
        texts: texts.collect::<Result<_, String>>()?,
        name: format!("{} {}", said("name"), said("version")),
        expression: said("license"),
        repository: said("repository"),
    })
}

/// Files about licences, also of code that a crate has taken in.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, found)?;
        } else if is_about_licences(&path) {
            found.push(path);
        }
    }
    Ok(())
}

fn is_about_licences(file: &Path) -> bool {
    let is_text = file
        .extension()
        .is_none_or(|extension| ["txt", "md", "html"].iter().any(|text| extension == *text));
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.to_ascii_uppercase();
    let starts = [
        "LICENSE",
        "LICENCE",
        "COPYING",
        "COPYRIGHT",
        "NOTICE",
        "UNLICENSE",
    ];
    // `LICENSE-other-bits` has no extension, and `LICENSE.txt` one of a text.
    (is_text || stem.contains('-')) && starts.iter().any(|start| stem.starts_with(start))
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => String::from_utf8(output.stdout).map_err(|error| error.to_string()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_about_licences_are_known_by_their_names() {
        for name in [
            "LICENSE",
            "COPYING",
            "license-mit.txt",
            "LICENSE-other-bits",
            "UNLICENSE",
        ] {
            assert!(is_about_licences(Path::new(name)), "{name}");
        }
        for name in ["license.rs", "README.md", "copy.txt", "notice.c"] {
            assert!(!is_about_licences(Path::new(name)), "{name}");
        }
    }
}
