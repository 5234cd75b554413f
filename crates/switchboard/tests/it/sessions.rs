//! `list` and `show`: the threads of a Codex home as it may really look, with what Codex packs and archives, what is half
//! written, and what somebody put there who means harm.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::Write as _,
    os::unix::{ffi::OsStrExt as _, fs::symlink},
    path::{Path, PathBuf},
    process::Output,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use switchboard_testkit::{House, Options};

use crate::support::{BINARY, codex_in, text};

/// A Codex home in which nobody is signed in: neither command needs a login.
async fn home() -> House {
    let login = Some(Value::Null);
    let options = Options {
        login,
        ..Options::default()
    };
    House::prepare(BINARY, options).await
}

/// A thread's id with this number in it.
fn id(number: u32) -> String {
    format!("01a22450-544f-7543-af41-{number:012x}")
}

/// The first line of a session that was begun in this folder, about as long as Codex writes it.
fn first_line(number: u32, cwd: &str) -> String {
    let instructions = "obey. ".repeat(3500);
    let meta = json!({ "id": id(number), "base_instructions": instructions, "cwd": cwd, "source": "exec" });
    json!({ "timestamp": "2026-11-28T22:39:34.037Z", "type": "session_meta", "payload": meta })
        .to_string()
}

/// A session of so many lines.
fn session(number: u32, cwd: &str, lines: u32) -> String {
    let more = (1..lines).map(|line| format!("{{\"type\":\"event_msg\",\"ordinal\":{line}}}\n"));
    first_line(number, cwd) + "\n" + &more.collect::<String>()
}

fn name(number: u32, end: &str) -> String {
    format!("rollout-2026-11-28T22-39-34-{}{end}", id(number))
}

/// Puts a file below the Codex home, last written to at this many seconds after the epoch.
fn plant(house: &House, place: &str, name: &str, seconds: u64, bytes: &[u8]) -> PathBuf {
    let folder = house.codex_home().join(place);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    touch(&path, seconds);
    path
}

fn touch(path: &Path, seconds: u64) {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 7);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(at)
        .unwrap();
}

fn packed(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 0).unwrap()
}

fn listed(house: &House, more: &[&str]) -> Value {
    serde_json::from_str(&house.run_ok(&[&["list"], more].concat())).unwrap()
}

fn shown(house: &House, number: u32) -> Value {
    serde_json::from_str(&house.run_ok(&["show", &id(number)])).unwrap()
}

