//! What providers offer: models, their levels of thought and tiers of service. Owns the words; never asks a provider.

use serde::{Deserialize, Serialize};

/// A model, as an account may use it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Model {
    /// Its name at the provider.
    pub id: String,
    /// As shown.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// How hard it can think, from least to most.
    pub efforts: Vec<Choice>,
    /// How hard it thinks unless told otherwise.
    pub default_effort: Option<String>,
    /// Tiers of service beside the usual one.
    pub tiers: Vec<Choice>,
    /// What it takes: `text`, `image`.
    pub inputs: Vec<String>,
    /// Whether it is the one that an account begins with.
    pub is_default: bool,
}

/// One of a few things to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// Its name at the provider.
    pub id: String,
    /// As shown, where it has a name of its own.
    pub name: String,
    /// One line about it.
    pub description: String,
}

/// The level that an empty or unknown one becomes.
pub const USUAL_EFFORT: &str = "high";

impl Model {
    /// The level to think at: the one wanted if the model has it; else a note says what became of it. A model whose
    /// levels nobody knows takes any.
    pub fn effort(&self, wanted: Option<&str>) -> (Option<String>, Option<String>) {
        let has = |effort: &str| {
            self.efforts.is_empty() || self.efforts.iter().any(|choice| choice.id == effort)
        };
        let usual = || {
            if has(USUAL_EFFORT) {
                Some(USUAL_EFFORT.to_owned())
            } else {
                self.default_effort
                    .clone()
                    .or_else(|| self.efforts.last().map(|choice| choice.id.clone()))
            }
        };
        match wanted.map(str::trim).filter(|effort| !effort.is_empty()) {
            None => (usual(), None),
            Some(effort) if has(effort) => (Some(effort.to_owned()), None),
            Some(effort) => {
                let instead = usual();
                let note = format!(
                    "{} has no effort {effort}; it thinks at {} instead",
                    self.name,
                    instead.as_deref().unwrap_or("its own")
                );
                (instead, Some(note))
            }
        }
    }

    /// The faster tier's name at the provider, if it has one.
    pub fn fast_tier(&self) -> Option<&str> {
        let named = self.tiers.iter().find(|tier| tier.id == "priority");
        named.or(self.tiers.first()).map(|tier| tier.id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(efforts: &[&str]) -> Model {
        Model {
            name: "One".into(),
            efforts: efforts
                .iter()
                .map(|id| Choice {
                    id: (*id).into(),
                    ..Choice::default()
                })
                .collect(),
            ..Model::default()
        }
    }

    #[test]
    fn an_empty_or_stale_effort_becomes_high_and_a_stale_one_says_so() {
        let one = model(&["low", "medium", "high"]);
        assert_eq!(one.effort(None), (Some("high".into()), None));
        assert_eq!(one.effort(Some(" ")), (Some("high".into()), None));
        assert_eq!(one.effort(Some("low")), (Some("low".into()), None));
        let (effort, note) = one.effort(Some("xhigh"));
        assert_eq!(effort.as_deref(), Some("high"));
        assert!(note.is_some_and(|note| note.contains("no effort xhigh")));
        let (effort, _) = model(&["low", "medium"]).effort(Some("xhigh"));
        assert_eq!(effort.as_deref(), Some("medium"), "one that has no high");
        assert_eq!(model(&[]).effort(Some("odd")).0.as_deref(), Some("odd"));
    }

    #[test]
    fn the_faster_tier_is_the_one_that_the_model_tells_of() {
        let mut one = model(&[]);
        assert_eq!(one.fast_tier(), None);
        one.tiers.push(Choice {
            id: "turbo".into(),
            ..Choice::default()
        });
        assert_eq!(one.fast_tier(), Some("turbo"));
    }
}
