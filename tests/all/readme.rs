//! What the README says is so: its names, its tables, its commands and its example.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use clef::Status;
use clef_harness::{Library, root};
#[cfg(target_os = "linux")]
use clef_harness::{Program, has, require, visitor};
#[cfg(target_os = "linux")]
use clef_sandbox::{CLIENT_ID, Options, Sandbox};

#[cfg(target_os = "linux")]
use crate::desktop::Desktop;
#[cfg(target_os = "linux")]
use crate::packaging::installation::prefix;
use crate::support::scratch;
#[cfg(target_os = "linux")]
use crate::support::text;

const DOCUMENTS: [&str; 4] = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/abi.md",
];
const FIRST_PROGRAM: &str = "examples-c/login.c";

#[test]
fn every_name_of_the_reference_has_its_row_and_function() {
    let names = read("tests/all/reference_names.txt");
    let names: Vec<_> = names
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert!(names.len() > 50, "the list of names was misread");
    let readme = read("README.md");
    let rows = rows(section(&readme, "## Reference"));
    let in_table: Vec<_> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    assert_eq!(in_table, names, "the rows are not those of the reference");

    let header = read("include/clef.h");
    let functions = functions(&header);
    let scopes = constants(&header, "CLEF_SCOPE_");
    for row in &rows {
        let works =
            identifiers(row[1]).any(|name| functions.contains(name) || scopes.contains(name));
        assert!(works, "{} names nothing of clef.h", row[0]);
    }
}

#[test]
fn every_name_of_clef_that_the_documents_speak_of_is_in_the_header() {
    let header = read("include/clef.h");
    let known: BTreeSet<_> = identifiers(&header).collect();
    for document in DOCUMENTS {
        let text = read(document);
        let unknown: Vec<_> = identifiers(&text)
            .filter(|name| !known.contains(name) && !is_not_of_the_header(name))
            .collect();
        assert!(unknown.is_empty(), "{document} makes up {unknown:?}");
    }
}

/// A beginning of a name (`clef_prompt_for_…`), a crate of ours, what the tests read from the environment, or a setting
/// of CMake's.
fn is_not_of_the_header(name: &str) -> bool {
    name.ends_with('_')
        || ["clef_harness", "clef_x", "clef_x_free"].contains(&name)
        || name.starts_with("CLEF_TEST_")
        || ["CLEF_ACCEPT_ABI", "CLEF_RENEW_HEADER"].contains(&name)
        || read("CMakeLists.txt").contains(name)
}

#[test]
fn every_status_has_its_row_with_its_remedy() {
    let header = read("include/clef.h");
    let remedies = constants(&header, "CLEF_REMEDY_");
    let readme = read("README.md");
    let chapter = section(&readme, "## Errors, and what to do about each");
    let rows = rows(chapter);
    let in_table: Vec<_> = rows
        .iter()
        .filter(|row| row.len() == 3)
        .map(|row| (row[0].to_owned(), row[1].to_owned()))
        .collect();
    let mut expected = Vec::new();
    for (name, number) in numbered(&header, "CLEF_STATUS_") {
        assert_eq!(Status::from_number(number).map(Status::name), Some(name));
        let remedy = clef::ffi::error::clef_status_remedy(number);
        let remedy = numbered(&header, "CLEF_REMEDY_")
            .find(|(_, number)| *number == remedy)
            .expect("the header has every remedy");
        expected.push((format!("`{name}`"), format!("`{}`", remedy.0)));
    }
    assert!(expected.len() > 20, "the header was misread");
    assert_eq!(in_table, expected);

    let explained: BTreeSet<_> = rows
        .iter()
        .filter(|row| row.len() == 2)
        .map(|row| row[0].trim_matches('`'))
        .collect();
    assert_eq!(explained, remedies, "the remedies are not all explained");
}

#[test]
fn every_link_leads_somewhere() {
    for document in DOCUMENTS {
        let text = read(document);
        let mut count = 0;
        for target in text.split("](").skip(1) {
            let target = target.split(')').next().expect("split gives one part");
            if target.starts_with("https://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => root().join(document),
                _ => root().join(document).with_file_name("").join(file),
            };
            assert!(file.exists(), "{document} links to {target}");
            let found = anchor.is_empty()
                || anchors(&fs::read_to_string(file).expect("it can be read")).contains(anchor);
            assert!(found, "{document} links to {target}");
            count += 1;
        }
        assert!(count > 0, "no link of {document} was found");
    }
}

#[test]
fn the_first_thing_is_the_first_program() {
    let readme = read("README.md");
    let before = readme.split("```").next().expect("split gives one part");
    let headings: Vec<_> = before
        .lines()
        .filter(|line| line.starts_with('#'))
        .collect();
    assert_eq!(headings, ["# clef", "## A first program"]);
    assert!(before.lines().count() <= 12, "{before}");
    let program = block(section(&readme, "## A first program"), "c");
    assert_eq!(program, read(FIRST_PROGRAM));
}

