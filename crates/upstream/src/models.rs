//! The model catalogue that the scripted backend lists. Owns the fields that the CLI insists on; the models themselves
//! are made up.

use serde_json::{Value, json};

/// What the models differ in.
struct Model {
    slug: &'static str,
    name: &'static str,
    description: &'static str,
    efforts: &'static [(&'static str, &'static str)],
    has_tiers: bool,
    sees: bool,
    /// As most of the real ones: one `exec` tool that takes JavaScript.
    is_code_mode: bool,
}

const LOW: (&str, &str) = ("low", "Fast responses with lighter reasoning");
const MEDIUM: (&str, &str) = ("medium", "Balances speed and reasoning depth");
const HIGH: (&str, &str) = ("high", "Greater reasoning depth");
const XHIGH: (&str, &str) = ("xhigh", "The greatest reasoning depth");

/// The first is the default. It calls tools directly, so that a script's `shell` is one function call.
const MODELS: [Model; 4] = [
    Model {
        slug: "scripted-1",
        name: "Scripted",
        description: "The bundled scripted model: no account, no cost, no intelligence.",
        efforts: &[LOW, MEDIUM, HIGH, XHIGH],
        has_tiers: true,
        sees: true,
        is_code_mode: false,
    },
    Model {
        slug: "scripted-code",
        name: "Scripted (code mode)",
        description: "The scripted model that calls its tools from programs.",
        efforts: &[LOW, MEDIUM, HIGH, XHIGH],
        has_tiers: true,
        sees: true,
        is_code_mode: true,
    },
    Model {
        slug: "scripted-mini",
        name: "Scripted mini",
        description: "The smaller scripted model: less thought, one speed.",
        efforts: &[LOW, MEDIUM],
        has_tiers: false,
        sees: true,
        is_code_mode: false,
    },
    Model {
        slug: "scripted-text",
        name: "Scripted (text only)",
        description: "The scripted model that sees no pictures.",
        efforts: &[LOW, MEDIUM, HIGH],
        has_tiers: false,
        sees: false,
        is_code_mode: false,
    },
];

/// How the models are called that are asked for without the catalogue: by the demo where no CLI is, and by the CLI with
/// a key instead of a plan, which then chooses from a list of its own.
const WITHOUT_CATALOGUE: [&str; 3] = ["scripted", "gpt-5", "gpt-6"];

/// The answer to `GET codex/models`.
pub(crate) fn catalogue() -> Value {
    let models = MODELS
        .iter()
        .zip(1..)
        .map(|(model, place)| model.entry(place));
    json!({ "models": models.collect::<Vec<_>>() })
}

/// The answer to `GET /v1/models`, which has another shape.
pub(crate) fn list() -> Value {
    let entry = |model: &Model| json!({ "id": model.slug, "object": "model", "created": 0, "owned_by": "switchboard" });
    json!({ "object": "list", "data": MODELS.iter().map(entry).collect::<Vec<_>>() })
}

/// Whether there is a model of that name.
pub(crate) fn knows(slug: &str) -> bool {
    let is_version = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-']);
    let without = WITHOUT_CATALOGUE.iter();
    let mut versions = without.filter_map(|name| slug.strip_prefix(name));
    MODELS.iter().any(|model| model.slug == slug) || versions.any(is_version)
}

impl Model {
    fn entry(&self, priority: u32) -> Value {
        let efforts = self.efforts.iter();
        let efforts: Vec<Value> = efforts
            .map(|(effort, description)| json!({ "effort": effort, "description": description }))
            .collect();
        let (speeds, tiers) = if self.has_tiers {
            let fast = json!({ "id": "priority", "name": "Fast", "description": "Faster, at a higher price" });
            (json!(["fast"]), json!([fast]))
        } else {
            (json!([]), json!([]))
        };
        let mut entry = entry(priority);
        for (name, value) in [
            ("slug", json!(self.slug)),
            ("display_name", json!(self.name)),
            ("description", json!(self.description)),
            ("supported_reasoning_levels", json!(efforts)),
            ("additional_speed_tiers", speeds),
            ("service_tiers", tiers),
        ] {
            entry[name] = value;
        }
        if self.sees {
            entry["input_modalities"] = json!(["text", "image"]);
            entry["supports_image_detail_original"] = json!(true);
        }
        if self.is_code_mode {
            entry["tool_mode"] = json!("code_mode_only");
        }
        entry
    }
}

/// What all have in common.
fn entry(priority: u32) -> Value {
    json!({
        "default_reasoning_level": "medium",
        "shell_type": "unified_exec",
        "visibility": "list",
        "supported_in_api": true,
        "priority": priority,
        "availability_nux": null,
        "upgrade": null,
        "base_instructions": "You are a scripted model.",
        "default_reasoning_summary": "auto",
        "supports_reasoning_summaries": true,
        "support_verbosity": true,
        "default_verbosity": "low",
        "apply_patch_tool_type": "freeform",
        "web_search_tool_type": "text_and_image",
        "truncation_policy": { "mode": "tokens", "limit": 10000 },
        "supports_parallel_tool_calls": true,
        "supports_image_detail_original": false,
        "context_window": 272_000,
        "max_context_window": 272_000,
        "effective_context_window_percent": 95,
        "experimental_supported_tools": [],
        "input_modalities": ["text"],
        "supports_search_tool": false,
        "supports_experimental_context": false,
        "use_responses_lite": false,
        "supports_reasoning_effort_updates": false,
        "node_repl_auto_review_required": false,
        "node_repl_disabled": false,
    })
}
