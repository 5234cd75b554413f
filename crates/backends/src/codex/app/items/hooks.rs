//! Programs that hang in the work of a turn.

use serde_json::Value;
use switchboard_model::item::ItemStatus;

use super::{Heard, Translator};
use crate::codex::app::{
    draw,
    read::{list, text},
};

impl Translator {
    /// One hook may run often, under the same name.
    pub(super) fn hook(&mut self, run: &Value) -> Vec<Heard> {
        let id = text(run, "id");
        let drawn = draw::hook(run);
        let count = self.hooks.get(id).copied().unwrap_or(1);
        let key = |count: usize| {
            if count == 1 {
                format!("hook/{id}")
            } else {
                format!("hook/{id}/{count}")
            }
        };
        let again = drawn.status == ItemStatus::Open
            && self
                .items
                .get(&key(count))
                .is_some_and(|known| known.status != ItemStatus::Open);
        let count = count + usize::from(again);
        self.hooks.insert(id.to_owned(), count);
        vec![
            self.items
                .put(&key(count), drawn.body, drawn.text, drawn.status),
        ]
    }

    /// Whether all that is said to the assistant was told with the hooks that said it.
    pub(super) fn heard_of_hooks(&self, item: &Value) -> bool {
        let fragments = list(item, "fragments");
        !fragments.is_empty()
            && fragments
                .iter()
                .all(|fragment| self.hooks.contains_key(text(fragment, "hookRunId")))
    }
}
