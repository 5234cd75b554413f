//! The items of one turn that are known, and what is told of them: begun, grown, changed, ended. Owns
//! their states; never knows where a change comes from.

use std::collections::HashMap;

use switchboard_model::item::{ItemBody, ItemEvent, ItemStatus};

use super::heard::Heard;

/// By key. Never shrinks: a late word about an item finds it here.
#[derive(Debug, Default)]
pub struct Items {
    known: HashMap<String, Known>,
    /// The keys, in the order in which the items began.
    order: Vec<String>,
}

/// An item as it is now.
#[derive(Debug)]
pub struct Known {
    /// What it is.
    pub body: ItemBody,
    /// Where it stands.
    pub status: ItemStatus,
    /// Whether it has any text.
    spoken: bool,
    /// What was last put in its place, where repeats are dropped.
    last: Option<String>,
}

impl Items {
    /// The item of that key.
    pub fn get(&self, key: &str) -> Option<&Known> {
        self.known.get(key)
    }

    /// Whether there is one.
    pub fn has(&self, key: &str) -> bool {
        self.known.contains_key(key)
    }

    /// Whether any of them is this.
    pub fn any(&self, body: &ItemBody) -> bool {
        self.known.values().any(|known| known.body == *body)
    }

    /// All keys, in the order in which the items began.
    pub fn keys(&self) -> Vec<String> {
        self.order.clone()
    }

    /// It is this now; given words replace all it had.
    pub fn put(
        &mut self,
        key: &str,
        body: ItemBody,
        words: Option<String>,
        status: ItemStatus,
    ) -> Heard {
        if !self.known.contains_key(key) {
            self.order.push(key.to_owned());
        }
        let known = self.known.entry(key.to_owned()).or_insert(Known {
            body: body.clone(),
            status,
            spoken: false,
            last: None,
        });
        known.body = body.clone();
        known.status = status;
        known.spoken = match &words {
            Some(words) => !words.is_empty(),
            None => known.spoken,
        };
        Heard::Item(ItemEvent::Put {
            key: key.to_owned(),
            body,
            text: words,
            status,
        })
    }

    /// New facts of one that goes on.
    pub fn facts(&mut self, key: &str, body: ItemBody) -> Vec<Heard> {
        let status = self.get(key).map_or(ItemStatus::Open, |known| known.status);
        vec![self.put(key, body, None, status)]
    }

    /// Something that there is once in a turn and is told whole each time, often unchanged.
    pub fn replace(
        &mut self,
        key: &str,
        body: ItemBody,
        words: &str,
        status: ItemStatus,
    ) -> Vec<Heard> {
        match self.get(key) {
            Some(known) if known.body == body && known.last.as_deref() == Some(words) => {
                return Vec::new();
            }
            None if words.is_empty() && body == ItemBody::TurnDiff => return Vec::new(),
            _ => {}
        }
        let heard = self.put(key, body, Some(words.to_owned()), status);
        if let Some(known) = self.known.get_mut(key) {
            known.last = Some(words.to_owned());
        }
        vec![heard]
    }

    /// Its text grew; it begins with these facts if it is not known.
    pub fn grow(&mut self, key: &str, body: ItemBody, delta: &str) -> Vec<Heard> {
        if delta.is_empty() || key.is_empty() {
            return Vec::new();
        }
        let mut heard = Vec::new();
        if !self.has(key) {
            heard.push(self.put(key, body, None, ItemStatus::Open));
        }
        if let Some(known) = self.known.get_mut(key) {
            // Complete: its whole text was given.
            if known.spoken && !matches!(known.status, ItemStatus::Open | ItemStatus::Cut) {
                return heard;
            }
            known.spoken = true;
        }
        heard.push(Heard::Item(ItemEvent::Delta {
            key: key.to_owned(),
            text: delta.to_owned(),
        }));
        heard
    }

    /// Ends it, if it is still open.
    pub fn close(&mut self, key: &str, status: ItemStatus) -> Option<Heard> {
        let known = self.get(key)?;
        if known.status != ItemStatus::Open {
            return None;
        }
        let body = known.body.clone();
        Some(self.put(key, body, None, status))
    }
}
