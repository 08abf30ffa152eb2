//! What the README says is so: its names, its tables, its commands and its example.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use clef::Status;
use clef_harness::{Library, Program, root};
use clef_sandbox::{Options, Sandbox};

use crate::support::scratch;

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
    for document in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = read(document);
        let unknown: Vec<_> = identifiers(&text)
            .filter(|name| !known.contains(name) && !is_not_of_the_header(name))
            .collect();
        assert!(unknown.is_empty(), "{document} makes up {unknown:?}");
    }
}

/// A beginning of a name (`clef_prompt_for_…`), a crate of ours, or what the tests read from the environment.
fn is_not_of_the_header(name: &str) -> bool {
    name.ends_with('_')
        || ["clef_harness", "clef_x", "clef_x_free"].contains(&name)
        || name.starts_with("CLEF_TEST_")
        || name == "CLEF_RENEW_HEADER"
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
    for document in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = read(document);
        let mut count = 0;
        for target in text.split("](").skip(1) {
            let target = target.split(')').next().expect("split gives one part");
            if target.starts_with("https://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { document } else { file };
            assert!(root().join(file).exists(), "{document} links to {target}");
            let found = anchor.is_empty() || anchors(&read(file)).contains(anchor);
            assert!(found, "{document} links to {target}");
            count += 1;
        }
        assert!(count > 0, "no link of {document} was found");
    }
}

#[test]
fn example_compiles_as_the_readme_says_and_logs_in() {
    let readme = read("README.md");
    let example = block(section(&readme, "## A first program"), "c");
    let install = section(&readme, "## Install");
    let commands: Vec<_> = install
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .filter(|command| command.starts_with("cc "))
        .collect();
    assert_eq!(commands.len(), 2, "one for each kind of library");
    for (kind, command) in ["shared", "static"].into_iter().zip(commands) {
        let folder = scratch(&format!("readme-{kind}"));
        fs::write(folder.join("example.c"), example).expect("the folder can be written");
        compile(command, &folder);
        log_in(&Program::at(folder.join("example")));
    }
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

/// Compiles a piece of the README by itself.
fn compiles(name: &str, source: &str) {
    let folder = scratch(name);
    fs::write(folder.join("piece.c"), source).expect("the folder can be written");
    compile("cc -Iinclude -c piece.c", &folder);
}

/// Runs a compiler's command of the README, with the library of the tests in place of the release library.
fn compile(command: &str, folder: &Path) {
    let library = Library::get().folder.display().to_string();
    let flags = env::var("CLEF_TEST_CFLAGS").unwrap_or_default();
    let include = format!("-I{}", root().join("include").display());
    let command = command
        .replacen("cc ", &format!("cc -Wall -Wextra -Werror {flags} "), 1)
        .replace("-Iinclude", &include)
        .replace("$PWD/target/release", &library)
        .replace("target/release", &library);
    let output = Command::new("sh")
        .current_dir(folder)
        .args(["-c", &command])
        .output()
        .expect("there is a shell");
    assert!(
        output.status.success(),
        "{command}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Plays the user of the example: agrees at the URL that it shows, and pastes where that leads to.
fn log_in(program: &Program) {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let mut child = program
        .command()
        .arg(sandbox.url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example starts");
    let mut output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let url = output
        .by_ref()
        .map(|line| line.expect("the example writes UTF-8"))
        .find(|line| line.starts_with("http"))
        .expect("the example shows a URL");
    let redirect = agree(&url);
    let mut input = child.stdin.take().expect("it is piped");
    writeln!(input, "{redirect}").expect("the example reads it");
    let rest: Vec<_> = output.map_while(Result::ok).collect();
    let status = child.wait().expect("the example ends");
    assert!(status.success(), "the example failed: {rest:?}");
    let last = rest.last().expect("the example says something");
    assert!(last.contains("Authorization: Bearer "), "{last}");
    assert_eq!(sandbox.count("/api/token", Some("authorization_code")), 1);
}

/// Where the sandbox redirects a user who agrees.
fn agree(url: &str) -> String {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .into();
    let answer = agent
        .get(format!("{url}&sandbox_auto=approve"))
        .call()
        .expect("the sandbox answers");
    let location = answer.headers().get("location").expect("a redirect");
    location.to_str().expect("a URL is ASCII").to_owned()
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
