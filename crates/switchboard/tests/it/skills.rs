//! `skills install` and `feedback`: what they put where agents look, and what of a person's own they leave alone.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::{Value, json};
use switchboard_testkit::{House, Options};

use crate::support::{BINARY, codex_in, files_below, text};

async fn prepared() -> House {
    House::prepare(BINARY, Options::default()).await
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A file of the skills as they stand in the tree.
fn source(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skills");
    fs::read_to_string(root.join(path)).unwrap()
}

fn claude(house: &House) -> PathBuf {
    house.person().join(".claude/skills")
}

fn install(house: &House, more: &[&str]) -> Output {
    house.run(&[&["skills", "install"], more].concat())
}

/// Everything below a folder with its text.
fn everything(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut all: Vec<_> = files_below(folder)
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn skills_are_installed_for_each_agent_that_is_here_and_again_changes_nothing() {
    let house = prepared().await;
    fs::create_dir(house.person().join(".claude")).unwrap();
    let first = install(&house, &[]);
    assert!(first.status.success(), "{first:?}");
    for skills in [claude(&house), house.codex_home().join("skills")] {
        for path in [
            "switchboard-turns/SKILL.md",
            "switchboard-turns/references/examples.md",
            "codex-server/SKILL.md",
        ] {
            assert_eq!(fs::read_to_string(skills.join(path)).unwrap(), source(path));
        }
    }
    let before = everything(&house.person());
    let again = install(&house, &["--json"]);
    assert!(again.status.success());
    assert_eq!(everything(&house.person()), before);
    let told = json_of(&again);
    assert_eq!(
        told.as_array().unwrap().len(),
        4,
        "two skills for two agents"
    );
    for installed in told.as_array().unwrap() {
        assert_eq!(installed["installed"], true);
        assert_eq!(installed["before"], installed["version"]);
        let files = installed["files"].as_array().unwrap();
        assert!(
            files.iter().all(|file| file["done"] == "unchanged"),
            "{installed}"
        );
    }
    assert!(!house.home().exists(), "no home of ours is needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_codex_tells_its_model_of_the_installed_skills() {
    let house = prepared().await;
    assert!(install(&house, &["--to", "codex"]).status.success());
    codex_in(
        &house,
        house.folder(),
        &["exec", "--skip-git-repo-check", "mock: text \"hello\""],
    );
    let asked = house.upstream.last_model_request().unwrap();
    let told = serde_json::to_string(&asked.input).unwrap();
    for skill in ["switchboard-turns", "codex-server"] {
        assert!(told.contains(&format!("{skill}/SKILL.md")), "{told}");
    }
    assert!(
        told.contains("second opinion"),
        "with what calls for it: {told}"
    );
}

#[tokio::test]
async fn without_an_agent_it_asks_where_and_a_folder_is_as_good() {
    let house = prepared().await;
    fs::remove_dir_all(house.codex_home()).unwrap();
    let refused = install(&house, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("--to claude"),
        "{refused:?}"
    );
    let folder = house.folder().join("new/skills");
    let there = install(&house, &["--to", folder.to_str().unwrap()]);
    assert!(there.status.success(), "{there:?}");
    let words = String::from_utf8_lossy(&there.stdout).into_owned();
    assert!(words.contains("written     SKILL.md"), "{words}");
    assert!(folder.join("switchboard-turns/SKILL.md").exists());
    assert!(install(&house, &["--to", "codex"]).status.success());
    assert!(
        house
            .codex_home()
            .join("skills/codex-server/SKILL.md")
            .exists()
    );
    assert_eq!(install(&house, &["--to", ""]).status.code(), Some(64));
}

#[tokio::test]
async fn what_a_person_changed_is_never_written_over_unsaid() {
    let house = prepared().await;
    install(&house, &["--to", "claude"]);
    let skill = claude(&house).join("switchboard-turns");
    fs::write(skill.join("SKILL.md"), "mine").unwrap();
    fs::remove_file(skill.join("references/examples.md")).unwrap();
    fs::remove_file(skill.join("references/auth-setup.md")).unwrap();
    symlink(
        house.folder().join("elsewhere"),
        skill.join("references/auth-setup.md"),
    )
    .unwrap();
    let refused = install(&house, &["--to", "claude", "--json"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = json_of(&refused);
    assert_eq!(told[0]["installed"], false);
    let kept = |path: &str| json!({ "path": path, "done": "kept" });
    assert_eq!(
        told[0]["files"],
        json!([kept("SKILL.md"), kept("references/auth-setup.md")])
    );
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("--force"),
        "{refused:?}"
    );
    assert!(
        !skill.join("references/examples.md").exists(),
        "all of the skill or nothing"
    );
    fs::create_dir(skill.join("feedback")).unwrap();
    fs::write(skill.join("feedback/log.md"), "log").unwrap();
    fs::write(skill.join("SKILL.md.yours"), "older").unwrap();
    let forced = install(&house, &["--to", "claude", "--force"]);
    assert!(forced.status.success(), "{forced:?}");
    for (path, expected) in [
        ("SKILL.md", &*source("switchboard-turns/SKILL.md")),
        ("SKILL.md.yours", "older"),
        ("SKILL.md.yours-2", "mine"),
        (
            "references/auth-setup.md",
            &*source("switchboard-turns/references/auth-setup.md"),
        ),
        (
            "references/examples.md",
            &*source("switchboard-turns/references/examples.md"),
        ),
        ("feedback/log.md", "log"),
    ] {
        assert_eq!(
            fs::read_to_string(skill.join(path)).unwrap(),
            expected,
            "{path}"
        );
    }
    assert!(
        !house.folder().join("elsewhere").exists(),
        "no link was followed"
    );
    assert!(install(&house, &["--to", "claude"]).status.success());
}

#[tokio::test]
async fn a_skill_of_somebody_else_that_has_our_name_stays_and_the_other_is_installed() {
    let house = prepared().await;
    let theirs = claude(&house).join("codex-server");
    fs::create_dir_all(&theirs).unwrap();
    fs::write(
        theirs.join("SKILL.md"),
        "---\nname: codex-server\nversion: 1.3.0\n---\ntheirs",
    )
    .unwrap();
    let half = install(&house, &["--to", "claude"]);
    assert_eq!(half.status.code(), Some(1));
    assert_eq!(everything(&theirs).len(), 1);
    assert!(claude(&house).join("switchboard-turns/SKILL.md").exists());
}

/// A house with the skill in place, and its log.
async fn with_skill() -> (House, PathBuf) {
    let house = prepared().await;
    install(&house, &["--to", "claude"]);
    let log = claude(&house).join("switchboard-turns/feedback/log.md");
    (house, log)
}

fn feedback(house: &House, words: &[&str]) -> Output {
    house.run(&[&["feedback"], words].concat())
}

#[tokio::test]
async fn a_retrospective_is_the_newest_entry_of_the_log() {
    let (house, log) = with_skill().await;
    for skipped in [
        &["add"][..],
        &[
            "add",
            "--task",
            "Review",
            "--outcome",
            "success",
            "--issues",
            "none",
        ],
    ] {
        let skipped = feedback(&house, skipped);
        assert!(
            skipped.status.success() && skipped.stdout.is_empty(),
            "{skipped:?}"
        );
        assert!(!log.exists(), "nothing was said and nothing went wrong");
    }
    assert!(
        feedback(&house, &["add", "--task", "First", "--rating", "5"])
            .status
            .success()
    );
    let first = fs::read_to_string(&log).unwrap();
    let header = "# Feedback Log\n\n<!-- Append new entries at the top. Do not edit previous entries. -->\n\n";
    let (_, entries) = first.split_at(header.len());
    assert!(first.starts_with(header), "{first}");
    let second = feedback(
        &house,
        &[
            "add",
            "--json",
            "--task",
            "Fix\n## it",
            "--outcome",
            "partial-success",
            "--rating",
            "2",
            "--corrections",
            "Wrong file",
            "--note",
            "遅い",
        ],
    );
    assert_eq!(json_of(&second), json!({ "recorded": true, "path": log }));
    let both = fs::read_to_string(&log).unwrap();
    let added = both
        .strip_prefix(header)
        .unwrap()
        .strip_suffix(entries)
        .unwrap();
    let (heading, fields) = added.split_once('\n').unwrap();
    let at = heading.strip_prefix("## ").unwrap();
    assert!(
        at.len() == 24 && at.starts_with("20") && at.ends_with('Z'),
        "{at}"
    );
    assert_eq!(
        fields,
        "- **Skill Version**: 1.0.0\n- **Task**: Fix ## it\n- **Outcome**: partial-success\n- **Rating**: 2/5\n\
         - **Corrections**: Wrong file\n- **Issues**: none\n- **User Note**: 遅い\n---\n\n"
    );
    assert_eq!(
        fs::metadata(&log).unwrap().permissions().mode() & 0o777,
        0o600
    );
    for wrong in [
        &["add", "--rating", "6"][..],
        &["add", "--outcome", "fine"],
        &["add", "First"],
    ] {
        assert_eq!(feedback(&house, wrong).status.code(), Some(64), "{wrong:?}");
    }
    assert_eq!(fs::read_to_string(&log).unwrap(), both);
    let nowhere = feedback(&house, &["add", "--to", "codex", "--rating", "1"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("switchboard skills install"));
}

#[tokio::test]
async fn feedback_check_warns_of_a_recurring_pattern() {
    let (house, log) = with_skill().await;
    let check = |locale: &str, more: &[&str]| {
        let mut command = house.command(&[&["feedback", "check"], more].concat());
        let output = command.env("LANG", locale).output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(check("C", &[]), "", "there is no log");
    assert_eq!(
        check("C", &["--to", "codex"]),
        "",
        "it is not installed there"
    );
    for number in 0..4 {
        feedback(
            &house,
            &[
                "add",
                "--rating",
                "4",
                "--issues",
                &format!("Timeout number {number}"),
            ],
        );
    }
    assert_eq!(check("C", &[]), "", "four entries are too few");
    feedback(&house, &["add", "--rating", "5"]);
    let english = "Past feedback shows a pattern: \"timeout\" in 4 of the last 5 entries. \
                   /skill-improve --skill switchboard-turns can suggest improvements.\n";
    let japanese = "過去のフィードバックで類似パターンを検出: 直近5件中4件に「timeout」。\
                    /skill-improve --skill switchboard-turns で改善案を分析できます。\n";
    assert_eq!(check("en_US.UTF-8", &[]), english);
    assert_eq!(check("ja_JP.UTF-8", &[]), japanese);
    assert_eq!(check("ja", &["--to", "claude"]), japanese);
    let told: Value = serde_json::from_str(&check("C", &["--json"])).unwrap();
    assert_eq!(text(&told, "pattern"), english.trim_end());
    // Ten newer ones push it out of sight.
    for _ in 0..10 {
        feedback(&house, &["add", "--rating", "2"]);
    }
    assert!(check("C", &[]).contains("an average rating of 2.0"));
    fs::write(&log, [0xff, 0xfe]).unwrap();
    let broken = feedback(&house, &["check"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&broken.stderr).contains("log.md"),
        "{broken:?}"
    );
}

#[tokio::test]
async fn entries_that_are_added_at_once_are_all_there() {
    let (house, log) = with_skill().await;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert!(feedback(&house, &["add", "--rating", "3"]).status.success());
                }
            });
        }
    });
    let entries = fs::read_to_string(log).unwrap().matches("\n## ").count();
    assert_eq!(entries, 20);
}
