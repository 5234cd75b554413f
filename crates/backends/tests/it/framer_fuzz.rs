//! Fuzzes the framer from a saved corpus, on stable: every saved output, then mutations of them until the time
//! is up. `SWITCHBOARD_FUZZ_SECONDS` sets the time (default 1), `SWITCHBOARD_FUZZ_SEED` repeats a run. Bytes
//! that fail are printed; save them in `tests/corpus/framer/` with the fix.

use crate::framer::{all_frames, by_the_book};
use std::{
    env, fs,
    hash::{BuildHasher, RandomState},
    panic::{self, AssertUnwindSafe},
    path::Path,
    time::{Duration, Instant},
};
use switchboard_model::clock::{Chance, FakeChance};

/// Bytes that begin, end or break something.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xc3",
    b"\xf0\x9f\x99\x82",
    b"{\"a\":1}",
    b"123456789012",
];

#[test]
fn mutations_of_the_corpus_break_no_line() {
    let variable = |name: &str| env::var(name).ok().and_then(|value| value.parse().ok());
    let seconds = variable("SWITCHBOARD_FUZZ_SECONDS").unwrap_or(1);
    let seed =
        variable("SWITCHBOARD_FUZZ_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed"));
    println!("SWITCHBOARD_FUZZ_SEED={seed}");

    let dice = Dice(FakeChance::seeded(seed));
    let corpus = corpus();
    for output in &corpus {
        dice.assert_cuts_change_nothing(output);
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut rounds = 0_u64;
    while Instant::now() < end {
        let output = dice.mutated(&corpus);
        if let Err(failure) = panic::catch_unwind(AssertUnwindSafe(|| {
            dice.assert_cuts_change_nothing(&output);
        })) {
            println!(
                "seed {seed}, round {rounds}, output {:?}",
                output.escape_ascii().to_string()
            );
            panic::resume_unwind(failure);
        }
        rounds += 1;
    }
    println!("{rounds} mutations of {} outputs", corpus.len());
    assert!(rounds > 0);
}

/// The saved outputs, in the order of their names.
fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/framer");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the corpus is there");
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

struct Dice(FakeChance);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % limit.max(1) as u64) as usize
    }

    fn assert_cuts_change_nothing(&self, output: &[u8]) {
        let max_line = self.below(40);
        let mut cuts: Vec<usize> = (0..self.below(12))
            .map(|_| self.below(output.len() + 1))
            .collect();
        cuts.extend([0, output.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|pair| &output[pair[0]..pair[1]]);
        assert_eq!(all_frames(max_line, pieces), by_the_book(max_line, output));
    }

    /// One saved output after a few random edits.
    fn mutated(&self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let any = || &corpus[self.below(corpus.len())];
        let mut output = any().clone();
        for _ in 0..=self.below(6) {
            let from = self.below(output.len() + 1);
            let to = (from + self.below(8)).min(output.len());
            match self.below(5) {
                0 => drop(output.drain(from..to)),
                1 => {
                    let copied = output[from..to].to_vec();
                    let at = self.below(output.len() + 1);
                    output.splice(at..at, copied);
                }
                2 => {
                    let other = any();
                    output.splice(from.., other[self.below(other.len() + 1)..].iter().copied());
                }
                3 => output.insert(from, self.below(256) as u8),
                _ => drop(
                    output.splice(from..from, PIECES[self.below(PIECES.len())].iter().copied()),
                ),
            }
            output.truncate(2_000);
        }
        output
    }
}
