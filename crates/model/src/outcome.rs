//! Failures are outcomes, not chat text. Owns the stable codes, the sentence and the remedy of each;
//! the page, the API and `doctor` all read them from here, so they cannot disagree.

use crate::clock::Millis;

/// Why a turn did not end well. The names are stable: programs match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeCode {
    /// The assistant's program is not on this machine.
    NotInstalled,
    /// Its program has no login, or one that the provider refused.
    NotSignedIn,
    /// Its program is signed in with an API key, where only a plan may be used.
    ApiKeyLogin,
    /// The turn ran into its total or its idle deadline.
    TimedOut,
    /// The sandbox refused what the assistant tried.
    SandboxDenied,
    /// The sandbox cannot work on this machine.
    SandboxUnavailable,
    /// The assistant is switched off, removed, or has no way to run here.
    AssistantUnavailable,
    /// The asker may not use this assistant.
    AssistantNotAllowed,
    /// The program ended well and said nothing.
    EmptyReply,
    /// The plan's limit is used up.
    RateLimited,
    /// The provider answered with an error, or the connection was lost for good.
    UpstreamFailed,
    /// The program wrote more than a turn may.
    TooMuchOutput,
    /// The program ended in a way of its own.
    Crashed,
    /// Switchboard stopped while the turn ran, and it is not known to be safe to repeat.
    Abandoned,
    /// A file that came with the message is gone from the server.
    AttachmentMissing,
    /// The assistant cannot take a file that came with the message.
    AttachmentUnsupported,
    /// More was said than the model can read.
    ContextTooLong,
    /// The provider does not have the model that was asked for.
    NoModel,
    /// The Codex app server did not start.
    CodexStartFailed,
    /// Another program works in the assistant's own session.
    SessionInUse,
    /// The assistant's own record of the conversation is gone.
    SessionLost,
    /// The answer is not what the JSON Schema asks for.
    SchemaMismatch,
}

impl OutcomeCode {
    /// Every code, for tables and tests.
    pub const ALL: [Self; 22] = [
        Self::NotInstalled,
        Self::NotSignedIn,
        Self::ApiKeyLogin,
        Self::TimedOut,
        Self::SandboxDenied,
        Self::SandboxUnavailable,
        Self::AssistantUnavailable,
        Self::AssistantNotAllowed,
        Self::EmptyReply,
        Self::RateLimited,
        Self::UpstreamFailed,
        Self::TooMuchOutput,
        Self::Crashed,
        Self::Abandoned,
        Self::AttachmentMissing,
        Self::AttachmentUnsupported,
        Self::ContextTooLong,
        Self::NoModel,
        Self::CodexStartFailed,
        Self::SessionInUse,
        Self::SessionLost,
        Self::SchemaMismatch,
    ];

