//! The command lines that skills and the guide of detached turns tell others to type: each is read out of the text and has to parse.

mod typed;

use clap::{CommandFactory as _, Parser as _};

pub use self::typed::commands;
use self::typed::{calls, texts};
use super::Args;

/// What stands for an id.
const ID: &str = "01a22450-544f-7543-af41-4eff72e5833d";

/// Whether a command is only spoken of, as in "`switchboard new` hands a prompt to Codex".
fn is_a_name(call: &[String]) -> bool {
    let mut known = Args::command();
    call[1..].iter().all(|word| {
        let inner = known.find_subcommand(word).cloned();
        inner.map(|inner| known = inner).is_some()
    })
}

#[test]
fn every_command_line_in_the_skills_and_their_guide_parses() {
    let mut parsed = 0;
    let mut wrong = Vec::new();
    for (path, text) in texts() {
        for call in calls(&text) {
            let place = format!("{}: {}", path.display(), call.join(" "));
            if is_a_name(&call) {
                continue;
            }
            let filled = call.iter().map(|word| match word.as_str() {
                "TURN" | "THREAD" => ID,
                word => word,
            });
            match Args::try_parse_from(filled) {
                Ok(_) => parsed += 1,
                Err(error) => wrong.push(format!("{place}\n{error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(parsed >= 80, "{parsed} lines were found");
}

#[test]
fn calls_are_found_where_they_stand_and_taken_apart_as_a_shell_does() {
    let text = "Run `switchboard list` and not `git switchboard`.\n\
                ```sh\n\
                A=$(switchboard new \"a | b\" 'c d' | jq -r .x)   # switchboard no\n\
                git diff | switchboard new - <<'END'\n\
                switchboard inside\n\
                END\n\
                switchboard wait \\\n  \"$A\" --timeout 1\n\
                ```\n\
                ```json\nswitchboard no\n```\n";
    let expected = [
        "switchboard list",
        "switchboard new a | b c d",
        "switchboard new -",
        "switchboard wait $A --timeout 1",
    ];
    let found: Vec<_> = calls(text).iter().map(|words| words.join(" ")).collect();
    assert_eq!(found, expected);
}
