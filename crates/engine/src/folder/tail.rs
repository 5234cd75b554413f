//! Reads a file that grows, to its last byte. Owns the order of looking and reading without which that byte would be lost.

use std::{
    fs::File,
    io::{self, Seek as _, SeekFrom, Write},
    time::Duration,
};

use super::{Look, State, TurnFolder, watch::Watch};

/// Which of the files that grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growing {
    /// `out.txt`.
    Out,
    /// `events.jsonl`.
    Events,
}

/// How long it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// As far as it is written.
    Now,
    /// Until nothing more comes.
    Over,
}

impl TurnFolder {
    /// Copies a file that grows. Says where the turn stood before its last bytes were read; of a missing turn nothing is copied.
    pub fn tail(&self, which: Growing, until: Until, mut to: impl Write) -> io::Result<Look> {
        let mut reader = Reader {
            folder: self,
            which,
            file: None,
            told: 0,
        };
        let watch = (until == Until::Over).then(|| Watch::on(self));
        loop {
            // First this: whatever an ended turn wrote, it wrote before it ended.
            let look = self.look();
            if look.state != State::Missing {
                reader.drain(&mut to)?;
            }
            match &watch {
                Some(watch) if !look.state.is_over() => watch.wait(Duration::MAX),
                _ => return Ok(look),
            }
        }
    }
}

struct Reader<'a> {
    folder: &'a TurnFolder,
    which: Growing,
    file: Option<File>,
    told: u64,
}

impl Reader<'_> {
    fn drain(&mut self, to: &mut impl Write) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let path = match self.which {
                    Growing::Out => self.folder.out_path(),
                    Growing::Events => self.folder.events_path(),
                };
                match File::open(path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                    file => none.insert(file?),
                }
            }
        };
        // A piece that a full disk did not take whole is taken back, perhaps after it was read.
        self.told = self.told.min(file.metadata()?.len());
        file.seek(SeekFrom::Start(self.told))?;
        self.told += io::copy(file, to)?;
        to.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{fs, thread};

    use switchboard_model::{
        item::{ItemBody, ItemStatus},
        turn::Outcome,
    };

    use super::{
        super::{
            Ending, Turns,
            script::{BEGAN, home, item, made, meta, read, scribe, turn},
        },
        *,
    };

    /// The newest of its lines is also its last, written as the turn ends.
    fn speak(turns: &Turns, n: u16) {
        let mut scribe = scribe(turns, n);
        let said = |text: &str, status| [item(1, ItemBody::Text, text, status)];
        scribe.items(&said("almost ", ItemStatus::Open));
        scribe.items(&said("almost there", ItemStatus::Done));
        let outcome = Outcome::Replied { text: "4".into() };
        let ending = Ending::new(&meta(n), &outcome, None, BEGAN);
        scribe.end(&ending).unwrap();
        scribe.mark().unwrap();
    }

    /// Reads a turn that ends while it is read.
    fn round(turns: &Turns, n: u16) {
        let folder = turns.of(turn(n));
        thread::scope(|scope| {
            let writer = scope.spawn(|| speak(turns, n));
            while folder.look().state == State::Missing {
                thread::yield_now();
            }
            let mut told = Vec::new();
            let look = folder.tail(Growing::Out, Until::Over, &mut told).unwrap();
            assert_eq!(look.state, State::Complete);
            writer.join().unwrap();
            let told = String::from_utf8(told).unwrap();
            assert_eq!(told, read(&folder.out_path()), "round {n}");
        });
    }

    #[test]
    fn the_last_byte_of_a_turn_that_ends_meanwhile_is_never_lost() {
        let (_home, turns) = home();
        // Side by side: most of the time goes into waiting for the disk.
        thread::scope(|scope| {
            for lane in 0..8 {
                let turns = &turns;
                scope.spawn(move || {
                    (0..1000)
                        .filter(|n| n % 8 == lane)
                        .for_each(|n| round(turns, n));
                });
            }
        });
        let folder = turns.of(turn(0));
        let mut now = Vec::new();
        folder.tail(Growing::Out, Until::Now, &mut now).unwrap();
        assert_eq!(now, fs::read(folder.out_path()).unwrap());
    }

    #[test]
    fn a_missing_turn_and_a_dead_one_are_not_waited_for() {
        let (_home, turns) = home();
        let folder = turns.of(turn(1));
        let mut told = Vec::new();
        let look = folder.tail(Growing::Out, Until::Over, &mut told).unwrap();
        assert_eq!((look.state, told.len()), (State::Missing, 0));
        drop(made(&turns, 1));
        let look = folder
            .tail(Growing::Events, Until::Over, &mut told)
            .unwrap();
        assert_eq!(look.state, State::Abandoned);
        assert_eq!(
            String::from_utf8(told).unwrap(),
            read(&folder.events_path())
        );
    }

    #[test]
    fn what_was_taken_back_is_not_waited_for() {
        let (_home, turns) = home();
        let _alive = made(&turns, 1);
        let folder = turns.of(turn(1));
        let mut reader = Reader {
            folder: &folder,
            which: Growing::Out,
            file: None,
            told: 0,
        };
        let mut told = Vec::new();
        for written in ["whole\nhal", "whole\n", "whole\nrest\n"] {
            fs::write(folder.out_path(), written).unwrap();
            reader.drain(&mut told).unwrap();
        }
        assert_eq!(String::from_utf8(told).unwrap(), "whole\nhalrest\n");
    }
}
