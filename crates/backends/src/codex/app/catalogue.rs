//! The models that an account may use, as the app server lists them. Owns reading that list; never keeps it.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_model::provider::{Choice, Model};

use super::read::{flag, list, maybe, text, texts};
use crate::jsonrpc::{CallError, Peer};

/// Models to show until an account has listed its own. Whether an account has them is not known.
pub(super) fn seeds() -> Vec<Model> {
    serde_json::from_str(include_str!("models.json")).unwrap_or_default()
}

/// More pages than any account has.
const PAGES: usize = 20;

/// All models that are listed, the account's own default among them.
pub(super) async fn models(peer: &Peer, deadline: Duration) -> Result<Vec<Model>, CallError> {
    let mut models: Vec<Model> = Vec::new();
    let mut cursor = Value::Null;
    for _ in 0..PAGES {
        let params = json!({ "cursor": cursor, "limit": 100, "includeHidden": false });
        let page = peer.call("model/list", params, deadline).await?;
        for entry in list(&page, "data") {
            let model = model(entry);
            if !flag(entry, "hidden") && models.iter().all(|known| known.id != model.id) {
                models.push(model);
            }
        }
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    Ok(models)
}

fn model(entry: &Value) -> Model {
    let id = maybe(entry, "model").unwrap_or_else(|| text(entry, "id"));
    let choice = |entry: &Value, id: &str| Choice {
        id: text(entry, id).to_owned(),
        name: text(entry, "name").to_owned(),
        description: text(entry, "description").to_owned(),
    };
    Model {
        id: id.to_owned(),
        name: maybe(entry, "displayName").unwrap_or(id).to_owned(),
        description: text(entry, "description").to_owned(),
        efforts: list(entry, "supportedReasoningEfforts")
            .iter()
            .map(|effort| choice(effort, "reasoningEffort"))
            .collect(),
        default_effort: maybe(entry, "defaultReasoningEffort").map(str::to_owned),
        tiers: list(entry, "serviceTiers")
            .iter()
            .map(|tier| choice(tier, "id"))
            .collect(),
        inputs: texts(entry, "inputModalities")
            .into_iter()
            .map(str::to_owned)
            .collect(),
        is_default: flag(entry, "isDefault"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_seeds_can_be_read() {
        assert!(super::seeds().len() > 2);
    }
}
