//! The newest session of a folder: which counts, and which does not.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use switchboard_backends::codex::sessions::newest_in;

/// Puts a session there that was last written to at this many seconds after the epoch.
fn plant(home: &Path, place: &str, seconds: u64, meta: &Value) {
    let folder = home.join(place);
    fs::create_dir_all(&folder).unwrap();
    let name = format!("rollout-2026-11-28T22-39-34-01a22450-544f-7543-af41-{seconds:012}.jsonl");
    let line = json!({ "type": "session_meta", "payload": meta });
    let path = folder.join(name);
    fs::write(&path, format!("{line}\n")).unwrap();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(at)
        .unwrap();
}

#[test]
fn the_newest_of_a_folder_is_of_exactly_that_folder_begun_by_a_person_and_not_put_away() {
    let home = tempfile::tempdir().unwrap();
    let newest = |folder: &str| {
        let found = newest_in(home.path(), Path::new(folder)).unwrap();
        found.map(|session| session.modified_at().0 / 1000)
    };
    assert_eq!(newest("/srv/a"), None, "a home without sessions");
    let day = "sessions/2026/11/28";
    plant(
        home.path(),
        "sessions/2025/01/01",
        30,
        &json!({ "cwd": "/srv/a", "source": "cli" }),
    );
    plant(
        home.path(),
        day,
        20,
        &json!({ "cwd": "/srv/a", "source": "exec", "thread_source": "user" }),
    );
    plant(home.path(), day, 40, &json!({ "cwd": "/srv/a/b" }));
    plant(home.path(), day, 50, &json!({ "cwd": "/srv" }));
    plant(
        home.path(),
        day,
        60,
        &json!({ "cwd": "/srv/a", "thread_source": "subagent" }),
    );
    plant(
        home.path(),
        day,
        70,
        &json!({ "cwd": "/srv/a", "source": { "subagent": { "other": "x" } } }),
    );
    plant(home.path(), day, 80, &json!({}));
    plant(
        home.path(),
        "archived_sessions",
        90,
        &json!({ "cwd": "/srv/a", "source": "cli" }),
    );
    assert_eq!(newest("/srv/a"), Some(30));
    assert_eq!(newest("/srv/a/b"), Some(40));
    assert_eq!(newest("/srv/a/"), Some(30), "one folder, spelt in two ways");
    assert_eq!(newest("/srv/c"), None, "never another one");
}
