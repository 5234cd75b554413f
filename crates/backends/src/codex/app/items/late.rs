//! Commands that go on after the turn's end. Owns which those are and how one ends that we end; never waits for one.

use switchboard_model::item::{ItemBody, ItemStatus};

use super::{Heard, Translator};

impl Translator {
    /// The commands that go on though the turn is over; an agent's end with its turn.
    pub fn late(&self) -> Vec<String> {
        let goes_on = |key: &String| {
            let known = self.items.get(key);
            known.is_some_and(|known| {
                known.status == ItemStatus::Open && matches!(known.body, ItemBody::Command { .. })
            }) && !self.is_an_agents(key)
        };
        self.items.keys().into_iter().filter(goes_on).collect()
    }

    /// Says that those commands are being ended by us from now on: what fails then is cut short.
    pub fn sweep(&mut self) {
        self.swept = true;
    }

    /// Whether they are.
    pub fn is_swept(&self) -> bool {
        self.swept
    }

    /// Closes those of them whose end was not told.
    pub fn close_late(&mut self) -> Vec<Heard> {
        let late = self.late().into_iter();
        late.filter_map(|key| self.items.close(&key, ItemStatus::Cut))
            .collect()
    }
}

/// What we ended did not fail, and the code of its end is ours.
pub(super) fn cut_short(body: &mut ItemBody) -> ItemStatus {
    match body {
        ItemBody::Command { exit_code, .. } => {
            *exit_code = None;
            ItemStatus::Cut
        }
        _ => ItemStatus::Failed,
    }
}
