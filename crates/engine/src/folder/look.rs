//! Where a turn stands, from its folder alone. Owns the order in which its files are believed, and that a turn is taken for abandoned
//! only on proof; whoever finds one so ends it.

use std::{fs, io};

use switchboard_model::Millis;

use super::{
    TurnFolder, ending, files,
    lock::{self, Dead, Life},
    record::{Ending, Meta, Phase, State},
};

/// Where a turn stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// In a word.
    pub state: State,
    /// How it is run, if that can be read.
    pub meta: Option<Meta>,
    /// How it ended, if it did and that can be read.
    pub result: Option<Ending>,
    /// When it was last heard of.
    pub last_event_at: Option<Millis>,
    /// What went wrong, or what it waits for.
    pub reason: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether it was this look that found its worker dead and wrote its end. The store may not know yet.
    pub settled_abandoned: bool,
}

/// Whether a look writes the end that a dead worker did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settling {
    Yes,
    No,
}

impl TurnFolder {
    /// Where the turn stands. Ends it, if its worker is dead and did not.
    pub fn look(&self) -> Look {
        self.look_at(Settling::Yes)
    }

    pub(super) fn look_at(&self, settling: Settling) -> Look {
        if let Err(error) = fs::metadata(&self.path) {
            return Look::missing(&error);
        }
        if let Some(look) = self.ended(settling) {
            return look;
        }
        match lock::life(&self.path) {
            Life::Alive | Life::Unknown => self.alive(),
            Life::Dead(dead) => self.dead(dead, settling),
        }
    }

    /// What its end says, if it has one.
    fn ended(&self, settling: Settling) -> Option<Look> {
        if let Some(result) = ending::read(&self.path) {
            // The worker writes the marker last. It may be dead, though.
            if settling == Settling::Yes
                && ending::marked(&self.path).is_none()
                && matches!(lock::life(&self.path), Life::Dead(_))
            {
                let _ = ending::mark(&self.path, result.state);
            }
            return Some(self.over(result));
        }
        // The folder of a tool that knows markers only.
        let (state, _) = ending::marked(&self.path)?;
        Some(Look {
            state,
            ..self.bare()
        })
    }

    fn alive(&self) -> Look {
        let look = self.bare();
        // Its worker may be about to put another record in the place of this one.
        let phase = look
            .meta
            .as_ref()
            .map_or(Phase::Starting, |meta| meta.phase);
        let waits_for = look.meta.as_ref().and_then(|meta| meta.waits_for.clone());
        let (reason, hint) = match phase {
            Phase::Queued => match waits_for {
                Some(who) => (
                    Some(format!("it waits: {who}")),
                    Some(format!(
                        "it goes on by itself once that has ended; `switchboard cancel {}` calls it off",
                        self.id
                    )),
                ),
                None => (Some("it waits for its place".to_owned()), None),
            },
            Phase::WaitingApproval => (
                Some("it waits until somebody decides".to_owned()),
                Some(self.answer_with()),
            ),
            Phase::Starting | Phase::Running => (None, None),
        };
        Look {
            state: phase.into(),
            reason,
            hint,
            ..look
        }
    }

    fn dead(&self, dead: Dead, settling: Settling) -> Look {
        let look = self.bare();
        let meta = look.meta.as_ref();
        let started_at = meta.map_or(Millis(0), |meta| meta.started_at);
        let last_heard = look.last_event_at.unwrap_or(started_at);
        if settling == Settling::Yes
            && let Ok(right) = dead.heir(&self.path)
        {
            // It may have ended between the two looks, or another may have found it dead as well.
            if let Some(ended) = self.ended(settling) {
                return ended;
            }
            match ending::settle(self, meta, last_heard, &right) {
                Ok(result) => {
                    let settled_abandoned = result.state == State::Abandoned;
                    return Look {
                        settled_abandoned,
                        ..self.over(result)
                    };
                }
                Err(error) => tracing::debug!(%error, "the end of a dead turn cannot be written"),
            }
        }
        if let Err(error) = fs::metadata(&self.path) {
            return Look::missing(&error);
        }
        // Decided, and not told: nobody may write here, but it is the truth.
        let decided = files::read_record(&self.path.join(files::DECIDED));
        let abandoned = || Ending::abandoned(self.id, meta, last_heard);
        let result = decided.unwrap_or_else(abandoned);
        Look {
            result: None,
            ..self.over(result)
        }
    }

    fn over(&self, result: Ending) -> Look {
        let bare = self.bare();
        // Whoever found it dead wrote there after it.
        let last_event_at = match result.state {
            State::Abandoned => Some(result.ended_at),
            _ => bare.last_event_at,
        };
        Look {
            state: result.state,
            last_event_at,
            reason: match result.state {
                State::Cancelled => Some("somebody stopped it".to_owned()),
                _ => result.reason.clone(),
            },
            hint: result.hint.clone(),
            result: Some(result),
            ..bare
        }
    }

    fn bare(&self) -> Look {
        let growing = [files::EVENTS, files::OUT, files::RAW];
        let heard = growing
            .iter()
            .filter_map(|name| files::changed_at(&self.path.join(name)));
        Look {
            state: State::Missing,
            meta: files::read_record(&self.path.join(files::META)),
            result: None,
            last_event_at: heard.max(),
            reason: None,
            hint: None,
            settled_abandoned: false,
        }
    }

    /// What to type when it asks.
    pub(super) fn answer_with(&self) -> String {
        format!("switchboard approve {}", self.id)
    }
}

impl Look {
    /// What a command that waited for it exits with.
    pub fn exit_code(&self) -> u8 {
        match &self.result {
            Some(result) => result.exit_code,
            None => self.state.exit_code(),
        }
    }

    fn missing(error: &io::Error) -> Self {
        let (reason, hint) = match error.kind() {
            io::ErrorKind::NotFound => (
                "there is no such turn".to_owned(),
                "`switchboard list-turns` shows those there are; `switchboard gc` takes old ones away",
            ),
            _ => (
                format!("its folder cannot be read: {error}"),
                "ask as the user who started it",
            ),
        };
        Self {
            state: State::Missing,
            meta: None,
            result: None,
            last_event_at: None,
            reason: Some(reason),
            hint: Some(hint.to_owned()),
            settled_abandoned: false,
        }
    }
}

#[cfg(test)]
mod tests;
