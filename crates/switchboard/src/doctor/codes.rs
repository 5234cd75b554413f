//! The names of the checks, what each looks at and what to do when it is not well. Owns the words that the
//! troubleshooting page is made of; looks at nothing itself.

use switchboard_server::CheckGroup;

/// A check. The names are stable: programs match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    ConfigFile,
    ConfigVariables,
    ServerPort,
    ServerAddress,
    ServerProcesses,
    MachineClock,
    MachineFiles,
    HomeFolder,
    HomePermissions,
    HomeDisk,
    DatabaseReachable,
    DatabaseVersion,
    DatabaseWritable,
    PeopleSignedIn,
    CodexProgram,
    CodexVersion,
    CodexLogin,
    CodexSandbox,
    GeminiProgram,
    GeminiVersion,
    GeminiLogin,
    ClaudeProgram,
    NodeVersion,
    AssistantsRegistered,
    AssistantsAnswering,
    TurnsFailures,
}

/// What is known of a check before anything is looked at.
pub struct Known {
    /// The stable name.
    pub name: &'static str,
    /// What it belongs to.
    pub group: CheckGroup,
    /// What is looked at, in a word or two.
    pub title: &'static str,
    /// What is well, in one sentence.
    pub well: &'static str,
    /// What to do if it is not.
    pub remedy: &'static str,
}

impl Code {
    /// Every check, in the order of a report.
    pub const ALL: [Self; 26] = [
        Self::ConfigFile,
        Self::ConfigVariables,
        Self::ServerPort,
        Self::ServerAddress,
        Self::ServerProcesses,
        Self::MachineClock,
        Self::MachineFiles,
        Self::HomeFolder,
        Self::HomePermissions,
        Self::HomeDisk,
        Self::DatabaseReachable,
        Self::DatabaseVersion,
        Self::DatabaseWritable,
        Self::PeopleSignedIn,
        Self::CodexProgram,
        Self::CodexVersion,
        Self::CodexLogin,
        Self::CodexSandbox,
        Self::GeminiProgram,
        Self::GeminiVersion,
        Self::GeminiLogin,
        Self::ClaudeProgram,
        Self::NodeVersion,
        Self::AssistantsRegistered,
        Self::AssistantsAnswering,
        Self::TurnsFailures,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        self.known().name
    }

