//! The ABI is the one that programs were linked with; docs/abi.md says what it is, and how it may grow.
//!
//! Three witnesses: the header against the baseline in abi/; a C compiler, which meets both; and the debug information of
//! the library against the header.

mod compare;
mod library;
mod surface;

#[cfg(target_os = "linux")]
mod changed_copy;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clef_harness::{cargo_build, has, require, root};

use crate::declarations::header;
use crate::support::{scratch, text};
use compare::{may_be_accepted, verdict};
use surface::Surface;

fn baseline_file() -> PathBuf {
    root().join("abi/baseline.h")
}

fn baseline() -> Surface {
    let text = fs::read_to_string(baseline_file()).expect("abi/baseline.h is there");
    Surface::of_baseline(&text)
}

#[test]
fn is_kept() {
    let now = Surface::of_header(&header());
    if env::var_os("CLEF_ACCEPT_ABI").is_some() {
        accept(&now, &baseline_file());
    }
    if let Err(told) = verdict(&baseline(), &now) {
        panic!("{told}");
    }
    let written = fs::read_to_string(baseline_file()).expect("abi/baseline.h is there");
    assert!(
        written == now.baseline(),
        "abi/baseline.h says the same in another way; renew it: {}",
        compare::HOW_TO_ACCEPT
    );
}

/// Makes this the baseline, unless programs that were linked before would break.
fn accept(now: &Surface, file: &Path) {
    let before = Surface::of_baseline(&fs::read_to_string(file).expect("the baseline is there"));
    if may_be_accepted(&before, now) {
        fs::write(file, now.baseline()).expect("the baseline can be written");
    }
}

/// A compiler meets both in one file: it takes a name twice only where it means the same, and each number is asserted.
fn compile_with_baseline(header: &str, baseline: &Surface, folder: &Path) -> Result<(), String> {
    let functions: String = baseline
        .functions()
        .map(|function| format!("    (any_function)&{},\n", function.name))
        .collect();
    let program = format!(
        "#include <clef.h>\n\
         typedef void (*any_function)(void);\n\
         extern const any_function all[];\n\
         const any_function all[] = {{\n{functions}}};\n\
         #include \"baseline.h\"\n"
    );
    for (name, contents) in [
        ("clef.h", header),
        ("baseline.h", &baseline.baseline()),
        ("meet.c", &program),
    ] {
        fs::write(folder.join(name), contents).expect("the target folder can be written");
    }
    let output = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-c", "meet.c"])
        .args(["-I.", "-o", "meet.o"])
        .env("LC_ALL", "C")
        .current_dir(folder)
        .output()
        .expect("a C compiler is installed as cc");
    match output.status.success() {
        true => Ok(()),
        false => Err(text(&output.stderr)),
    }
}

