//! The demo's scenes with tools: what a person without an account can see the CLI do. Owns what each calls and what it says
//! at its end, whether the person or the sandbox let it or not.

use std::time::Duration;

use crate::call::{Access, Call, Plan, Question, Shell};
use crate::script::Step;
use crate::seen::Seen;

/// Between two states of the plan.
const A_MOMENT: Duration = Duration::from_secs(1);
const PLAN: [&str; 3] = ["Read the question", "Do what it asks", "Look at the result"];
const PATCH: &str = "*** Begin Patch
*** Add File: scripted-demo.md
+# Scripted demo
+
+This file was written by a script, to show what a change looks like.
*** End Patch
";

/// One scene.
pub(super) struct Scene {
    /// Any of these plays it.
    pub words: &'static [&'static str],
    /// What it needs beyond a shell.
    pub tool: Option<&'static str>,
    /// How the introduction speaks of it.
    pub invitation: &'static str,
    /// What happens after so many rounds of calls, or `None` when all has happened.
    pub round: fn(usize) -> Option<Vec<Step>>,
    /// What is said at the end.
    pub end: fn(&Seen) -> String,
}

/// In the order in which their words count.
pub(super) const SCENES: [Scene; 5] = [
    Scene {
        words: &["command", "files", "folder", "shell", "list", "run"],
        tool: None,
        invitation: "`list the files` to see a command run in the read-only sandbox",
        round: |round| once(round, command),
        end: |_| {
            "A command was called for. Where this machine's sandbox lets it run, the step above shows its output."
                .to_owned()
        },
    },
    Scene {
        words: &["permission", "permissions", "approve", "approval"],
        tool: Some("exec_command"),
        invitation: "`something to approve` to be asked before a command leaves the sandbox",
        round: |round| once(round, escalated),
        end: |_| {
            "A command asked to leave the sandbox. If that was approved, the step above shows its output; if not, nothing ran."
                .to_owned()
        },
    },
    Scene {
        words: &["plan"],
        tool: Some("update_plan"),
        invitation: "`make a plan` to see one being followed",
        round: plan,
        end: |_| "All steps of the plan are done, as far as a script can do any.".to_owned(),
    },
    Scene {
        words: &["edit", "diff"],
        tool: Some("apply_patch"),
        invitation: "`edit a file` to see what a change looks like",
        round: |round| once(round, edit),
        end: |_| {
            "A new file `scripted-demo.md` was called for. If that was allowed, the step above shows the change; if not, \
             nothing was written."
                .to_owned()
        },
    },
    Scene {
        words: &["ask", "question"],
        tool: Some("request_user_input"),
        invitation: "`ask me something` to be asked a question",
        round: |round| once(round, question),
        end: |asked| match asked.answers() {
            answers if answers.is_empty() => {
                "You were to be asked a question, but no answer came.".to_owned()
            }
            answers => format!("You answered: **{}**.", answers.join("**, **")),
        },
    },
];

/// A scene of one round.
fn once(round: usize, steps: fn() -> Vec<Step>) -> Option<Vec<Step>> {
    (round == 0).then(steps)
}

fn command() -> Vec<Step> {
    vec![
        Step::reason("**Looking around**\n\nA read-only command shows what the folder holds."),
        Step::Calls(vec![Call::Shell(Shell {
            command: "pwd; ls -la".to_owned(),
            ..Shell::default()
        })]),
    ]
}

fn escalated() -> Vec<Step> {
    vec![
        Step::reason("**Asking first**\n\nOutside the sandbox nothing runs unasked."),
        Step::Calls(vec![Call::Shell(Shell {
            command: "uname -sr".to_owned(),
            access: Access::Escalated,
            reason: Some(
                "May the scripted demo leave the sandbox to read the name of the system?"
                    .to_owned(),
            ),
            ..Shell::default()
        })]),
    ]
}

/// One step further with every round.
fn plan(round: usize) -> Option<Vec<Step>> {
    let pause = if round == 0 {
        Step::reason("**Making a plan**\n\nThree steps will do.")
    } else {
        Step::Wait(A_MOMENT)
    };
    let state = Call::Plan(Plan {
        steps: PLAN.map(str::to_owned).to_vec(),
        done: round,
        doing: 1,
        explanation: None,
    });
    (round <= PLAN.len()).then(|| vec![pause, Step::Calls(vec![state])])
}

fn edit() -> Vec<Step> {
    vec![
        Step::reason("**Writing a file**\n\nA small one, so that the change is seen whole."),
        Step::Calls(vec![Call::Patch(PATCH.to_owned())]),
    ]
}

fn question() -> Vec<Step> {
    let option = |label: &str, description: &str| (label.to_owned(), description.to_owned());
    vec![Step::Calls(vec![Call::Ask(vec![Question {
        id: "color".to_owned(),
        header: "Colour".to_owned(),
        text: "Which colour do you like best?".to_owned(),
        options: vec![
            option("Blue", "As the sky on a good day"),
            option("Green", "As the woods in May"),
            option("Orange", "As the sun when it sets"),
        ],
        ..Question::default()
    }])])]
}
