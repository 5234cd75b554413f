//! MCP servers: the tools that a person gives an assistant. Owns what one is, what may stand in it and who may put it
//! there; never reaches one, and never reads a variable.

use serde::{Deserialize, Serialize};

use crate::{Millis, person::Role};

mod address;
mod variable;

/// How many a person may give one assistant.
pub const MOST: usize = 20;

/// The longest name. It is part of the name of every tool, for which models have little room.
pub const NAME_LIMIT: usize = 24;

/// The longest command, address, argument or folder.
const WORD_LIMIT: usize = 2 * 1024;

/// How many arguments or variables one may have.
const WORDS: usize = 64;

/// How much of what a server says about itself is kept, in letters and in tools.
const MESSAGE_KEPT: usize = 600;
const TOOL_NAME_KEPT: usize = 128;
const TOOLS_KEPT: usize = 200;

/// An MCP server of one person's for one assistant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServer {
    /// What the person calls it.
    pub name: String,
    /// What programs call it: no two servers of the house share one, so that nothing that a program keeps under it, a
    /// sign-in above all, is ever another person's.
    pub label: String,
    /// How it is reached.
    pub transport: Transport,
    /// Whether turns get it.
    pub enabled: bool,
}

/// How a server is reached. Secrets are only named: their values are in the environment of the server process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// A program that is started and spoken to over its pipes.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// Where it runs; without one, where the turn works.
        folder: Option<String>,
        /// The names of the variables that it gets.
        variables: Vec<String>,
    },
    /// A server on the network, over streamable HTTP.
    Http {
        /// Its address.
        url: String,
        /// The name of the variable that holds a bearer token for it.
        bearer: Option<String>,
    },
}

/// What was last seen of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// How it was.
    pub state: SeenState,
    /// What it, or whoever started it, said about that. Foreign text.
    pub message: Option<String>,
    /// Its tools, if they were asked for.
    pub tools: Option<Vec<Tool>>,
}

/// How a server was when it was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenState {
    /// It works.
    Ready,
    /// It did not start, or could not be reached.
    Failed,
    /// It wants somebody to sign in.
    NeedsSignIn,
}

/// A tool, as its server describes it. All of it is foreign text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What its server says that it does.
    pub description: String,
    /// Whether its server says that it changes nothing: Codex does not ask before such a tool runs.
    pub reads_only: bool,
}

/// A server with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownServer {
    /// The server.
    pub server: McpServer,
    /// What was last seen of it, and when.
    pub seen: Option<(Seen, Millis)>,
    /// The role, as it is now, of whoever said how it is reached.
    pub set_by: Role,
}

impl KnownServer {
    /// Why it is not used, though it is switched on: whoever set it might not do so any more.
    pub fn barred(&self) -> Option<String> {
        let why = self.server.transport.may_be_set_by(self.set_by).err()?;
        Some(format!(
            "{why}, and whoever set this one is no admin any more"
        ))
    }
}

impl Seen {
    /// The same, no longer than what is kept of it.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.message = self.message.map(|text| cut(&text, MESSAGE_KEPT));
        if let Some(tools) = &mut self.tools {
            tools.truncate(TOOLS_KEPT);
            for tool in tools {
                tool.name = cut(&tool.name, TOOL_NAME_KEPT);
                tool.description = cut(&tool.description, MESSAGE_KEPT);
            }
        }
        self
    }
}

/// At most so many letters; what is left out is marked, and no database takes a NUL.
fn cut(text: &str, most: usize) -> String {
    let text = text.replace('\0', "\u{FFFD}");
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl SeenState {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::NeedsSignIn => "needs_sign_in",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Ready, Self::Failed, Self::NeedsSignIn]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// Whether a name may be given to a server. The error says what may.
pub fn check_name(name: &str) -> Result<(), String> {
    let fits = (1..=NAME_LIMIT).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-');
    if fits {
        Ok(())
    } else {
        Err(format!(
            "a name has 1 to {NAME_LIMIT} of the letters a to z, digits and hyphens, and begins with no hyphen"
        ))
    }
}

impl Transport {
    /// Whether it is one that can work and keeps no secret in clear. The error says what to put right.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Stdio {
                command,
                args,
                folder,
                variables,
            } => {
                if command.trim().is_empty() {
                    return Err("give the command that starts the server".to_owned());
                }
                let words = args.iter().chain(folder).chain([command]);
                for word in words {
                    is_one_word(word)?;
                }
                if args.len() > WORDS || variables.len() > WORDS {
                    return Err(format!("at most {WORDS} arguments and {WORDS} variables"));
                }
                if folder.as_ref().is_some_and(|path| !path.starts_with('/')) {
                    return Err("give the whole path of the folder, from / on".to_owned());
                }
                variables.iter().try_for_each(|name| variable::check(name))
            }
            Self::Http { url, bearer } => {
                is_one_word(url)?;
                address::check(url)?;
                bearer.iter().try_for_each(|name| variable::check(name))
            }
        }
    }

    /// Whether somebody may have a server that is reached like this. The error says why not.
    ///
    /// A command runs as the server's user, a variable may be anything that this user was given, and an address inside
    /// the house leads to what trusts whoever is inside: these are an admin's to hand out.
    pub fn may_be_set_by(&self, role: Role) -> Result<(), &'static str> {
        match (role, self) {
            (Role::Admin, _) => Ok(()),
            (Role::Member, Self::Stdio { .. }) => Err(
                "only an admin may add a server that is a command: it runs as the server's user",
            ),
            (
                Role::Member,
                Self::Http {
                    bearer: Some(_), ..
                },
            ) => Err("only an admin may name a variable of the server's environment"),
            (Role::Member, Self::Http { url, bearer: None }) => {
                if address::is_public(url) {
                    Ok(())
                } else {
                    Err(
                        "only an admin may add an address that is not https with a public name, such as https://example.com/mcp",
                    )
                }
            }
        }
    }

    /// In a few words without arguments, for the audit: what was added, and where it leads.
    pub fn words(&self) -> String {
        match self {
            Self::Stdio {
                command, variables, ..
            } if variables.is_empty() => format!("runs {command}"),
            Self::Stdio {
                command, variables, ..
            } => format!("runs {command} with {}", variables.join(", ")),
            Self::Http { url, bearer: None } => format!("at {}", address::origin(url)),
            Self::Http {
                url,
                bearer: Some(bearer),
            } => format!("at {} with {bearer}", address::origin(url)),
        }
    }

    /// The variables whose values it needs.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let (many, one) = match self {
            Self::Stdio { variables, .. } => (variables.as_slice(), None),
            Self::Http { bearer, .. } => (&[][..], bearer.as_deref()),
        };
        many.iter().map(String::as_str).chain(one)
    }
}

