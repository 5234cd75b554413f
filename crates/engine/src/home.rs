//! Choosing whose home a thread's turns work in: whether this person may, and what the thread says when it moves. `prepare`
//! looks again before each turn; this is so that a choice which could never hold is refused at once.

use switchboard_model::{
    AssistantId,
    home::{Home, NotOwn, may_be_own},
    person::Person,
    prompt::DIRECT_LINES,
    thread::Thread,
};
use switchboard_store::StoreError;

use crate::{
    Engine,
    backend::Capability,
    chat::ChatError,
    strangers::{company, strangers},
};

impl Engine {
    /// Whether this person may have turns in a thread of this assistant's, or in one of nobody's, work in the own home.
    pub(crate) async fn may_choose_own_home(
        &self,
        by: &Person,
        assistant: Option<AssistantId>,
    ) -> Result<(), ChatError> {
        let mut asked = self.reader().assistants().await?;
        if let Some(assistant) = assistant {
            asked.retain(|one| one.id == assistant);
        }
        let mut why = ChatError::HomeNotOwn(NotOwn::NotTheirs);
        for one in asked {
            let Some(backend) = self.registry().get(&one.backend) else {
                continue;
            };
            match (
                may_be_own(by, one.owner),
                backend.spec().lack(Capability::OwnHome),
            ) {
                (Ok(()), None) => return Ok(()),
                (Err(not), None) => why = ChatError::HomeNotOwn(not),
                (_, Some(lack)) if assistant.is_some() => why = ChatError::Invalid(lack),
                _ => {}
            }
        }
        Err(why)
    }

    /// The same for a thread in which something was said.
    pub(crate) async fn may_move_to_own_home(
        &self,
        by: &Person,
        thread: &Thread,
        assistant: Option<AssistantId>,
    ) -> Result<(), ChatError> {
        self.may_choose_own_home(by, assistant).await?;
        let reader = self.reader();
        let company = company(reader, thread, by.id).await?;
        match strangers(reader, thread, company, (by.id, Some(&by.handle))).await? {
            Some(strangers) => Err(ChatError::HomeNotOwn(strangers.into())),
            None => Ok(()),
        }
    }

    /// What a thread says when its turns work in another home from now on; `None` where they remember nothing anyway.
    pub(crate) async fn moves(
        &self,
        thread: &Thread,
        assistant: AssistantId,
        to: Home,
    ) -> Result<Option<String>, StoreError> {
        let Some(assistant) = self.reader().assistant(assistant).await? else {
            return Ok(None);
        };
        let backend = self.registry().get(&assistant.backend);
        let moves = |spec: &crate::backend::Spec| {
            spec.has(Capability::OwnHome) && spec.has(Capability::Resumes)
        };
        if !backend.is_some_and(|backend| moves(backend.spec())) {
            return Ok(None);
        }
        let told = self.told_anew(thread.id).await?;
        Ok(Some(words(&assistant.handle, to, told)))
    }
}

fn words(handle: &str, to: Home, told: usize) -> String {
    let home = match to {
        Home::House => "a private home",
        Home::Own => "its owner's own home",
    };
    let told = match told {
        0 => String::new(),
        1 => "; it begins anew there and is told the message before".to_owned(),
        DIRECT_LINES => {
            format!("; it begins anew there and is told the newest {told} messages before")
        }
        _ => format!("; it begins anew there and is told the {told} messages before"),
    };
    format!("@{handle} works in {home} from here on{told}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_says_where_it_moves_and_what_is_told_there() {
        for (to, told, expected) in [
            (
                Home::Own,
                0,
                "@chatgpt works in its owner's own home from here on",
            ),
            (
                Home::Own,
                2,
                "@chatgpt works in its owner's own home from here on; it begins anew there and is told the 2 messages before",
            ),
            (
                Home::House,
                DIRECT_LINES,
                "@chatgpt works in a private home from here on; it begins anew there and is told the newest 50 messages before",
            ),
        ] {
            assert_eq!(words("chatgpt", to, told), expected);
        }
    }
}