    /// What is known of it.
    #[expect(
        clippy::too_many_lines,
        reason = "a table, one entry per check, read from top to bottom"
    )]
    pub fn known(self) -> Known {
        use CheckGroup::{Assistants, People, Server, Storage, Turns};
        let known = |name, group, title, well, remedy| Known {
            name,
            group,
            title,
            well,
            remedy,
        };
        match self {
            Self::ConfigFile => known(
                "config.file",
                Server,
                "Configuration",
                "`config.toml`, the variables and the flags can be read and make sense.",
                "Correct the setting at the place that the check names.",
            ),
            Self::ConfigVariables => known(
                "config.variables",
                Server,
                "Environment variables",
                "Every variable that begins with `SWITCHBOARD_` is a setting.",
                "Correct the name of the variable, or unset it.",
            ),
            Self::ServerPort => known(
                "server.port",
                Server,
                "Port",
                "The server listens, or its port is free.",
                "End the program that uses the port, or choose another with `--listen`; port 0 takes a free one.",
            ),
            Self::ServerAddress => known(
                "server.address",
                Server,
                "Address for people",
                "What people type begins with https, or is this machine alone.",
                "Put a proxy with TLS in front and name its address with `--public-url https://…`.",
            ),
            Self::ServerProcesses => known(
                "server.processes",
                Server,
                "Switchboard processes",
                "How many processes of this home live.",
                "Nothing: it tells, and never complains.",
            ),
            Self::MachineClock => known(
                "machine.clock",
                Server,
                "Clock",
                "The clock of this machine is not years behind.",
                "Set the clock, for example with `timedatectl set-ntp true`: sign-in links, limits and TLS depend on it.",
            ),
            Self::MachineFiles => known(
                "machine.files",
                Server,
                "Open files",
                "Enough files may be open for every page that people keep open.",
                "Raise the hard limit: `LimitNOFILE=16384` in the systemd unit, or `ulimit -Hn`.",
            ),
            Self::HomeFolder => known(
                "home.folder",
                Storage,
                "Home folder",
                "The home folder is there, or can be made, and can be written to.",
                "Make it writable for the user that runs Switchboard, or choose another place with `SWITCHBOARD_HOME`.",
            ),
            Self::HomePermissions => known(
                "home.permissions",
                Storage,
                "Privacy of the home",
                "No other user of the machine can look into the home folder.",
                "Run the `chmod 700` that the check shows.",
            ),
            Self::HomeDisk => known(
                "home.disk",
                Storage,
                "Free disk",
                "More is free than the floor (`disk_floor`, 256 MiB unless set).",
                "Free some space: new messages are refused until then, so that those accepted are never lost.",
            ),
            Self::DatabaseReachable => known(
                "database.reachable",
                Storage,
                "Database",
                "The database is there, or can be made, and is Switchboard's own.",
                "For PostgreSQL, start its server and check the address and the rights there; for SQLite, look at the file that the check names.",
            ),
            Self::DatabaseVersion => known(
                "database.version",
                Storage,
                "Database version",
                "This program knows the database's version.",
                "Update Switchboard to the version that made the database, or restore a backup into another home.",
            ),
            Self::DatabaseWritable => known(
                "database.writable",
                Storage,
                "Writing to the database",
                "The database's file and its folder can be written to.",
                "Give the user that runs Switchboard the right to write there; the disk may be read-only.",
            ),
            Self::PeopleSignedIn => known(
                "people.signed_in",
                People,
                "People",
                "Somebody is signed in.",
                "Run `switchboard people link` and open what it prints.",
            ),
            Self::CodexProgram => known(
                "codex.program",
                Assistants,
                "Codex CLI",
                "The `codex` program is on this machine.",
                "Install it: `npm install -g @openai/codex`, `brew install codex` or `bun install -g @openai/codex`. If it lies in an unusual place, name it with `providers.chatgpt.program`.",
            ),
            Self::CodexVersion => known(
                "codex.version",
                Assistants,
                "Codex CLI version",
                "The version is one that the tests have seen working.",
                "Nothing, if it works; else install the version that the check names.",
            ),
            Self::CodexLogin => known(
                "codex.login",
                Assistants,
                "ChatGPT sign-in",
                "The Codex CLI is signed in with a ChatGPT plan, not with an API key.",
                "Sign in with ChatGPT in Settings > Models, or run `codex login` as the user that runs Switchboard.",
            ),
            Self::CodexSandbox => known(
                "codex.sandbox",
                Assistants,
                "Codex sandbox",
                "The sandbox in which Codex runs commands works on this machine.",
                "Allow unprivileged user namespaces (`sysctl kernel.unprivileged_userns_clone=1`; on Ubuntu also `kernel.apparmor_restrict_unprivileged_userns=0`). Without it answers still come, but commands of the assistant fail.",
            ),
            Self::GeminiProgram => known(
                "gemini.program",
                Assistants,
                "Gemini CLI",
                "The `gemini` program is on this machine.",
                "Install it: `npm install -g @google/gemini-cli`.",
            ),
            Self::GeminiVersion => known(
                "gemini.version",
                Assistants,
                "Gemini CLI version",
                "The version is one that the tests have seen working.",
                "Nothing, if it works; else install the version that the check names.",
            ),
            Self::GeminiLogin => known(
                "gemini.login",
                Assistants,
                "Gemini sign-in",
                "There is an API key, or the sign-in of an enterprise seat.",
                "Set `GEMINI_API_KEY` for the server; with an enterprise seat, start `gemini` once and sign in. Google switched off consumer sign-ins in June 2026.",
            ),
            Self::ClaudeProgram => known(
                "claude.program",
                Assistants,
                "Claude Code",
                "Tells whether it is there; this version has no assistant that uses it.",
                "Nothing.",
            ),
            Self::NodeVersion => known(
                "node.version",
                Assistants,
                "Node.js",
                "Node.js is there if a program found needs it, and new enough for it.",
                "Install Node.js 20.19 or newer.",
            ),
            Self::AssistantsRegistered => known(
                "assistants.registered",
                Assistants,
                "Assistants",
                "At least one assistant is registered.",
                "Run `switchboard assistants add NAME`; `switchboard assistants list --available` shows the names.",
            ),
            Self::AssistantsAnswering => known(
                "assistants.answering",
                Assistants,
                "Assistant",
                "An assistant that is switched on can answer. There is one such check for each.",
                "Do what the check says; it is the remedy that a failed turn would show.",
            ),
            Self::TurnsFailures => known(
                "turns.failures",
                Turns,
                "Failed turns",
                "No turn failed in the last 24 hours. There is one such check for each kind of failure.",
                "Look up the failure's code in the table above.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_check_has_a_name_of_its_own_and_the_words_for_the_page() {
        let names: HashSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            let Known {
                name, well, remedy, ..
            } = code.known();
            assert!(name.split('.').count() == 2, "{name}");
            assert!(well.ends_with('.') && remedy.ends_with('.'), "{name}");
        }
    }
}
