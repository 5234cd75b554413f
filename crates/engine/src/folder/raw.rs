//! `raw.jsonl`: what the backend's program said, word for word, line by line. Owns that it stays lines of JSON whatever comes, and
//! that it ends somewhere.

use std::fs::File;

use serde::de::IgnoredAny;

use super::stream::Stream;

/// How long it may get.
const MOST: u64 = 64 << 20;

/// What stands at its end then.
const REST: &[u8] = b"\"something is missing here: it was too much, or the disk was full\"\n";

/// The file.
#[derive(Debug)]
pub(super) struct Raw(Stream);

impl Raw {
    pub(super) fn new(file: File) -> Self {
        Self(Stream::new(file, MOST, REST))
    }

    /// Keeps a line. One that is no JSON is kept as the text that it is.
    pub(super) fn keep(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let is_json = !line.contains(&b'\n') && serde_json::from_slice::<IgnoredAny>(line).is_ok();
        let mut kept = if is_json {
            line.to_vec()
        } else {
            let text = String::from_utf8_lossy(line);
            serde_json::Value::from(text.as_ref())
                .to_string()
                .into_bytes()
        };
        kept.push(b'\n');
        self.0.append(&kept);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whatever_a_program_says_is_kept_as_one_line_of_json() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("raw");
        let file = File::options().create(true).append(true).open(&path);
        let mut raw = Raw::new(file.unwrap());
        let rows: [(&[u8], &str); 7] = [
            (b"{\"a\": 1}", "{\"a\": 1}"),
            (b"{\"a\": 1}\n", "{\"a\": 1}"),
            (b"panicked at 'x'", "\"panicked at 'x'\""),
            (b"{\"a\":\n1}", "\"{\\\"a\\\":\\n1}\""),
            (b"{} {}", "\"{} {}\""),
            (b"\xff\xfe", "\"\u{fffd}\u{fffd}\""),
            (b"", "\"\""),
        ];
        for (line, _) in rows {
            raw.keep(line);
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(
            kept.lines().eq(rows.iter().map(|(_, kept)| *kept)),
            "{kept}"
        );
    }
}