#[test]
#[cfg(target_os = "linux")]
fn first_program_compiles_as_the_readme_says_and_logs_in() {
    if !require("pkg-config", has("pkg-config")) {
        return;
    }
    let readme = read("README.md");
    let commands = shell(section(&readme, "## Install"));
    let (export, compilations): (Vec<_>, Vec<_>) = commands
        .into_iter()
        .filter(|command| command.starts_with("cc ") || command.starts_with("export "))
        .partition(|command| command.starts_with("export "));
    assert_eq!((export.len(), compilations.len()), (1, 3));
    for (kind, command) in ["shared", "static", "in place"]
        .into_iter()
        .zip(compilations)
    {
        let folder = scratch(&format!("readme-{kind}"));
        // As if it had been installed there.
        std::os::unix::fs::symlink(prefix(), folder.join("clef")).expect("links can be made");
        let source = root().join(FIRST_PROGRAM).display().to_string();
        assert!(command.contains(FIRST_PROGRAM), "{command}");
        let command = command.replace(FIRST_PROGRAM, &source);
        compile_after(export[0], &command, &folder);
        log_in(&Program::at(folder.join("login")), &folder);
    }
}

/// The blocks of shell commands.
fn shell(text: &str) -> Vec<&str> {
    text.split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}

#[test]
fn every_setting_of_the_installation_is_known() {
    let readme = read("README.md");
    let script = read("packaging/install.sh");
    let install = section(&readme, "## Install");
    for setting in ["PREFIX", "DESTDIR", "LIBDIR", "TARGET", "CARGO_FLAGS"] {
        assert!(install.contains(setting) && script.contains(&format!("#   {setting} ")));
    }
    assert!(shell(install)[0].starts_with("packaging/install.sh PREFIX="));
}

#[test]
fn listener_that_saves_compiles() {
    let readme = read("README.md");
    let listener = block(section(&readme, "## Saving tokens"), "c");
    let source = format!(
        "#include <clef.h>\n\
         bool write_file_only_i_can_read(const char *path, const char *text);\n\
         {listener}\
         clef_token_listener listener_of_the_readme = save;\n"
    );
    compiles("readme-listener", &source);
}

#[test]
fn logging_in_compiles() {
    let readme = read("README.md");
    let chapter = section(&readme, "## Logging a user in");
    let login = block(chapter, "c");
    let (_, behind) = chapter
        .split_once("handed a `clef_login_attempt`")
        .expect("a callback");
    let callback = block(behind, "c");
    let source = format!(
        "#include <clef.h>\n\
         void keep_for_cancel_and_paste(void *app, clef_login_attempt *attempt);\n\
         void show_link(void *app, const char *url);\n\
         {callback}\
         clef_login_callback callback_of_the_readme = show;\n\
         int log_in(const char *client_id, const clef_scope_set *scopes);\n\
         int log_in(const char *client_id, const clef_scope_set *scopes)\n{{\n\
         clef_credentials *credentials;\nclef_refreshing_token *token;\n\
         clef_error *error;\n{login}return failed;\n}}\n"
    );
    compiles("readme-login", &source);
}

#[test]
fn receiving_the_redirect_compiles() {
    let readme = read("README.md");
    let login = block(section(&readme, "## Receiving the redirect"), "c");
    let source = format!(
        "#include <clef.h>\n\
         void show_in_browser(const char *url);\n\
         int log_in(const clef_credentials *plain, const clef_scope_set *scopes);\n\
         int log_in(const clef_credentials *plain, const clef_scope_set *scopes)\n{{\n\
         clef_redirect_listener *listener;\nclef_credentials *credentials;\n\
         clef_user_auth *login;\nclef_refreshing_token *token;\n\
         clef_error *error;\nchar *url = NULL;\n{login}return failed;\n}}\n"
    );
    compiles("readme-redirect", &source);
}

#[test]
fn storing_compiles() {
    let readme = read("README.md");
    let storing = block(section(&readme, "## Storage"), "c");
    let source = format!(
        "#include <clef.h>\n\
         int keep(const clef_credentials *credentials, clef_token *token);\n\
         int keep(const clef_credentials *credentials, clef_token *token)\n{{\n\
         clef_token_store *store;\nclef_error *error;\n{storing}return failed;\n}}\n"
    );
    compiles("readme-storage", &source);
}

#[test]
fn sharing_compiles() {
    let readme = read("README.md");
    let sharing = block(section(&readme, "### One token in several processes"), "c");
    let source = format!(
        "#include <clef.h>\n\
         clef_status begin(const clef_token_store *store, const clef_credentials *credentials,\n\
         const clef_scope_set *scopes, const clef_login_options *options);\n\
         clef_status begin(const clef_token_store *store, const clef_credentials *credentials,\n\
         const clef_scope_set *scopes, const clef_login_options *options)\n{{\n\
         clef_refreshing_token *token;\nclef_error *error;\n{sharing}return status;\n}}\n"
    );
    compiles("readme-sharing", &source);
}

