//! The model catalogue that the scripted backend lists. Owns the fields that the CLI insists on; the models themselves
//! are made up.

use serde_json::{Value, json};

/// The default model: it calls tools directly, so that a script's `shell` is one function call.
const DEFAULT: &str = "scripted-1";
/// A model in code mode, as most of the real ones are: one `exec` tool that takes JavaScript.
const CODE_MODE: &str = "scripted-code";

/// The answer to `GET codex/models`.
pub(crate) fn catalogue() -> Value {
    let mut code_mode = model(CODE_MODE, "Scripted (code mode)", 2);
    code_mode["tool_mode"] = json!("code_mode_only");
    json!({ "models": [model(DEFAULT, "Scripted", 1), code_mode] })
}

/// The answer to `GET /v1/models`, which has another shape.
pub(crate) fn list() -> Value {
    let entry =
        |id: &str| json!({ "id": id, "object": "model", "created": 0, "owned_by": "switchboard" });
    json!({ "object": "list", "data": [entry(DEFAULT), entry(CODE_MODE)] })
}

fn model(slug: &str, name: &str, priority: u32) -> Value {
    json!({
        "slug": slug,
        "display_name": name,
        "description": "The bundled scripted model: no account, no cost, no intelligence.",
        "default_reasoning_level": "medium",
        "supported_reasoning_levels": [
            { "effort": "low", "description": "Fast responses with lighter reasoning" },
            { "effort": "medium", "description": "Balances speed and reasoning depth" },
            { "effort": "high", "description": "Greater reasoning depth" },
        ],
        "shell_type": "unified_exec",
        "visibility": "list",
        "supported_in_api": true,
        "priority": priority,
        "additional_speed_tiers": ["fast"],
        "service_tiers": [{ "id": "priority", "name": "Fast", "description": "Faster, at a higher price" }],
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
        "supports_image_detail_original": true,
        "context_window": 272_000,
        "max_context_window": 272_000,
        "effective_context_window_percent": 95,
        "experimental_supported_tools": [],
        "input_modalities": ["text", "image"],
        "supports_search_tool": false,
        "supports_experimental_context": false,
        "use_responses_lite": false,
        "supports_reasoning_effort_updates": false,
        "node_repl_auto_review_required": false,
        "node_repl_disabled": false,
    })
}