fn is_one_word(word: &str) -> Result<(), String> {
    if word.len() > WORD_LIMIT {
        Err(format!("at most {WORD_LIMIT} bytes each"))
    } else if word.chars().any(char::is_control) {
        Err("line breaks and other control characters are not taken".to_owned())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(url: &str) -> Transport {
        Transport::Http {
            url: url.to_owned(),
            bearer: None,
        }
    }

    fn stdio(variables: &[&str]) -> Transport {
        Transport::Stdio {
            command: "notes-mcp".to_owned(),
            args: vec!["--key=sk-secret".to_owned()],
            folder: None,
            variables: variables.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[test]
    fn a_name_is_short_and_plain() {
        for (name, fits) in [
            ("notes", true),
            ("a", true),
            ("my-tools-2", true),
            ("", false),
            ("-notes", false),
            ("Notes", false),
            ("notes_2", false),
            ("a b", false),
            ("notes\u{202e}", false),
            ("abcdefghijklmnopqrstuvwxy", false),
        ] {
            assert_eq!(check_name(name).is_ok(), fits, "{name}");
        }
    }

    #[test]
    fn a_command_is_an_admins_and_so_is_every_variable() {
        let bearer = Transport::Http {
            url: "https://example.com/mcp".to_owned(),
            bearer: Some("NOTES_TOKEN".to_owned()),
        };
        for (transport, member) in [
            (stdio(&[]), false),
            (bearer, false),
            (http("http://example.com/mcp"), false),
            (http("https://localhost/mcp"), false),
            (http("https://example.com/mcp"), true),
        ] {
            assert_eq!(transport.check(), Ok(()), "{transport:?}");
            assert_eq!(transport.may_be_set_by(Role::Admin), Ok(()));
            let allowed = transport.may_be_set_by(Role::Member).is_ok();
            assert_eq!(allowed, member, "{transport:?}");
        }
    }

    #[test]
    fn what_cannot_work_or_would_keep_a_secret_is_refused() {
        let broken = |command: &str, folder: Option<&str>| Transport::Stdio {
            command: command.to_owned(),
            args: Vec::new(),
            folder: folder.map(str::to_owned),
            variables: Vec::new(),
        };
        for transport in [
            broken(" ", None),
            broken("a\nb", None),
            broken("a", Some("relative")),
            broken(&"a".repeat(WORD_LIMIT + 1), None),
            stdio(&["OPENAI_API_KEY"]),
            http("ftp://example.com"),
            http("https://me:secret@example.com/mcp"),
            http("https://example.com/mcp?api_key=1"),
        ] {
            assert!(transport.check().is_err(), "{transport:?}");
        }
    }

    #[test]
    fn of_what_a_server_says_no_more_is_kept_than_fits() {
        let tool = Tool {
            name: "n".repeat(1000),
            description: "ü".repeat(1000),
            reads_only: false,
        };
        let seen = Seen {
            state: SeenState::Ready,
            message: Some("a\0b".to_owned()),
            tools: Some(vec![tool; 1000]),
        };
        let kept = seen.bounded();
        assert_eq!(kept.message.as_deref(), Some("a\u{FFFD}b"));
        let tools = kept.tools.unwrap_or_default();
        assert_eq!(tools.len(), TOOLS_KEPT);
        assert_eq!(tools[0].name.chars().count(), TOOL_NAME_KEPT + 1);
        assert!(tools[0].description.ends_with("ü…"), "{:?}", tools[0]);
    }

    #[test]
    fn the_audit_says_where_it_leads_and_no_argument() {
        for (transport, words) in [
            (stdio(&[]), "runs notes-mcp"),
            (stdio(&["A", "B"]), "runs notes-mcp with A, B"),
            (
                http("https://example.com/mcp?a=b"),
                "at https://example.com",
            ),
        ] {
            assert_eq!(transport.words(), words);
        }
    }
}