#[test]
fn moving_over_compiles() {
    let readme = read("README.md");
    let moving = block(
        section(&readme, "### Moving over from spotipy and tekore"),
        "c",
    );
    let source = format!(
        "#include <clef.h>\n\
         int move_over(const clef_credentials *credentials, const clef_token_store *store,\n\
         const char *text_of_the_cache, int64_t logged_in_at);\n\
         int move_over(const clef_credentials *credentials, const clef_token_store *store,\n\
         const char *text_of_the_cache, int64_t logged_in_at)\n{{\n\
         clef_token *cached, *stamped;\nclef_refreshing_token *token;\n\
         clef_error *error;\n{moving}return failed;\n}}\n"
    );
    compiles("readme-moving", &source);
}

/// Compiles a piece of the README by itself.
fn compiles(name: &str, source: &str) {
    let folder = scratch(name);
    fs::write(folder.join("piece.c"), source).expect("the folder can be written");
    compile("cc -Iinclude -c piece.c", &folder);
}

/// Runs a compiler's command of the README, with the library of the tests in place of the release library.
fn compile(command: &str, folder: &Path) {
    compile_after("true", command, folder);
}

/// [`compile`] after another command, at home in `folder`.
fn compile_after(before: &str, command: &str, folder: &Path) {
    let library = Library::get().folder.display().to_string();
    let flags = env::var("CLEF_TEST_CFLAGS").unwrap_or_default();
    let include = format!("-I{}", root().join("include").display());
    let command = command
        .replacen("cc ", &format!("cc -Wall -Wextra -Werror {flags} "), 1)
        .replace("-Iinclude", &include)
        .replace("$PWD/target/release", &library)
        .replace("target/release", &library);
    let command = format!("{before} && {command}");
    let output = Command::new("sh")
        .current_dir(folder)
        .env("HOME", folder)
        .args(["-c", &command])
        .output()
        .expect("there is a shell");
    assert!(
        output.status.success(),
        "{command}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs the first program twice, at a desktop whose user agrees.
#[cfg(target_os = "linux")]
fn log_in(program: &Program, folder: &Path) {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let desktop = Desktop::new(folder);
    let run = || {
        program
            .command()
            .env("ACCOUNTS_URL", sandbox.url())
            .env("CLIENT_ID", CLIENT_ID)
            // Not the folder itself, where `clef` is what was installed.
            .env("XDG_STATE_HOME", folder.join("state"))
            .env("PATH", desktop.path())
            .output()
            .expect("the program starts")
    };
    let outputs = desktop.during(
        || [run(), run()],
        |url| {
            let redirect = visitor::agree(url).expect("the sandbox redirects");
            visitor::open(&redirect).expect("the redirect is received");
        },
    );
    for output in outputs {
        let shown = text(&output.stdout);
        assert!(output.status.success(), "{shown}{}", text(&output.stderr));
        assert!(shown.contains("Authorization: Bearer "), "{shown}");
    }
    assert_eq!(sandbox.count("/api/token", Some("authorization_code")), 1);
    assert_eq!(sandbox.count("/api/token", None), 1);
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands below a heading, up to the next one of its level.
fn section<'a>(document: &'a str, heading: &str) -> &'a str {
    let (_, rest) = document
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("there is no {heading}"));
    rest.split("\n## ").next().expect("split gives one part")
}

/// The first block of code in this language.
fn block<'a>(text: &'a str, language: &str) -> &'a str {
    let (_, rest) = text
        .split_once(&format!("```{language}\n"))
        .expect("there is a block of code");
    rest.split("```").next().expect("split gives one part")
}

/// The cells of each row of the tables, without their heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

/// Everything that is named like something of clef.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("clef_") || word.starts_with("CLEF_"))
}

/// The functions that the header declares.
fn functions(header: &str) -> BTreeSet<&str> {
    header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#', '}']))
        .filter(|line| !line.starts_with("typedef"))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| identifiers(before).last())
        .collect()
}

/// The enumerators `PREFIX… = number` of the header, in its order.
fn numbered<'a>(header: &'a str, prefix: &'a str) -> impl Iterator<Item = (&'a str, i32)> {
    header.lines().filter_map(move |line| {
        let (name, number) = line.trim().trim_end_matches(',').split_once(" = ")?;
        Some((name, number.parse().ok()?)).filter(|_| name.starts_with(prefix))
    })
}

fn constants<'a>(header: &'a str, prefix: &'a str) -> BTreeSet<&'a str> {
    numbered(header, prefix).map(|(name, _)| name).collect()
}

/// What headings are linked by.
fn anchors(document: &str) -> BTreeSet<String> {
    document
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-')
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}
