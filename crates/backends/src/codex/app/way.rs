//! The way a turn works: what its commands may do, and when Codex asks. Owns which ways there are for a permission, and which is the
//! next best one where a version of Codex or an administrator refuses one; never widens what was chosen, and never calls anybody.

use serde_json::{Value, json};
use switchboard_engine::backend::{Asks, How};
use switchboard_model::settings::{Network, Permission};

/// One way to work.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    /// What commands may do unasked.
    pub(super) permission: Permission,
    /// When Codex asks. Null leaves it out.
    pub(super) policy: Value,
    asks: Asks,
}

impl Way {
    /// The way that was chosen.
    pub(super) fn of(how: &How) -> Self {
        Self::first(how.permission, how.asks)
    }

    fn first(permission: Permission, asks: Asks) -> Self {
        let mut policies = policies(permission, asks);
        Self {
            permission,
            policy: policies.swap_remove(0),
            asks,
        }
    }

    /// The next best way after Codex refused this one in these words; `None` if it refused something else, or there is none.
    pub(super) fn after(&self, refusal: &str) -> Option<Self> {
        if is_about_sandbox(refusal) {
            let narrower = match self.permission {
                Permission::Full => Permission::Standard,
                Permission::Standard => Permission::ReadOnly,
                Permission::ReadOnly => return None,
            };
            return Some(Self::first(narrower, self.asks));
        }
        if !self.is_about_policy(refusal) {
            return None;
        }
        let mut policies = policies(self.permission, self.asks).into_iter();
        policies.find(|policy| *policy == self.policy)?;
        Some(Self {
            policy: policies.next()?,
            ..self.clone()
        })
    }

    fn is_about_policy(&self, refusal: &str) -> bool {
        let name = self.policy.as_str().unwrap_or("granular");
        let words = refusal.to_lowercase();
        // A version that knows no such policy, and then one that may not.
        words.contains(&format!("unknown variant `{name}`")) || is_about_policy(&words)
    }

    /// The sandbox of a turn.
    pub(super) fn sandbox_policy(&self) -> Value {
        match self.permission {
            Permission::ReadOnly => json!({ "type": "readOnly", "networkAccess": false }),
            Permission::Standard => json!({ "type": "workspaceWrite", "networkAccess": false }),
            Permission::Full => json!({ "type": "dangerFullAccess" }),
        }
    }

    /// What its commands can reach: the sandbox of a turn has no network, and only full access has no sandbox.
    pub(super) fn network(&self) -> Network {
        if self.permission == Permission::Full {
            Network::On
        } else if self.policy == "never" {
            Network::Off
        } else {
            Network::Asks
        }
    }

    /// What became of the way that was chosen, if this is another one.
    pub(super) fn notes(&self, how: &How) -> Vec<String> {
        let mut notes = Vec::new();
        if self.permission != how.permission {
            notes.push(format!(
                "whoever administers Codex allows no {} access: it worked with {} access",
                words(how.permission),
                words(self.permission)
            ));
        }
        if self.policy != Self::first(self.permission, self.asks).policy {
            let asks = match &self.policy {
                Value::Null => "as the administrator wants".to_owned(),
                policy => policy.as_str().unwrap_or("as configured").to_owned(),
            };
            notes.push(format!(
                "this version of Codex, or an administrator, refuses what {} access asks for: it asks {asks}",
                words(self.permission)
            ));
        }
        notes
    }
}

/// What Codex calls the sandbox of a permission.
pub(in crate::codex) fn sandbox_mode(permission: Permission) -> &'static str {
    match permission {
        Permission::ReadOnly => "read-only",
        Permission::Standard => "workspace-write",
        Permission::Full => "danger-full-access",
    }
}

fn words(permission: Permission) -> &'static str {
    match permission {
        Permission::ReadOnly => "read-only",
        Permission::Standard => "standard",
        Permission::Full => "full",
    }
}

/// When Codex asks, in the order in which to try; there is at least one.
fn policies(permission: Permission, asks: Asks) -> Vec<Value> {
    match permission {
        Permission::ReadOnly | Permission::Standard if asks == Asks::Nobody => {
            vec![json!("never"), json!("on-request")]
        }
        // The sandbox stops writing, not reading: so each command is asked about, until a version knows that no more.
        Permission::ReadOnly => vec![json!("untrusted"), json!("on-request")],
        // What the sandbox refuses is asked about as well: under `on-request` only the model would hear of it.
        Permission::Standard => vec![
            json!({ "granular": {
                "sandbox_approval": true, "rules": true, "mcp_elicitations": true,
                "request_permissions": true, "skill_approval": true,
            } }),
            json!("on-request"),
        ],
        // Null leaves it out: an administrator who forbids `never` has a policy that then applies.
        Permission::Full => vec![json!("never"), Value::Null],
    }
}

/// An administrator does not allow the sandbox. One sentence names the policy as well, and means this.
fn is_about_sandbox(refusal: &str) -> bool {
    ["value for `sandbox_mode`", "do not allow `sandbox_mode"]
        .iter()
        .any(|words| refusal.contains(words))
}