fn ids(listed: &Value) -> Vec<&str> {
    let rows = listed.as_array().unwrap();
    rows.iter().map(|row| text(row, "thread_id")).collect()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn list_gives_recent_codex_threads() {
    let house = home().await;
    // The oldest folder has the thread that went on last.
    let resumed = plant(
        &house,
        "sessions/2024/01/02",
        &name(1, ".jsonl"),
        5000,
        session(1, "/srv/a", 3).as_bytes(),
    );
    plant(
        &house,
        "sessions/2026/11/28",
        &name(2, ".jsonl"),
        3000,
        session(2, "/srv/b", 3).as_bytes(),
    );
    let old = plant(
        &house,
        "sessions/2026/11/27",
        &name(3, ".jsonl.zst"),
        2000,
        &packed(&session(3, "/srv/c \"d\"", 3)),
    );
    plant(
        &house,
        "archived_sessions",
        &name(4, ".jsonl"),
        4000,
        session(4, "/srv/a", 3).as_bytes(),
    );
    // While Codex packs a session, both files are there.
    plant(
        &house,
        "sessions/2026/11/27",
        &name(3, ".jsonl"),
        1000,
        b"old",
    );
    let all = listed(&house, &[]);
    assert_eq!(ids(&all), [id(1), id(4), id(2), id(3)]);
    let expected = json!({ "thread_id": id(1), "path": resumed, "cwd": "/srv/a", "mtime": "1970-01-01T01:23:20.007Z" });
    assert_eq!(all[0], expected);
    let expected = json!({ "thread_id": id(3), "path": old, "cwd": "/srv/c \"d\"", "mtime": "1970-01-01T00:33:20.007Z" });
    assert_eq!(all[3], expected);
    assert_eq!(
        ids(&listed(&house, &["--limit", "2", "--json"])),
        [id(1), id(4)]
    );
}

#[tokio::test]
async fn list_gives_at_most_fifty_and_refuses_other_limits_as_wrong_usage() {
    let house = home().await;
    for number in 0..300 {
        let day = format!("sessions/2026/{:02}/{:02}", number % 12 + 1, number % 7 + 1);
        plant(
            &house,
            &day,
            &name(number, ".jsonl"),
            u64::from(number),
            session(number, "/srv", 1).as_bytes(),
        );
    }
    let newest: Vec<_> = (250..300).rev().map(id).collect();
    assert_eq!(ids(&listed(&house, &[])), newest);
    for limit in ["0", "51", "-1", "many"] {
        let refused = house.run(&["list", "--limit", limit]);
        assert_eq!(refused.status.code(), Some(64), "{limit}");
        assert!(refused.stdout.is_empty());
    }
}

#[tokio::test]
async fn without_a_codex_home_the_list_is_empty_and_nothing_is_made() {
    let house = home().await;
    fs::remove_dir_all(house.codex_home()).unwrap();
    assert_eq!(listed(&house, &[]), json!([]));
    assert!(!house.codex_home().exists() && !house.home().exists());
    let unknown = house.run(&["show", &id(1)]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(
        err(&unknown).contains("switchboard list"),
        "{}",
        err(&unknown)
    );
}

#[tokio::test]
async fn what_is_half_written_or_empty_or_broken_is_listed_without_its_folder() {
    let house = home().await;
    let whole = session(1, "/srv", 2);
    let mut cut = packed(&whole);
    cut.truncate(cut.len() / 2);
    for (number, end, bytes) in [
        (1, ".jsonl", &b""[..]),
        (2, ".jsonl", &whole.as_bytes()[..9000]),
        (3, ".jsonl", b"not JSON\n"),
        (4, ".jsonl", b"{\"payload\":{\"cwd\":7}}\n"),
        (5, ".jsonl.zst", b""),
        (6, ".jsonl.zst", b"not packed"),
        (7, ".jsonl.zst", &cut),
        (8, ".jsonl", b"\xff\xfe\x00\n"),
    ] {
        plant(
            &house,
            "sessions/2026/11/28",
            &name(number, end),
            u64::from(10 - number),
            bytes,
        );
        let shown = shown(&house, number);
        assert!(
            shown["head"].is_string() && shown["tail"].is_array(),
            "{shown}"
        );
    }
    let all = listed(&house, &[]);
    assert_eq!(all.as_array().unwrap().len(), 8);
    for row in all.as_array().unwrap() {
        assert_eq!(row["cwd"], Value::Null, "{row}");
    }
    let broken = house.run(&["show", &id(6)]);
    assert!(
        broken.status.success() && err(&broken).contains("cannot be read"),
        "{}",
        err(&broken)
    );
    let half = shown(&house, 2);
    assert_eq!(
        half["head"].as_str().unwrap().len(),
        9000,
        "a half line is shown as it is"
    );
    assert_eq!(half["tail"], json!([half["head"]]));
}

#[tokio::test]
async fn links_pipes_folders_and_hostile_names_are_no_threads() {
    let house = home().await;
    let day = "sessions/2026/11/28";
    plant(
        &house,
        day,
        &name(1, ".jsonl"),
        1000,
        session(1, "/srv", 2).as_bytes(),
    );
    let folder = house.codex_home().join(day);
    let outside = house.folder().join("outside");
    fs::create_dir_all(outside.join("01")).unwrap();
    let secret = outside.join("01").join(name(2, ".jsonl"));
    fs::write(&secret, session(2, "/secret", 2)).unwrap();
    symlink(&secret, folder.join(name(3, ".jsonl"))).unwrap();
    symlink(
        outside.join("01"),
        house.codex_home().join("sessions/2026/11/29"),
    )
    .unwrap();
    symlink(&outside, house.codex_home().join("sessions/2026/12")).unwrap();
    fs::create_dir(folder.join(name(4, ".jsonl"))).unwrap();
    let fifo = folder.join(name(5, ".jsonl"));
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    let more: [&[u8]; 6] = [
        b"rollout-2026-11-28T22-39-34-....................................jsonl",
        b"rollout-2026-11-28T22-39-34-01A22450-544F-7543-AF41-000000000006.jsonl",
        b"rollout-2026-11-28T22-39-34-01a22450-544f-7543-af41-00000000000\xff.jsonl",
        b"rollout-2026-11-28T22-39\n34-01a22450-544f-7543-af41-000000000007.jsonl",
        b"rollout-2026-11-28T22-39-34-01a22450-544f-7543-af41-000000000008.jsonl.tmp",
        b"rollout-.jsonl",
    ];
    for name in more {
        fs::write(folder.join(OsStr::from_bytes(name)), session(9, "/srv", 2)).unwrap();
    }
    plant(
        &house,
        "sessions/2026/11/28/deeper",
        &name(10, ".jsonl"),
        1000,
        b"{}\n",
    );
    plant(
        &house,
        "sessions/backup/11/28",
        &name(11, ".jsonl"),
        1000,
        b"{}\n",
    );
    assert_eq!(ids(&listed(&house, &[])), [id(1)]);
    for number in [2, 3, 4, 5, 10, 11] {
        assert_eq!(
            house.run(&["show", &id(number)]).status.code(),
            Some(1),
            "{number}"
        );
    }
}

#[tokio::test]
async fn show_gives_path_head_and_the_last_ten_lines() {
    let house = home().await;
    let whole = session(1, "/srv/a", 14);
    let plain = plant(
        &house,
        "sessions/2026/11/28",
        &name(1, ".jsonl"),
        1000,
        whole.as_bytes(),
    );
    let zst = plant(
        &house,
        "archived_sessions",
        &name(2, ".jsonl.zst"),
        1000,
        &packed(&whole),
    );
    let lines: Vec<_> = whole.lines().collect();
    for (number, path) in [(1, plain), (2, zst)] {
        let expected =
            json!({ "thread_id": id(number), "path": path, "head": lines[0], "tail": lines[4..] });
        assert_eq!(shown(&house, number), expected);
    }
    assert_eq!(house.run_ok(&["show", "--json", &id(1)]).lines().count(), 1);
    let loud = house.run_ok(&["show", "--json", &id(1).to_uppercase()]);
    assert_eq!(
        serde_json::from_str::<Value>(&loud).unwrap()["thread_id"],
        id(1)
    );
    for wrong in ["1", "../../etc/passwd", "", &format!("{}0", id(1))] {
        let refused = house.run(&["show", wrong]);
        assert_eq!(
            refused.status.code(),
            Some(64),
            "{wrong}: {}",
            err(&refused)
        );
    }
    let unknown = house.run(&["show", &id(3)]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(unknown.stdout.is_empty());
}

#[tokio::test]
async fn of_long_lines_the_beginning_is_shown_and_of_few_lines_all() {
    let house = home().await;
    let short = "{\"a\":1}\n\n{\"b\":2}\n{\"half";
    // Cut in the middle of a character, which goes with what is cut off.
    let long = "x".repeat(64 * 1024 - 1) + "ä" + &"y".repeat(200_000);
    let lines = format!("{long}\n{long}\nend\n");
    for (number, text) in [(1, short), (2, &lines)] {
        plant(
            &house,
            "sessions/2026/11/28",
            &name(number, ".jsonl"),
            1000,
            text.as_bytes(),
        );
        plant(
            &house,
            "archived_sessions",
            &name(number + 10, ".jsonl.zst"),
            1000,
            &packed(text),
        );
    }
    let cut = "x".repeat(64 * 1024 - 1) + "…";
    for (number, head, tail) in [
        (1, "{\"a\":1}", json!(["{\"a\":1}", "{\"b\":2}", "{\"half"])),
        (2, &*cut, json!([cut, cut, "end"])),
    ] {
        for number in [number, number + 10] {
            let shown = shown(&house, number);
            assert!(shown["head"] == head && shown["tail"] == tail, "{number}");
        }
    }
}

#[tokio::test]
async fn a_file_of_gigabytes_is_never_read_whole() {
    let house = home().await;
    let path = plant(
        &house,
        "sessions/2026/11/28",
        &name(1, ".jsonl"),
        1000,
        session(1, "/srv", 2).as_bytes(),
    );
    let mut file = File::options().append(true).open(&path).unwrap();
    // A hole of 64 gigabytes in the middle: reading all of it would take minutes.
    file.set_len(64 << 30).unwrap();
    file.write_all(b"\nlast but one\nlast\n").unwrap();
    touch(&path, 1000);
    assert_eq!(listed(&house, &[])[0]["cwd"], "/srv");
    let shown = shown(&house, 1);
    assert!(
        text(&shown, "head").starts_with("{\"payload\""),
        "keys come sorted"
    );
    assert_eq!(
        shown["tail"],
        json!(["last but one", "last"]),
        "the hole is too long to look for its beginning"
    );
    // A few kilobytes that would be more than anybody waits for.
    let mut bomb = zstd::Encoder::new(Vec::new(), 1).unwrap();
    std::io::copy(
        &mut std::io::Read::take(std::io::repeat(b'x'), 513 << 20),
        &mut bomb,
    )
    .unwrap();
    let bomb = bomb.finish().unwrap();
    plant(
        &house,
        "archived_sessions",
        &name(2, ".jsonl.zst"),
        500,
        &bomb,
    );
    let refused = house.run(&["show", &id(2)]);
    assert!(err(&refused).contains("512 MiB"), "{}", err(&refused));
    let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(told["tail"], json!([]));
    assert_eq!(text(&told, "head").len(), 64 * 1024 + "…".len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_of_the_real_codex_is_found_where_it_is_and_where_it_is_archived() {
    let house = House::prepare(BINARY, Options::default()).await;
    let project = house.folder().join("project");
    fs::create_dir(&project).unwrap();
    let run = |words: &[&str]| codex_in(&house, &project, words);
    run(&["exec", "--skip-git-repo-check", "mock: text \"hello\""]);
    let all = listed(&house, &[]);
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    assert_eq!(all[0]["cwd"], json!(project));
    let thread = text(&all[0], "thread_id").to_owned();
    let before: Value = serde_json::from_str(&house.run_ok(&["show", &thread])).unwrap();
    let head: Value = serde_json::from_str(text(&before, "head")).unwrap();
    assert_eq!(head["payload"]["id"], *thread);
    assert_eq!(before["tail"].as_array().unwrap().len(), 10);
    run(&["archive", &thread]);
    let mut after: Value = serde_json::from_str(&house.run_ok(&["show", &thread])).unwrap();
    assert!(
        text(&after, "path").contains("/archived_sessions/"),
        "{after}"
    );
    assert_eq!(ids(&listed(&house, &[])), [thread]);
    after["path"] = before["path"].clone();
    after["tail"] = before["tail"].clone();
    assert_eq!(after, before);
}
