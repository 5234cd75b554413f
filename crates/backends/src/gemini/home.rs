//! The folder of one turn, as the Gemini CLI finds it: a place to work in, empty but for the message's files, and a home
//! of its own with nothing but our settings and the person's login. Owns what must and must not be there; the folder goes
//! away with the turn, and with it every copy of the conversation that the program makes.
//!
//! Each turn has its own home because the program often ends while it holds `projects.json.lock`, for which the next one
//! in the same home would wait 13 seconds, and because it keeps a copy of every conversation there.

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::login::{ACCOUNTS, CREDENTIALS, Login};
use crate::homes::{TurnFolder, private_folder};

/// The only tool. With none at all the program sends an empty list of declarations, which Google's servers have
/// answered with 400; this one shows the folder of the turn.
const TOOL: &str = "list_directory";

/// Requests that one turn may make of the model.
const ROUNDS: u32 = 16;

/// In the place of the program's 25 KB about editing code, which every question would pay for.
const SYSTEM: &str = "You are an assistant in a team's chat. Answer from what you are told and from what you know: your \
                      folder holds nothing but the files that came with the message, and there are no commands to run. \
                      In what you are told, every at sign is written with a backslash before it, as in \\@name; write \
                      it without.\n";

/// A prepared folder. Dropping it removes everything.
pub struct TurnHome {
    folder: TurnFolder,
}

impl TurnHome {
    /// Makes it fresh. `person` is the person's `.gemini`.
    pub fn make(parent: &Path, name: &str, login: &Login, person: &Path) -> io::Result<Self> {
        let folder = TurnFolder::make(parent, name)?;
        let this = Self { folder };
        let dot = this.home().join(".gemini");
        private_folder(&dot)?;
        let settings = settings(login, &this.telemetry());
        fs::write(dot.join("settings.json"), settings.to_string())?;
        fs::write(this.system(), SYSTEM)?;
        // The program looks for variables in the `.env` of its folder and of all folders above, the person's home among
        // them, and takes the first it finds. So the first lies right above, where its folder stays empty.
        let above = this.folder.file(".gemini");
        private_folder(&above)?;
        fs::write(above.join(".env"), "")?;
        if matches!(login, Login::Google { .. }) {
            for name in [CREDENTIALS, ACCOUNTS] {
                let target = person.join(name);
                if target.exists() {
                    symlink(target, dot.join(name))?;
                }
            }
        }
        Ok(this)
    }

    /// Where it works.
    pub fn work(&self) -> PathBuf {
        self.folder.work()
    }

    /// Where its temporary files go: on every error of Google's it writes the whole conversation there.
    pub fn temp(&self) -> PathBuf {
        self.folder.temp()
    }

    /// What `GEMINI_CLI_HOME` names.
    pub fn home(&self) -> PathBuf {
        self.folder.file("home")
    }

    /// The settings again, as those of the machine: nothing that lies elsewhere overrides them.
    pub fn settings(&self) -> PathBuf {
        self.home().join(".gemini/settings.json")
    }

    /// No such file: the machine's defaults count for nothing here.
    pub fn no_defaults(&self) -> PathBuf {
        self.folder.file("no-defaults.json")
    }

    /// The file with the words to the model.
    pub fn system(&self) -> PathBuf {
        self.folder.file("system.md")
    }

    /// Where it tells why the model stopped.
    pub fn telemetry(&self) -> PathBuf {
        self.folder.file("telemetry.json")
    }
}

