//! The framer against everything: whatever the bytes and however they are cut, the frames are those of the
//! whole.

use proptest::{collection::vec, prelude::*, sample::Index};
use switchboard_backends::process::{Frame, Framer};

const MAX_LINE: usize = 12;

/// The frames of an output that arrives in these pieces.
pub fn all_frames<'a>(max_line: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Frame> {
    let mut framer = Framer::new(max_line);
    let mut frames: Vec<Frame> = pieces
        .into_iter()
        .flat_map(|piece| framer.push(piece))
        .collect();
    frames.extend(framer.finish());
    frames
}

/// The same rule, written the obvious way on the whole text.
pub fn by_the_book(max_line: usize, bytes: &[u8]) -> Vec<Frame> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| match line.strip_suffix(b"\r").unwrap_or(line) {
            _ if line.len() > max_line => Some(Frame::Oversize {
                bytes: line.len() as u64,
            }),
            [] => None,
            content => Some(Frame::Line(content.to_vec())),
        })
        .collect()
}

/// Bytes that matter to a framer come up more often than in a random text.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => Just(b'\n'), 2 => Just(b'\r'), 1 => Just(0), 1 => Just(0xc3), 8 => any::<u8>()];
    let text = "\\PC{0,20}".prop_map(String::into_bytes);
    vec(prop_oneof![vec(byte, 0..20), text], 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn cutting_the_output_anywhere_changes_nothing(bytes in output(), cuts in vec(any::<Index>(), 0..10)) {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let pieces = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        prop_assert_eq!(all_frames(MAX_LINE, pieces), by_the_book(MAX_LINE, &bytes));
    }

    #[test]
    fn one_byte_at_a_time_changes_nothing(bytes in output()) {
        prop_assert_eq!(all_frames(MAX_LINE, bytes.chunks(1)), by_the_book(MAX_LINE, &bytes));
    }
}

#[test]
fn what_a_line_is() {
    let line = |text: &str| Frame::Line(text.into());
    let check = |output: &str, expected: &[Frame]| {
        assert_eq!(
            all_frames(MAX_LINE, [output.as_bytes()]),
            expected,
            "{output:?}"
        );
    };
    check("", &[]);
    check("{}", &[line("{}")]);
    check("{}\n", &[line("{}")]);
    check("{}\r\n[]\n", &[line("{}"), line("[]")]);
    check("\n\r\n\n", &[]);
    check("a\rb\n", &[line("a\rb")]);
    check("a\0b\n", &[line("a\0b")]);
    check("123456789012\n", &[line("123456789012")]);
    check(
        "1234567890123\nnext\n",
        &[Frame::Oversize { bytes: 13 }, line("next")],
    );
    check("1234567890123", &[Frame::Oversize { bytes: 13 }]);
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let mut framer = Framer::new(1024);
    for _ in 0..10_000 {
        assert_eq!(framer.push(&[b'x'; 4096]), []);
    }
    assert!(format!("{framer:?}").len() < 8192);
    assert_eq!(framer.push(b"\n"), [Frame::Oversize { bytes: 40_960_000 }]);
}
