//! Another assistant for a direct thread: what the thread says of it. Owns the words, which say what `prepare` will tell; never
//! changes anything.

use switchboard_model::{ThreadId, assistant::Assistant, prompt::DIRECT_LINES, thread::Thread};
use switchboard_store::StoreError;

use crate::{Engine, backend::Capability};

impl Engine {
    /// What a thread says when this assistant answers it from now on.
    pub(crate) async fn takes_over(
        &self,
        thread: &Thread,
        assistant: &Assistant,
    ) -> Result<String, StoreError> {
        let reader = self.reader();
        let backend = self.registry().get(&assistant.backend);
        let resumes = backend.is_some_and(|backend| backend.spec().has(Capability::Resumes));
        let kept = if resumes {
            let here = thread.settings.home.of_sessions(&assistant.backend);
            let kept = reader.session_of(thread.id, assistant.id).await?;
            kept.filter(|kept| kept.home == here)
        } else {
            None
        };
        if let Some(kept) = kept {
            let mut said = reader.context(thread.id, i64::MAX, DIRECT_LINES).await?;
            said.retain(|m| m.seq > kept.heard && m.author.id != assistant.id.0);
            return Ok(words(&assistant.handle, Knows::Session, said.len()));
        }
        let told = self.told_anew(thread.id).await?;
        Ok(words(&assistant.handle, Knows::Nothing, told))
    }

    /// How many messages of a thread a new session is told.
    pub(crate) async fn told_anew(&self, thread: ThreadId) -> Result<usize, StoreError> {
        let reader = self.reader();
        let said = reader.context(thread, i64::MAX, DIRECT_LINES).await?;
        let mut told = said.len();
        if told < DIRECT_LINES
            && let Some(carried) = reader.carried(thread).await?
        {
            told += carried.lines.len();
        }
        Ok(told.min(DIRECT_LINES))
    }
}

/// What an assistant knows of a thread before it is told anything.
#[derive(Clone, Copy, PartialEq)]
enum Knows {
    Nothing,
    /// What was said while it answered here before.
    Session,
}

fn words(handle: &str, knows: Knows, told: usize) -> String {
    let messages = match told {
        1 => "the message".to_owned(),
        DIRECT_LINES => format!("the newest {told} messages"),
        _ => format!("the {told} messages"),
    };
    match (knows, told) {
        (Knows::Session, 0) => {
            format!("@{handle} answers from here on again; it remembers what was said")
        }
        (Knows::Session, _) => format!(
            "@{handle} answers from here on again; it remembers what it heard, and is told {messages} since"
        ),
        (Knows::Nothing, 0) => format!("@{handle} answers from here on"),
        (Knows::Nothing, _) => {
            format!("@{handle} answers from here on; it is told {messages} before")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_says_what_its_new_assistant_is_told() {
        for (knows, told, words) in [
            (Knows::Nothing, 0, "@gemini answers from here on"),
            (
                Knows::Nothing,
                1,
                "@gemini answers from here on; it is told the message before",
            ),
            (
                Knows::Nothing,
                4,
                "@gemini answers from here on; it is told the 4 messages before",
            ),
            (
                Knows::Nothing,
                50,
                "@gemini answers from here on; it is told the newest 50 messages before",
            ),
            (
                Knows::Session,
                0,
                "@gemini answers from here on again; it remembers what was said",
            ),
            (
                Knows::Session,
                2,
                "@gemini answers from here on again; it remembers what it heard, and is told the 2 messages since",
            ),
        ] {
            assert_eq!(super::words("gemini", knows, told), words);
        }
    }
}
