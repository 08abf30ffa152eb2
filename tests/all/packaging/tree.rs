//! The tree that is installed, by the script and by CMake.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clef_harness::{has, require, root};

use super::installation::{installer, prefix, run, setting, soname, target_dir};
use crate::support::scratch;

#[test]
fn has_what_programs_look_for() {
    let (soname, file) = (
        soname(),
        format!("libclef.so.{}", env!("CARGO_PKG_VERSION")),
    );
    let expected = [
        "include/clef.h".to_owned(),
        "include/clef.hpp".to_owned(),
        "include/clef/module.modulemap".to_owned(),
        "lib/cmake/clef/clef-config-version.cmake".to_owned(),
        "lib/cmake/clef/clef-config.cmake".to_owned(),
        "lib/libclef.a".to_owned(),
        format!("lib/libclef.so -> {soname}"),
        format!("lib/{soname} -> {file}"),
        format!("lib/{file}"),
        "lib/pkgconfig/clef-static.pc".to_owned(),
        "lib/pkgconfig/clef.pc".to_owned(),
        "share/licenses/clef/LICENSE-APACHE".to_owned(),
        "share/licenses/clef/LICENSE-MIT".to_owned(),
    ];
    let entries = entries(prefix());
    assert!(entries.keys().eq(&expected), "{:?}", entries.keys());
    assert_eq!(
        entries["include/clef.h"].bytes,
        fs::read(root().join("include/clef.h")).expect("the header is there")
    );
}

#[test]
fn is_the_same_by_cmake() {
    if !require("cmake", has("cmake")) {
        return;
    }
    let folder = scratch("installed-by-cmake");
    let (build, tree) = (folder.join("build"), folder.join("tree"));
    run(installer("cmake")
        .arg("-S")
        .arg(root())
        .arg("-B")
        .arg(&build)
        .arg("-DCMAKE_INSTALL_LIBDIR=lib")
        .arg(setting("-DCLEF_CARGO_TARGET_DIR", &target_dir())));
    run(installer("cmake").arg("--build").arg(&build));
    run(installer("cmake")
        .arg("--install")
        .arg(&build)
        .args(["--prefix", "/opt/clef"])
        .env("DESTDIR", &tree));
    let (by_cmake, by_script) = (entries(&tree.join("opt/clef")), entries(prefix()));
    let names = |tree: &BTreeMap<String, Entry>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&by_cmake), names(&by_script));
    for (name, entry) in by_cmake {
        assert!(entry == by_script[&name], "{name} differs");
    }
}

#[derive(PartialEq)]
struct Entry {
    mode: u32,
    bytes: Vec<u8>,
}

/// All files and links below a folder; a link is named with what it leads to.
fn entries(folder: &Path) -> BTreeMap<String, Entry> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("the folder can be read") {
            let path: PathBuf = entry.expect("the folder can be read").path();
            let kind = path.symlink_metadata().expect("it is there");
            let mut name = path
                .strip_prefix(folder)
                .expect("it lies below")
                .display()
                .to_string();
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            if kind.is_symlink() {
                let target = fs::read_link(&path).expect("it is a link");
                name = format!("{name} -> {}", target.display());
            }
            let entry = Entry {
                mode: kind.permissions().mode(),
                bytes: fs::read(&path).expect("the file can be read"),
            };
            found.insert(name, entry);
        }
    }
    found
}
