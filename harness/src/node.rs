//! Scripts for Node, with the packages that they need.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{Mutex, PoisonError};

use crate::{has, require, root};

/// What npm puts the packages into.
const PACKAGES: &str = "node_modules";

const LOCK: &str = "package-lock.json";

/// Copies `source`, a folder of scripts from the root of the repository, into a folder of `into`, and has npm install what
/// its `package-lock.json` says; gives the copy. What was installed before is kept: that needs no network.
///
/// None where that is not possible here, as with [`require`].
pub fn install_packages(source: &str, into: &Path) -> Option<PathBuf> {
    /// By their source. Once a process: another test may be running the scripts by now.
    static INSTALLED: Mutex<BTreeMap<String, Option<PathBuf>>> = Mutex::new(BTreeMap::new());
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    installed
        .entry(source.to_owned())
        .or_insert_with(|| install(source, into))
        .clone()
}

fn install(source: &str, into: &Path) -> Option<PathBuf> {
    let tools = ["node", "npm"];
    if !tools.iter().all(|tool| require(tool, has(tool))) {
        return None;
    }
    let original = root().join(source);
    let name = original.file_name().expect("the folder has a name");
    let installed = into.join(name);
    if !is_of(&original, &installed) {
        let fresh = into.join(format!("{}-{}", name.display(), process::id()));
        copy_files(&original, &fresh).expect("the target folder can be written");
        let outcome = npm_ci(&fresh);
        if outcome.is_ok() {
            // One step, so that no other process finds half of it. Another may have been quicker, which is as good.
            let _ = fs::remove_dir_all(&installed);
            let _ = fs::rename(&fresh, &installed);
        }
        let _ = fs::remove_dir_all(&fresh);
        if let Err(complaint) = outcome {
            let what = format!("what npm ci installs in {source}: {complaint}");
            require(&what, false);
            return None;
        }
    }
    copy_files(&original, &installed).expect("the target folder can be written");
    Some(installed)
}

/// Whether `installed` has what the lock file of `source` says.
fn is_of(source: &Path, installed: &Path) -> bool {
    let lock = |folder: &Path| fs::read(folder.join(LOCK)).ok();
    installed.join(PACKAGES).is_dir() && lock(source) == lock(installed)
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Without the scripts of the packages, which may load more than the lock file says. The error is what npm complains of.
fn npm_ci(folder: &Path) -> Result<(), String> {
    let output = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .args(["--no-update-notifier", "--prefer-offline"])
        .arg("--loglevel=error")
        .current_dir(folder)
        .output()
        .expect("npm runs");
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
