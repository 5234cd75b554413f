//! A file that grows while a turn runs. Owns that only whole pieces stand in it, that it grows no further than it may, and that a
//! disk that is full ends its growth and never the turn.

use std::{fs::File, io::Write as _};

/// A file that is appended to, by one writer.
#[derive(Debug)]
pub(super) struct Stream {
    file: File,
    /// How long it is, of whole pieces.
    len: u64,
    /// How long it may get.
    most: u64,
    /// What stands at its end if it was to get longer.
    rest: &'static [u8],
    ends_line: bool,
    growth: Growth,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growth {
    Grows,
    /// It is as long as it may get.
    Full,
    /// It could not be written.
    Broken,
}

impl Stream {
    /// Over an empty file, opened to append.
    pub(super) fn new(file: File, most: u64, rest: &'static [u8]) -> Self {
        Self {
            file,
            len: 0,
            most,
            rest,
            ends_line: true,
            growth: Growth::Grows,
        }
    }

    /// Adds a piece, in one write.
    pub(super) fn append(&mut self, piece: &[u8]) {
        if self.growth != Growth::Grows || piece.is_empty() {
            return;
        }
        if self.len.saturating_add(piece.len() as u64) > self.most {
            self.add_lines(self.rest);
            self.growth = Growth::Full;
        } else {
            self.write(piece);
        }
    }

    /// Adds the last lines, also if it does not grow any more: there may be room again.
    pub(super) fn append_last(&mut self, lines: &[u8]) {
        if self.growth == Growth::Broken {
            self.add_lines(self.rest);
        }
        self.add_lines(lines);
    }

    /// Whether nothing is missing in it.
    pub(super) fn is_whole(&self) -> bool {
        self.growth == Growth::Grows
    }

    fn add_lines(&mut self, lines: &[u8]) {
        if self.ends_line {
            self.write(lines);
        } else {
            self.write(&[b"\n", lines].concat());
        }
    }

    fn write(&mut self, piece: &[u8]) {
        if self.file.write_all(piece).is_ok() {
            self.len += piece.len() as u64;
            self.ends_line = piece.ends_with(b"\n");
        } else {
            // Told in the turn's record; a log would most likely go to the same full disk.
            self.growth = Growth::Broken;
            // A part of it may stand there.
            let _ = self.file.set_len(self.len);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{fs, path::Path};

    use super::*;

    fn stream(path: &Path, most: u64) -> Stream {
        let file = File::options().create(true).append(true).open(path);
        Stream::new(file.unwrap(), most, b"[rest]\n")
    }

    #[test]
    fn it_grows_no_further_than_it_may_and_says_so() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("out");
        let mut stream = stream(&path, 10);
        stream.append(b"12345");
        assert!(stream.is_whole());
        stream.append(b"678901");
        stream.append(b"x");
        assert!(!stream.is_whole());
        assert_eq!(fs::read(&path).unwrap(), b"12345\n[rest]\n");
        stream.append_last(b"[end]\n");
        assert_eq!(fs::read(&path).unwrap(), b"12345\n[rest]\n[end]\n");
    }

    #[test]
    fn a_full_disk_ends_its_growth_and_nothing_else() {
        let mut stream = stream(Path::new("/dev/full"), 1 << 20);
        assert!(stream.is_whole());
        stream.append(b"lost");
        assert!(!stream.is_whole());
        stream.append_last(b"[end]\n");
    }
}