#[test]
fn a_compiler_takes_header_and_baseline_for_the_same() {
    let folder = scratch("abi-compiler");
    if let Err(errors) = compile_with_baseline(&header(), &baseline(), &folder) {
        panic!("{errors}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_library_is_what_the_header_declares() {
    if !require("abidw (abigail-tools)", has("abidw")) {
        return;
    }
    let header = Surface::of_header(&header());
    let (compiled, soname) = library::calls_of_library(&cargo_build(&[]));
    let disagreements = library::disagreements(&library::calls_of_header(&header), &compiled);
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    assert_eq!(soname, header.soname);
}

/// A change of the header.
struct Case {
    replaced: &'static str,
    by: &'static str,
    /// What is told.
    told: &'static str,
    /// What the compiler says to it, which does not judge what is added, and knows no order of parameters.
    error: Option<&'static str>,
}

const BREAKS: [Case; 12] = [
    Case {
        replaced: "clef_sender_new_polled(int64_t timeout_ms,",
        by: "clef_sender_new_polled(",
        told: "- clef_sender_new_polled: was 'clef_status clef_sender_new_polled(int64_t timeout_ms, \
               clef_sender **sender, clef_error **error)',\n  is 'clef_status clef_sender_new_polled(\
               clef_sender **sender, clef_error **error)'\n",
        error: Some("conflicting types for 'clef_sender_new_polled'"),
    },
    Case {
        replaced: "clef_sender_new_polled(int64_t timeout_ms,",
        by: "clef_sender_new_polled(int32_t timeout_ms,",
        told: "- clef_sender_new_polled: was",
        error: Some("conflicting types for 'clef_sender_new_polled'"),
    },
    Case {
        replaced: "int64_t clef_token_expires_at(",
        by: "int32_t clef_token_expires_at(",
        told: "- clef_token_expires_at: was 'int64_t",
        error: Some("conflicting types for 'clef_token_expires_at'"),
    },
    Case {
        replaced: "const char *clef_status_name(clef_status status);",
        by: "void clef_is_new(void);",
        told: "- clef_status_name is gone\n",
        error: Some("'clef_status_name' undeclared"),
    },
    Case {
        replaced: "clef_request_client_token(const char *client_id,\n                                      const char *client_secret,",
        by: "clef_request_client_token(const char *client_secret,\n                                      const char *client_id,",
        told: "- clef_request_client_token takes its parameters in another order: was",
        error: None,
    },
    Case {
        replaced: "CLEF_REMEDY_RETRY_LATER = 1",
        by: "CLEF_REMEDY_RETRY_LATER = 2",
        told: "- CLEF_REMEDY_RETRY_LATER was 1, is 2\n",
        error: Some("static assertion failed: \"CLEF_REMEDY_RETRY_LATER\""),
    },
    Case {
        replaced: "    CLEF_STATUS_TIMEOUT = 16,\n",
        by: "",
        told: "- CLEF_STATUS_TIMEOUT is gone\n",
        error: Some("'CLEF_STATUS_TIMEOUT' undeclared"),
    },
    Case {
        replaced: "    CLEF_STATUS_OK = 0,\n",
        by: "    CLEF_STATUS_OK = 0,\n    CLEF_STATUS_AGAIN = 16,\n",
        told: "- CLEF_STATUS_AGAIN is 16, but numbers up to 28 are given",
        error: None,
    },
    Case {
        replaced: "#define CLEF_TIME_NEVER INT64_MAX",
        by: "#define CLEF_TIME_NEVER (-1)",
        told: "- CLEF_TIME_NEVER was INT64_MAX, is (-1)\n",
        error: Some("static assertion failed: \"CLEF_TIME_NEVER\""),
    },
    Case {
        replaced: "typedef int32_t clef_scope;",
        by: "typedef int64_t clef_scope;",
        told: "- clef_scope was 'typedef int32_t clef_scope',\n  is 'typedef int64_t clef_scope'\n",
        error: Some("conflicting types for 'clef_scope'"),
    },
    Case {
        replaced: "typedef void (*clef_free_callback)(void *user_data);",
        by: "typedef void (*clef_free_callback)(void *user_data, int32_t why);",
        told: "- clef_free_callback was 'typedef void (*clef_free_callback)(void *user_data)',",
        error: Some("conflicting types for 'clef_free_callback'"),
    },
    Case {
        replaced: "typedef struct clef_token clef_token;",
        by: "typedef struct clef_kept_token clef_token;",
        told: "- clef_token was",
        error: Some("conflicting types for 'clef_token'"),
    },
];

const ADDITIONS: [Case; 4] = [
    Case {
        replaced: "CLEF_API\nuint32_t clef_version_number(void);",
        by: "CLEF_API\nuint32_t clef_version_number(void);\n\nCLEF_API\n\
             CLEF_DEPRECATED(\"say (not) so\")\nuint32_t clef_version_patch(void);",
        told: "- uint32_t clef_version_patch(void)\n",
        error: None,
    },
    Case {
        replaced: "    CLEF_STATUS_INTERNAL = 28,\n",
        by: "    CLEF_STATUS_INTERNAL = 28,\n    CLEF_STATUS_NEW = 29,\n",
        told: "- CLEF_STATUS_NEW = 29\n",
        error: None,
    },
    Case {
        replaced: "typedef struct clef_token clef_token;",
        by: "typedef struct clef_token clef_token;\ntypedef struct clef_new clef_new;",
        told: "- typedef struct clef_new clef_new\n",
        error: None,
    },
    Case {
        replaced: "clef_sender_new_polled(int64_t timeout_ms,",
        by: "clef_sender_new_polled(int64_t limit_ms,",
        told: "- clef_sender_new_polled names a parameter anew, which must mean the same as before: was",
        error: None,
    },
];

/// The verdict on a case, after the compiler's is what it says.
fn judged(case: &Case, folder: &Path) -> (Surface, String) {
    let header = header();
    assert_eq!(
        header.matches(case.replaced).count(),
        1,
        "{}",
        case.replaced
    );
    let changed = header.replace(case.replaced, case.by);
    match (
        compile_with_baseline(&changed, &baseline(), folder),
        case.error,
    ) {
        (Ok(()), None) => {}
        (Err(errors), Some(error)) => assert!(errors.contains(error), "{errors}"),
        (result, error) => panic!("{}: {result:?} in place of {error:?}", case.by),
    }
    let changed = Surface::of_header(&changed);
    let told = verdict(&baseline(), &changed).expect_err("it is another ABI");
    assert!(told.contains(case.told), "{told}");
    (changed, told)
}

#[test]
fn a_break_is_told_and_cannot_be_accepted() {
    let folder = scratch("abi-breaks");
    let kept = folder.join("kept.h");
    for case in BREAKS {
        let (changed, told) = judged(&case, &folder);
        assert!(
            told.starts_with("programs that are linked with libclef.so.0.1 break:\n- "),
            "{told}"
        );
        assert!(
            told.contains("a break cannot be accepted as libclef.so.0.1: "),
            "{told}"
        );
        assert!(!told.contains("CLEF_ACCEPT_ABI"), "{told}");

        fs::write(&kept, baseline().baseline()).expect("the target folder can be written");
        accept(&changed, &kept);
        let now = Surface::of_baseline(&fs::read_to_string(&kept).expect("it was written"));
        assert!(verdict(&now, &changed).is_err(), "{told}");
    }
}

#[test]
fn an_addition_is_told_with_what_accepts_it() {
    let folder = scratch("abi-additions");
    let kept = folder.join("kept.h");
    for case in ADDITIONS {
        let (changed, told) = judged(&case, &folder);
        assert!(told.starts_with("not yet in the baseline:\n- "), "{told}");
        assert!(
            told.ends_with(
                "if this is meant, accept it and commit abi/: \
                 CLEF_ACCEPT_ABI=1 cargo test --test all abi::is_kept\n"
            ),
            "{told}"
        );

        fs::write(&kept, baseline().baseline()).expect("the target folder can be written");
        accept(&changed, &kept);
        let now = Surface::of_baseline(&fs::read_to_string(&kept).expect("it was written"));
        assert_eq!(verdict(&now, &changed), Ok(()));
    }
}

#[test]
fn a_break_needs_the_name_of_a_new_abi() {
    let kept = scratch("abi-new").join("kept.h");
    fs::write(&kept, baseline().baseline()).expect("the target folder can be written");
    let broken = header().replace("CLEF_REMEDY_RETRY_LATER = 1", "CLEF_REMEDY_RETRY_LATER = 9");
    let renamed = broken.replace("CLEF_VERSION_MINOR 1", "CLEF_VERSION_MINOR 2");
    let renamed = Surface::of_header(&renamed);
    let told = verdict(&baseline(), &renamed).expect_err("it is another ABI");
    assert!(
        told.contains("no longer that of libclef.so.0.1 but of libclef.so.0.2"),
        "{told}"
    );
    assert!(
        told.contains("CLEF_REMEDY_RETRY_LATER was 1, is 9"),
        "{told}"
    );
    assert!(told.contains("CLEF_ACCEPT_ABI=1"), "{told}");
    accept(&renamed, &kept);
    let now = Surface::of_baseline(&fs::read_to_string(&kept).expect("it was written"));
    assert_eq!(verdict(&now, &renamed), Ok(()));

    // A correction is no new ABI.
    let corrected = header().replace("CLEF_VERSION_PATCH 0", "CLEF_VERSION_PATCH 1");
    assert_eq!(
        verdict(&baseline(), &Surface::of_header(&corrected)),
        Ok(())
    );
}
