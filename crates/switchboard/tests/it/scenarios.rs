//! What the skill promises, scenario by scenario, and that each has a test of the same name.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::files_below;

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
    let without: Vec<_> = scenarios.difference(&tests()).cloned().collect();
    assert!(without.is_empty(), "scenarios without a test: {without:?}");
}
