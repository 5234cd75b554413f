//! What a program says: lines however they arrive, floods that stay small, and the last words on standard
//! error.

use crate::support::{House, NOBODY, frames, line, soon};
use switchboard_backends::process::{ExitStatus, Frame, Limits, Stop};

#[tokio::test]
async fn broken_lines_arrive_as_they_are_and_harm_no_other() {
    let house = House::new();
    let steps = [
        "bytewise:{\"text\":\"gr\u{fc}n \u{1f642}\"}",
        "say:{\"broken\":",
        "latin1",
        "nul",
        "say:",
        "say:{}",
        "cut:{\"half",
    ];
    let mut child = house.start(&steps).await;
    let expected: [&[u8]; 6] = [
        "{\"text\":\"gr\u{fc}n \u{1f642}\"}".as_bytes(),
        b"{\"broken\":",
        b"{\"text\":\"\xfc\"}",
        b"a\0b",
        b"{}",
        b"{\"half",
    ];
    assert_eq!(
        frames(&mut child).await,
        expected.map(|line| Frame::Line(line.to_vec()))
    );
}

#[tokio::test]
async fn a_program_may_end_at_any_byte() {
    let house = House::new();
    let answer = "{\"a\":1}\n{\"b\":\"\u{fc}\"}";
    for cut in (0..=answer.len()).filter(|cut| answer.is_char_boundary(*cut)) {
        let said = &answer[..cut];
        let mut child = house.start(&[&format!("cut:{said}"), "exit:9"]).await;
        let expected: Vec<_> = said
            .split('\n')
            .filter(|line| !line.is_empty())
            .map(|line| Frame::Line(line.into()))
            .collect();
        assert_eq!(frames(&mut child).await, expected);
        assert_eq!(
            soon("the end", child.tree.wait()).await.status,
            ExitStatus::Code(9)
        );
    }
}

#[tokio::test]
async fn a_line_too_long_is_skipped_and_the_next_one_read() {
    let house = House::new();
    let mut spawn = house.assistant(&["line-of:3000000", "say:after"]);
    spawn.limits = Limits {
        line: 1 << 20,
        ..Limits::default()
    };
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(
        frames(&mut child).await,
        [
            Frame::Oversize { bytes: 3_000_000 },
            Frame::Line(b"after".into())
        ]
    );
}

#[tokio::test]
async fn a_flood_of_50_mb_stops_at_the_limit_and_takes_no_memory() {
    let house = House::new();
    let mut child = house.start(&["flood:52428800", "stall"]).await;
    let (mut bytes, mut last) = (0, None);
    let before = resident_kib();
    while let Some(frame) = soon("the next frame", child.stdout.next()).await {
        if let Frame::Line(line) = &frame {
            bytes += line.len() + 1;
        }
        last = Some(frame);
    }
    let limit = Limits::default().output.unwrap();
    assert_eq!(last, Some(Frame::TooMuchOutput { limit }));
    assert!(bytes as u64 <= limit + 64 * 1024, "{bytes}");
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 24 * 1024, "grew by {grown} KiB");
    child.tree.stop(Stop::Now);
    soon("the end", child.tree.wait()).await;
    assert_eq!(house.living(), NOBODY);
}

#[tokio::test]
async fn without_a_limit_a_flood_is_read_to_its_end() {
    let house = House::new();
    let mut spawn = house.assistant(&["flood:52428800"]);
    spawn.limits.output = None;
    let mut child = house.spawn(spawn).await.unwrap();
    let mut bytes = 0;
    while let Some(frame) = soon("the next frame", child.stdout.next()).await {
        if let Frame::Line(line) = frame {
            bytes += line.len() + 1;
        }
    }
    assert_eq!(bytes, 52_428_800);
}

#[tokio::test]
async fn the_last_words_on_standard_error_are_kept_and_redacted() {
    let house = House::new();
    let mut child = house
        .start(&[
            "flood-stderr:2000000",
            "moan:refused sk-0123456789abcdef",
            "exit:1",
        ])
        .await;
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Code(1)
    );
    let text = child.stderr.text();
    assert!(text.ends_with("refused [redacted]\n"), "{text}");
    assert!(text.len() <= 16 * 1024);
}

#[tokio::test]
async fn a_program_that_nobody_reads_can_be_stopped() {
    let house = House::new();
    let mut child = house.start(&["say:ready", "flood:52428800"]).await;
    assert_eq!(line(&mut child).await, "ready");
    child.tree.stop(Stop::Gently);
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Signal(15)
    );
}

/// What this process occupies now.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