fn is_about_policy(words: &str) -> bool {
    [
        "approval policy",
        "approvalpolicy",
        "approval_policy",
        "askforapproval",
        "no longer supported",
    ]
    .iter()
    .any(|about| words.contains(about))
}

/// Whether it is refused how a turn was to work, and not the turn.
pub(super) fn is_refused(message: &str) -> bool {
    is_about_sandbox(message)
        || is_about_policy(&message.to_lowercase())
        || message.contains("invalid thread settings override")
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "invalid thread settings override: invalid value for `approval_policy`: `Never` is not in the allowed set [OnRequest]";
    const SANDBOX: &str = "invalid thread settings override: invalid value for `sandbox_mode`: `WorkspaceWrite` is not in the allowed set [ReadOnly]";
    const UNKNOWN: &str = "Invalid request: unknown variant `untrusted`, expected one of `on-request`, `granular`, `never`";
    const BOTH: &str = "`approval_policy = \"never\"` cannot be used because requirements do not allow `sandbox_mode = \"danger-full-access\"`";

    fn how(permission: Permission, asks: Asks) -> How {
        How {
            permission,
            asks,
            ..How::default()
        }
    }

    #[test]
    fn each_permission_is_a_policy_and_a_sandbox() {
        let granular = json!({ "granular": {
            "sandbox_approval": true, "rules": true, "mcp_elicitations": true,
            "request_permissions": true, "skill_approval": true,
        } });
        for (permission, policy, mode, sandbox) in [
            (
                Permission::ReadOnly,
                json!("untrusted"),
                "read-only",
                "readOnly",
            ),
            (
                Permission::Standard,
                granular,
                "workspace-write",
                "workspaceWrite",
            ),
            (
                Permission::Full,
                json!("never"),
                "danger-full-access",
                "dangerFullAccess",
            ),
        ] {
            let chosen = how(permission, Asks::Somebody);
            let way = Way::of(&chosen);
            assert_eq!(way.policy, policy);
            assert_eq!(sandbox_mode(permission), mode);
            assert_eq!(way.sandbox_policy()["type"], sandbox);
            assert_eq!(way.notes(&chosen), Vec::<String>::new());
        }
    }

    #[test]
    fn the_network_is_what_policy_and_sandbox_leave_of_it() {
        for (permission, asks, expected) in [
            (Permission::ReadOnly, Asks::Somebody, Network::Asks),
            (Permission::Standard, Asks::Somebody, Network::Asks),
            (Permission::Standard, Asks::Nobody, Network::Off),
            (Permission::Full, Asks::Somebody, Network::On),
        ] {
            assert_eq!(Way::of(&how(permission, asks)).network(), expected);
        }
        let full = Way::of(&how(Permission::Full, Asks::Somebody));
        let narrower = full.after(SANDBOX).unwrap();
        assert_eq!(narrower.network(), Network::Asks);
    }

    #[test]
    fn a_refusal_leads_to_the_next_best_way_and_never_to_a_wider_one() {
        use Permission::{Full, ReadOnly, Standard};
        let request = json!("on-request");
        for (chosen, asks, refusals, permission, policy) in [
            (ReadOnly, Asks::Somebody, &[POLICY][..], ReadOnly, &request),
            (ReadOnly, Asks::Somebody, &[UNKNOWN], ReadOnly, &request),
            (Standard, Asks::Somebody, &[POLICY], Standard, &request),
            (Standard, Asks::Nobody, &[POLICY], Standard, &request),
            (Full, Asks::Somebody, &[POLICY], Full, &Value::Null),
            (
                Full,
                Asks::Somebody,
                &[BOTH, SANDBOX, POLICY],
                ReadOnly,
                &request,
            ),
            (
                Standard,
                Asks::Somebody,
                &[POLICY, SANDBOX],
                ReadOnly,
                &json!("untrusted"),
            ),
        ] {
            let how = how(chosen, asks);
            let mut way = Way::of(&how);
            for refusal in refusals {
                way = way.after(refusal).unwrap();
            }
            assert_eq!((way.permission, &way.policy), (permission, policy));
            let notes = way.notes(&how);
            let narrower = notes.iter().any(|note| note.contains("allows no"));
            let asks = notes.iter().any(|note| note.contains("it asks"));
            assert_eq!(narrower, permission != chosen, "{notes:?}");
            assert_eq!(asks, refusals.last() != Some(&SANDBOX), "{notes:?}");
        }
    }

    #[test]
    fn where_nothing_is_left_or_something_else_was_refused_there_is_no_other_way() {
        let way = Way::of(&how(Permission::ReadOnly, Asks::Somebody));
        assert_eq!(way.after(SANDBOX), None);
        assert_eq!(way.after("no rollout found"), None);
        let reviewer = "invalid value for `approvals_reviewer`: `User` is not in the allowed set";
        assert_eq!(way.after(reviewer), None);
        assert_eq!(way.after(POLICY).unwrap().after(POLICY), None);
    }
}
