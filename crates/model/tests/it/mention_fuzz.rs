//! Fuzzes the mention parser from a saved corpus, on stable: every saved text, then mutations of them
//! until the time is up. `SWITCHBOARD_FUZZ_SECONDS` sets the time (default 1), `SWITCHBOARD_FUZZ_SEED`
//! repeats a run. A text that fails is printed; save it in `tests/corpus/mention/` with the fix.

use std::{
    env, fs,
    hash::{BuildHasher, RandomState},
    panic::{self, AssertUnwindSafe},
    path::Path,
    time::{Duration, Instant},
};

use switchboard_model::clock::{Chance, FakeChance};

use crate::mention_properties::{
    PIECES, assert_agrees_with_the_reference, assert_silent_in_a_fence, assert_sound,
    assert_unmoved_by_paragraphs_around,
};

#[test]
fn mutations_of_the_corpus_break_no_promise() {
    let corpus = corpus();
    for text in &corpus {
        assert_all(text);
    }
    let variable = |name: &str| env::var(name).ok().and_then(|value| value.parse().ok());
    let seconds = variable("SWITCHBOARD_FUZZ_SECONDS").unwrap_or(1);
    let seed =
        variable("SWITCHBOARD_FUZZ_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed"));
    println!("SWITCHBOARD_FUZZ_SEED={seed}");

    let dice = Dice(FakeChance::seeded(seed));
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut rounds = 0_u64;
    while Instant::now() < end {
        let text = dice.mutated(&corpus);
        if let Err(failure) = panic::catch_unwind(AssertUnwindSafe(|| assert_all(&text))) {
            println!("seed {seed}, round {rounds}, text {text:?}");
            panic::resume_unwind(failure);
        }
        rounds += 1;
    }
    println!("{rounds} mutations of {} texts", corpus.len());
    assert!(rounds > 0);
}

fn assert_all(text: &str) {
    assert_sound(text);
    assert_unmoved_by_paragraphs_around(text);
    assert_silent_in_a_fence(text);
    assert_agrees_with_the_reference(text);
}

/// The saved texts, in the order of their names.
fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/mention");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the corpus is there");
    files
        .iter()
        .map(|file| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned())
        .collect()
}

struct Dice(FakeChance);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % limit.max(1) as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// One saved text after a few random edits.
    fn mutated(&self, corpus: &[String]) -> String {
        let any = |dice: &Self| corpus[dice.below(corpus.len())].chars().collect::<Vec<_>>();
        let mut text = any(self);
        for _ in 0..=self.below(6) {
            let from = self.below(text.len() + 1);
            let to = (from + self.below(8)).min(text.len());
            match self.below(5) {
                0 => drop(text.drain(from..to)),
                1 => {
                    let copied = text[from..to].to_vec();
                    let at = self.below(text.len() + 1);
                    text.splice(at..at, copied);
                }
                2 => {
                    let other = any(self);
                    let start = self.below(other.len() + 1);
                    text.splice(from.., other[start..].iter().copied());
                }
                _ => drop(text.splice(from..from, self.pick(PIECES).chars())),
            }
            text.truncate(2_000);
        }
        text.into_iter().collect()
    }
}
