//! Plays the scenarios of `tests/conformance` in every language, against one sandbox, and shows what each makes of them.

// By its path, as the benchmark has it too, so that each language lies beside the list.
#[path = "conformance/languages.rs"]
mod languages;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::Path;
use std::process::Stdio;

use clef_harness::{Library, root};
use clef_sandbox::{Options, Sandbox};

use self::languages::{Absent, LANGUAGES, Language, Runner};
use crate::support::{scratch, text};

const SCENARIOS: &str = "tests/conformance/scenarios.txt";

/// Scenarios each of which has to fail.
const WRONG: &str = "tests/conformance/wrong.txt";

/// What a runner says of each scenario: nothing where it is well.
type Outcomes = BTreeMap<String, Option<String>>;

#[test]
fn every_language_plays_every_scenario() {
    let sandbox = Sandbox::start(Options::default()).expect("the sandbox starts");
    let columns: Vec<Column> = LANGUAGES
        .iter()
        .map(|language| Column {
            language: language.name,
            outcomes: outcomes_in(language, &sandbox),
        })
        .collect();
    let names = scenario_names(SCENARIOS);
    print!("{}", table(&names, &columns));
    let gaps = gaps(&names, &columns);
    assert!(gaps.is_empty(), "\n{}", gaps.join("\n"));
}

/// What a language makes of the scenarios, or why it does not play them here.
fn outcomes_in(language: &Language, sandbox: &Sandbox) -> Result<Outcomes, Absent> {
    let chosen = env::var("CLEF_TEST_LANGUAGES").ok();
    if chosen.is_some_and(|names| !names.split(',').any(|name| name == language.name)) {
        return Err(Absent("left out by CLEF_TEST_LANGUAGES".to_owned()));
    }
    let folder = scratch(&format!("conformance-{}", language.name));
    let runner = (language.build)(Library::get(), &folder)?;
    check_it_can_fail(language.name, &runner, sandbox, &folder);
    Ok(play(&runner, SCENARIOS, sandbox, &folder))
}

/// What a runner says is worth nothing if it says that all is well whatever happens.
fn check_it_can_fail(language: &str, runner: &Runner, sandbox: &Sandbox, folder: &Path) {
    let outcomes = play(runner, WRONG, sandbox, folder);
    for name in scenario_names(WRONG) {
        assert!(
            matches!(outcomes.get(&name), Some(Some(_))),
            "{language} does not notice what is wrong with {name}"
        );
    }
}

/// Has a runner play a file of scenarios.
fn play(runner: &Runner, scenarios: &str, sandbox: &Sandbox, folder: &Path) -> Outcomes {
    let directory = folder.join("played");
    std::fs::create_dir_all(&directory).expect("the target folder can be written");
    let output = runner
        .command()
        .arg(root().join(scenarios))
        .arg(&*sandbox.url())
        .arg(&directory)
        .stdin(Stdio::null())
        .output()
        .expect("the runner starts");
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let outcomes: Outcomes = stdout.lines().filter_map(outcome).collect();
    let is_well = outcomes.values().all(Option::is_none);
    assert!(
        output.status.success() == is_well,
        "the runner ended with {}, which is not what it says:\n{stdout}\n{stderr}",
        output.status
    );
    outcomes
}

/// `ok NAME` or `FAILED NAME: line N: …`
fn outcome(line: &str) -> Option<(String, Option<String>)> {
    if let Some(name) = line.strip_prefix("ok ") {
        return Some((name.to_owned(), None));
    }
    let (name, why) = line.strip_prefix("FAILED ")?.split_once(": ")?;
    Some((name.to_owned(), Some(why.to_owned())))
}

fn lines_of(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(file)).expect("the scenarios are there");
    text.lines().map(str::to_owned).collect()
}

fn scenario_names(file: &str) -> Vec<String> {
    let names: Vec<String> = lines_of(file)
        .iter()
        .filter_map(|line| line.strip_prefix("scenario "))
        .map(str::to_owned)
        .collect();
    let different: BTreeSet<&String> = names.iter().collect();
    assert_eq!(different.len(), names.len(), "two scenarios have one name");
    names
}

/// A language, and what it makes of the scenarios.
struct Column {
    language: &'static str,
    outcomes: Result<Outcomes, Absent>,
}

impl Column {
    fn cell(&self, name: &str) -> &'static str {
        match &self.outcomes {
            Err(_) => "-",
            Ok(outcomes) => match outcomes.get(name) {
                Some(None) => "ok",
                Some(Some(_)) => "FAILED",
                None => "missing",
            },
        }
    }
}

/// Scenario × language.
fn table(names: &[String], columns: &[Column]) -> String {
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let row = |first: &str, cells: Vec<&str>| {
        let cells: String = cells.iter().map(|cell| format!("  {cell:<8}")).collect();
        format!("{first:<width$}{cells}").trim_end().to_owned() + "\n"
    };
    let heading = columns.iter().map(|column| column.language).collect();
    let mut table = row("scenario", heading);
    for name in names {
        table += &row(name, columns.iter().map(|c| c.cell(name)).collect());
    }
    for column in columns {
        if let Err(Absent(why)) = &column.outcomes {
            table += &format!("{}: {why}\n", column.language);
        }
    }
    table
}

/// What keeps a language that is played here from being complete.
fn gaps(names: &[String], columns: &[Column]) -> Vec<String> {
    let mut gaps = Vec::new();
    for column in columns {
        let Ok(outcomes) = &column.outcomes else {
            continue;
        };
        for name in names {
            match outcomes.get(name) {
                Some(None) => {}
                Some(Some(why)) => gaps.push(format!("{}: {name}: {why}", column.language)),
                None => gaps.push(format!("{} does not play {name}", column.language)),
            }
        }
    }
    gaps
}

#[test]
fn every_status_is_provoked() {
    let header = lines_of("include/clef.h");
    let scenarios = lines_of(SCENARIOS);
    let statuses: Vec<&str> = header
        .iter()
        .filter_map(|line| line.trim().strip_prefix("CLEF_STATUS_")?.split_once(" = "))
        .map(|(status, _)| status)
        .filter(|status| *status != "OK")
        .collect();
    assert!(statuses.len() >= 28, "the header has {statuses:?}");
    for status in statuses {
        let expected = format!("fails {status} ");
        let is_provoked = |line: &String| format!("{line} ").contains(&expected);
        assert!(
            scenarios.iter().any(is_provoked),
            "no scenario provokes {status}"
        );
    }
}

/// A runner in a new language is written by that page alone.
#[test]
fn every_verb_is_documented() {
    let documented = lines_of("tests/conformance/README.md").join("\n");
    let mut verbs = BTreeSet::new();
    for line in lines_of(SCENARIOS) {
        let Some(step) = line.strip_prefix("    ") else {
            continue;
        };
        let step = step.split_once(" = ").map_or(step, |(_, step)| step);
        let verb = step.split(' ').next().expect("a step has a verb");
        verbs.insert(verb.strip_prefix("start_").unwrap_or(verb).to_owned());
    }
    assert!(verbs.len() > 80, "the scenarios have {} verbs", verbs.len());
    for verb in verbs {
        assert!(
            documented.contains(&format!("`{verb}`")) || documented.contains(&format!("`{verb} ")),
            "the README does not say what {verb} does"
        );
    }
}
