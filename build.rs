//! Makes the C header from `src/ffi`, and names the shared library after the version of its ABI.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    for path in [
        "src",
        "build.rs",
        "cbindgen.toml",
        "Cargo.toml",
        "include/clef.h",
    ] {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-env-changed=CLEF_RENEW_HEADER");
    match System::of_target() {
        System::Elf => {
            link_with("-Wl,-z,nodelete");
            name_library(
                "-Wl,-soname,",
                &format!("libclef.so.{}", abi_version()),
                "libclef.so",
            );
        }
        // An app's package holds libraries without a version alone.
        System::Android => {
            link_with("-Wl,-z,nodelete");
            link_with("-Wl,-soname,libclef.so");
        }
        System::Apple => name_library(
            "-Wl,-install_name,@rpath/",
            &format!("libclef.{}.dylib", abi_version()),
            "libclef.dylib",
        ),
        System::Other => {}
    }
    #[cfg(feature = "http")]
    pack_mozilla_roots();

    let header = header();
    let fresh = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it")).join("clef.h");
    fs::write(&fresh, &header).expect("OUT_DIR can be written");
    // For the test that compares it with the committed one.
    println!("cargo::rustc-env=CLEF_FRESH_HEADER={}", fresh.display());
    if env::var_os("CLEF_RENEW_HEADER").is_some() {
        fs::write("include/clef.h", &header).expect("include/clef.h can be written");
    }
}

/// How the target's shared libraries are linked.
enum System {
    /// `dlclose` has to leave the library in memory (`nodelete`): a name look-up that hangs in the system's resolver
    /// returns into it, and the standard library takes one of the process's few thread-specific keys each time it is
    /// loaded anew.
    Elf,
    Android,
    Apple,
    Other,
}

impl System {
    fn of_target() -> System {
        let is_apple = env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple");
        match &*env::var("CARGO_CFG_TARGET_OS").expect("Cargo sets it") {
            "android" => System::Android,
            "linux" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" => System::Elf,
            _ if is_apple => System::Apple,
            _ => System::Other,
        }
    }
}

fn link_with(argument: &str) {
    println!("cargo::rustc-cdylib-link-arg={argument}");
}

/// What programs are bound to: those of one ABI version run with each other's library. As cargo-c has it.
fn abi_version() -> String {
    match (version_part("MAJOR"), version_part("MINOR")) {
        (major, minor) if major == "0" => format!("0.{minor}"),
        (major, _) => major,
    }
}

/// Has programs that are linked against the library look for `name`, and lets those find it that are linked in place.
fn name_library(argument: &str, name: &str, file: &str) {
    link_with(&format!("{argument}{name}"));
    #[cfg(unix)]
    {
        let link = artifacts().join(name);
        if fs::read_link(&link).is_ok_and(|target| target == Path::new(file)) {
            return;
        }
        let _ = fs::remove_file(&link);
        if let Err(error) = std::os::unix::fs::symlink(file, &link) {
            println!(
                "cargo::warning=no link to the library in {}: {error}",
                link.display()
            );
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// Where Cargo puts the library: `target/release`, above the `build` folder that `OUT_DIR` lies in.
#[cfg(unix)]
fn artifacts() -> PathBuf {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it"));
    out.ancestors()
        .find(|folder| folder.ends_with("build"))
        .and_then(Path::parent)
        .expect("OUT_DIR lies in a folder named build")
        .to_owned()
}

/// Writes the fields of all root certificates behind each other, each behind its length.
#[cfg(feature = "http")]
fn pack_mozilla_roots() {
    let mut packed = Vec::new();
    for root in webpki_roots::TLS_SERVER_ROOTS {
        let constraints: &[u8] = root.name_constraints.as_deref().unwrap_or_default();
        for field in [&root.subject, &root.subject_public_key_info, constraints] {
            let length = u16::try_from(field.len()).expect("a certificate is small");
            packed.extend(length.to_le_bytes());
            packed.extend(field);
        }
    }
    let file = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it")).join("mozilla_roots");
    fs::write(file, packed).expect("OUT_DIR can be written");
}

fn header() -> String {
    let root = env::var("CARGO_MANIFEST_DIR").expect("Cargo sets it");
    let mut config = cbindgen::Config::from_file("cbindgen.toml").expect("cbindgen.toml is valid");
    config.header = Some(include_str!("src/ffi/header_top.txt").trim_end().into());
    config.after_includes = Some(format!(
        "{}\n{}\n{}",
        version_macros(),
        include_str!("src/ffi/header_macros.txt"),
        OPENING.trim_end(),
    ));
    let mut header = Vec::new();
    cbindgen::generate_with_config(root, config)
        .expect("src/ffi can be read by cbindgen")
        .write(&mut header);
    tidied(&String::from_utf8(header).expect("the header is UTF-8"))
}

const OPENING: &str = "#ifdef __cplusplus\nextern \"C\" {\n#endif // __cplusplus\n";

/// Leaves the enums without a name, so that none of them can become a parameter's type, takes out the empty line that
/// cbindgen's annotations leave in a comment, and opens `extern "C"` above the types of callbacks, which are C's too.
fn tidied(header: &str) -> String {
    let (before, after) = header
        .rsplit_once(OPENING)
        .filter(|(before, _)| before.contains(OPENING))
        .expect("cbindgen opens extern C below the types");
    let header = format!("{}{}", before, after.trim_start());
    let mut tidy = String::with_capacity(header.len());
    for line in header.lines() {
        let line = match line {
            "typedef enum {" => "enum {",
            line if line.starts_with("} CLEF_") => "};",
            line => line,
        };
        if line == " */" {
            while tidy.ends_with("\n *\n") {
                tidy.truncate(tidy.len() - " *\n".len());
            }
        }
        tidy.push_str(line);
        tidy.push('\n');
    }
    tidy
}

/// The library's functions take the same numbers from `Cargo.toml`.
fn version_macros() -> String {
    format!(
        "
/**
 * The version of this header; `clef_version_number()` is that of the library that is loaded.
 */
#define CLEF_VERSION_MAJOR {}
#define CLEF_VERSION_MINOR {}
#define CLEF_VERSION_PATCH {}
#define CLEF_VERSION_NUMBER \\
    (CLEF_VERSION_MAJOR * 1000000 + CLEF_VERSION_MINOR * 1000 + CLEF_VERSION_PATCH)",
        version_part("MAJOR"),
        version_part("MINOR"),
        version_part("PATCH"),
    )
}

fn version_part(name: &str) -> String {
    env::var(format!("CARGO_PKG_VERSION_{name}")).expect("Cargo sets it")
}