    /// The name in SQL, JSON, the page and the logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotInstalled => "not_installed",
            Self::NotSignedIn => "not_signed_in",
            Self::ApiKeyLogin => "api_key_login",
            Self::TimedOut => "timed_out",
            Self::SandboxDenied => "sandbox_denied",
            Self::SandboxUnavailable => "sandbox_unavailable",
            Self::AssistantUnavailable => "assistant_unavailable",
            Self::AssistantNotAllowed => "assistant_not_allowed",
            Self::EmptyReply => "empty_reply",
            Self::RateLimited => "rate_limited",
            Self::UpstreamFailed => "upstream_failed",
            Self::TooMuchOutput => "too_much_output",
            Self::Crashed => "crashed",
            Self::Abandoned => "abandoned",
            Self::AttachmentMissing => "attachment_missing",
            Self::AttachmentUnsupported => "attachment_unsupported",
            Self::ContextTooLong => "context_too_long",
            Self::NoModel => "no_model",
            Self::CodexStartFailed => "codex_start_failed",
            Self::SessionInUse => "session_in_use",
            Self::SessionLost => "session_lost",
            Self::SchemaMismatch => "schema_mismatch",
        }
    }

    /// The code of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// What happened, in words for people who look the code up.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::NotInstalled => "the assistant's program is not on the server's machine",
            Self::NotSignedIn => "its program has no sign-in, or one that the provider refused",
            Self::ApiKeyLogin => {
                "its program is signed in with an API key, where only a plan may be used"
            }
            Self::TimedOut => {
                "the turn took longer than it may in all, or was silent for longer than it may be"
            }
            Self::SandboxDenied => "the sandbox refused something that the assistant tried",
            Self::SandboxUnavailable => "the sandbox cannot work on the server's machine",
            Self::AssistantUnavailable => {
                "the assistant is switched off, was removed, or has no way to run here"
            }
            Self::AssistantNotAllowed => "whoever asked may not use this assistant",
            Self::EmptyReply => "the program ended well and said nothing",
            Self::RateLimited => "the limit of the plan is used up",
            Self::UpstreamFailed => {
                "the provider answered with an error, or the connection was lost for good"
            }
            Self::TooMuchOutput => "the program wrote more than a turn may",
            Self::Crashed => "the program ended in a way of its own",
            Self::Abandoned => {
                "Switchboard stopped while the turn ran, and repeating it is not known to be safe"
            }
            Self::AttachmentMissing => "a file that came with the message is gone from the server",
            Self::AttachmentUnsupported => {
                "the assistant cannot take, or its program cannot read, a file that came with the message"
            }
            Self::ContextTooLong => "the conversation is longer than the model can read",
            Self::NoModel => "the provider does not have the model that was asked for",
            Self::CodexStartFailed => {
                "the Codex app server did not start, or ended before it could be used"
            }
            Self::SessionInUse => {
                "another program works in the assistant's own session of this thread"
            }
            Self::SessionLost => {
                "the assistant's program no longer has its own record of this thread"
            }
            Self::SchemaMismatch => "the answer does not meet the JSON Schema that it was to meet",
        }
    }

    /// The remedy that holds wherever nothing more precise is known.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NotInstalled => {
                "install the assistant's command-line program, then mention it again"
            }
            Self::NotSignedIn => {
                "sign in with the assistant's command-line program; what waits for that goes on by itself"
            }
            Self::ApiKeyLogin => {
                "sign in with your plan instead of an API key; what waits for that goes on by itself"
            }
            Self::TimedOut => "ask in smaller messages, or raise this assistant's limit",
            Self::SandboxDenied => {
                "expected where the assistant reads only: ask for the text instead, or choose Standard and a folder for this thread"
            }
            Self::SandboxUnavailable => {
                "allow unprivileged user namespaces on this machine (sysctl kernel.unprivileged_userns_clone=1), then run `switchboard doctor`"
            }
            Self::AssistantUnavailable => {
                "ask an admin to switch it on with `switchboard assistants enable NAME`"
            }
            Self::AssistantNotAllowed => "ask its owner or an admin to open this assistant to you",
            Self::EmptyReply => {
                "retry, or run the command shown by hand to see what the program says"
            }
            Self::RateLimited => "wait until the limit resets, then retry",
            Self::UpstreamFailed => "retry; if it stays, look at the provider's status page",
            Self::TooMuchOutput => "ask for less at once",
            Self::Crashed => "retry; if it stays, run `switchboard doctor`",
            Self::Abandoned => "look at what it did so far, then retry if it is safe to repeat",
            Self::AttachmentMissing => {
                "attach the file again, in a new message; if it stays, restore the folder `blobs` of Switchboard's home from a backup"
            }
            Self::AttachmentUnsupported => {
                "send the message again without the file, or ask an assistant that accepts it"
            }
            Self::ContextTooLong => "run /compact, start a new thread, or ask with less",
            Self::NoModel => "choose another model, then retry",
            Self::CodexStartFailed => "run `switchboard doctor`, then retry",
            Self::SessionInUse => "end the other program that has this session open, then retry",
            Self::SessionLost => {
                "retry: it goes on in a new session, which is told what was said here"
            }
            Self::SchemaMismatch => "start it again, or ask for less in the schema",
        }
    }
}

/// How a turn failed, in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The stable name.
    pub code: OutcomeCode,
    /// One sentence for people, lower case, without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// More for whoever debugs: redacted stderr, exit status, the command line without the prompt.
    pub detail: Option<String>,
    /// When the limit resets, for [`OutcomeCode::RateLimited`].
    pub retry_at: Option<Millis>,
}

impl Failure {
    /// A failure with the code's own hint.
    pub fn new(code: OutcomeCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: code.hint().to_owned(),
            detail: None,
            retry_at: None,
        }
    }

    /// The same with a more precise remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with a detail for whoever debugs; empty detail is none.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail| !detail.trim().is_empty());
        self
    }

    /// The same with the time at which trying again makes sense.
    #[must_use]
    pub fn retry_at(mut self, at: Option<Millis>) -> Self {
        self.retry_at = at;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own_and_a_hint() {
        for code in OutcomeCode::ALL {
            assert_eq!(OutcomeCode::parse(code.as_str()), Some(code));
            assert!(code.hint().len() > 10 && code.meaning().len() > 10);
        }
    }
}
