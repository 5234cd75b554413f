//! What the skill promises, scenario by scenario, and that each has a test of the same name.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::files_below;

/// Scenarios that no test shows yet. Once one does, its name is taken out here.
const LATER: [&str; 19] = [
    "feedback_check_warns_of_a_recurring_pattern",
    "a_retrospective_is_the_newest_entry_of_the_log",
    "new_returns_at_once_with_the_paths_of_a_turn",
    "continue_last_goes_on_in_the_newest_thread_of_this_directory",
    "continue_thread_goes_on_in_the_thread_that_is_named",
    "wait_prints_the_answer_and_ends_as_the_turn_did",
    "tail_follow_streams_what_comes_and_ends_as_the_turn_did",
    "status_of_a_running_turn_has_every_field",
    "a_turn_that_just_started_is_never_called_abandoned",
    "a_turn_whose_worker_died_is_abandoned",
    "list_turns_gives_the_newest_first",
    "setup_removes_the_folders_of_old_turns",
    "a_schema_reaches_the_model_and_the_answer_fits_it",
    "repeated_images_reach_the_model",
    "without_a_login_the_guide_is_printed_and_the_exit_code_is_2",
    "every_turn_uses_the_subscription",
    "an_exported_api_key_is_ignored",
    "without_codex_setup_prints_how_to_install_it",
    "a_long_turn_outlives_the_command_that_started_it",
];

/// The names of all tests of this suite.
fn tests() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut names = BTreeSet::new();
    for file in files_below(&folder) {
        let text = fs::read_to_string(file).unwrap();
        let mut marked = false;
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                marked = true;
            } else if let Some((_, rest)) = line.split_once("fn ")
                && std::mem::take(&mut marked)
            {
                let name = rest.split(['(', '<']).next().unwrap();
                names.insert(name.to_owned());
            }
        }
    }
    names
}

#[test]
fn each_scenario_of_the_skill_has_a_test_of_the_same_name() {
    let feature = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../skills/switchboard-turns/references/scenarios.feature");
    let feature = fs::read_to_string(feature).unwrap();
    let titles = feature
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Scenario: "));
    let name = |title: &str| {
        let words = title.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        words.join("_").to_lowercase()
    };
    let scenarios: BTreeSet<String> = titles.map(name).collect();
    assert_eq!(scenarios.len(), 21);
    let tests = tests();
    let without: BTreeSet<_> = scenarios.difference(&tests).map(String::as_str).collect();
    assert_eq!(
        without,
        BTreeSet::from(LATER),
        "left: scenarios without a test; right: those that may be"
    );
}