fn settings(login: &Login, telemetry: &Path) -> Value {
    let auth = match login {
        Login::Google { .. } => "oauth-personal",
        Login::Key | Login::Missing(_) => "gemini-api-key",
    };
    json!({
        "security": { "auth": { "selectedType": auth } },
        "privacy": { "usageStatisticsEnabled": false },
        "telemetry": { "enabled": true, "target": "local", "outfile": telemetry, "logPrompts": false },
        "general": {
            "enableAutoUpdate": false,
            "enableAutoUpdateNotification": false,
            // Each try of several takes longer than a mention may; and what was said in all of them is glued together.
            "maxAttempts": 1,
            "sessionRetention": { "enabled": false },
        },
        "model": {
            "maxSessionTurns": ROUNDS,
            // Each of these asks the model once more.
            "disableLoopDetection": true,
            "skipNextSpeakerCheck": true,
        },
        // The empty list of markers keeps it from looking for GEMINI.md in the folders above.
        "context": { "includeDirectoryTree": false, "memoryBoundaryMarkers": [] },
        "tools": { "core": [TOOL] },
        "hooksConfig": { "enabled": false },
        "skills": { "enabled": false },
        "experimental": { "enableAgents": false },
        "ui": { "hideBanner": true, "hideTips": true },
    })
}

/// The words at which the program takes in these files of its folder: how images and documents reach the model.
pub fn named(files: &[String]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let names = files.join(" @");
    format!("The files that came with the new message, in order: @{names}\n\n")
}

/// A prompt in which the program finds nothing to do: `@path` would be replaced by what is in that file, and a `/` at the
/// beginning makes a command of it. An `@` behind a backslash is left alone, backslash and all.
pub fn inert(prompt: &str) -> String {
    let mut inert = String::with_capacity(prompt.len() + 64);
    if prompt.trim_start().starts_with('/') {
        inert.push_str("Message:\n");
    }
    let mut before = '\0';
    for letter in prompt.chars() {
        if letter == '@' && before != '\\' {
            inert.push('\\');
        }
        inert.push(letter);
        before = letter;
    }
    inert
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_text_names_a_file_or_begins_with_a_command() {
        for (prompt, expected) in [
            ("plain", "plain"),
            ("@a x@b.txt @@c", "\\@a x\\@b.txt \\@\\@c"),
            ("already \\@a", "already \\@a"),
            ("\\\\@a", "\\\\@a"),
            ("@", "\\@"),
            ("/help", "Message:\n/help"),
            (" \n/quit @a", "Message:\n \n/quit \\@a"),
            ("a /help", "a /help"),
        ] {
            assert_eq!(inert(prompt), expected);
        }
    }

    #[test]
    fn files_of_ours_are_named_before_everything_else() {
        assert_eq!(named(&[]), "");
        let named = named(&["1.png".into(), "2.pdf".into()]);
        assert!(named.ends_with(": @1.png @2.pdf\n\n"), "{named}");
    }

    #[test]
    fn a_turns_home_holds_our_settings_and_the_login_and_nothing_else_of_the_persons() {
        let folder = tempfile::tempdir().unwrap();
        let person = folder.path().join("person");
        fs::create_dir(&person).unwrap();
        for name in [CREDENTIALS, ACCOUNTS, "settings.json", "GEMINI.md", ".env"] {
            fs::write(person.join(name), "theirs").unwrap();
        }
        let names = |login: &Login| {
            let home = TurnHome::make(folder.path(), "turn", login, &person).unwrap();
            let entries = fs::read_dir(home.home().join(".gemini")).unwrap();
            let mut names: Vec<_> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            let text = fs::read_to_string(home.settings()).unwrap();
            (names, serde_json::from_str::<Value>(&text).unwrap())
        };
        let (with_key, settings) = names(&Login::Key);
        assert_eq!(with_key, ["settings.json"]);
        let kind = |settings: &Value| settings["security"]["auth"]["selectedType"].clone();
        assert_eq!(kind(&settings), "gemini-api-key");
        let (with_login, settings) = names(&Login::Google { email: None });
        assert_eq!(with_login, [ACCOUNTS, CREDENTIALS, "settings.json"]);
        assert_eq!(kind(&settings), "oauth-personal");
        assert!(!folder.path().join("turn").exists(), "gone when dropped");
        assert!(person.join(CREDENTIALS).exists(), "the login itself stays");
    }
}
