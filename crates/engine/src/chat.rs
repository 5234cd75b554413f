//! The one way a message comes in, whoever brings it: page, HTTP or another program. Owns resolving
//! mentions and deciding who owes an answer; never runs a turn.

use std::path::Path;

use switchboard_model::{
    AssistantId, AttachmentId, MessageId, PersonId, ThreadId,
    assistant::{Access, Assistant},
    home::{Home, NotOwn, Strangers},
    mention::{self, Mention},
    message::{self, InvalidText},
    outcome::{Failure, OutcomeCode},
    person::Person,
    queue,
    settings::{Permission, SettingsPatch, ThreadSettings},
    thread::{TITLE_LIMIT, Thread, Visibility},
};
use switchboard_store::{
    Addressed, Audit, CreateError, NewThread, Post, PostError, Posted, StoreError, ThreadPatch,
    ThreadRow,
};

use crate::{
    Engine, assistants::switched_off, backend::Company, folders::lies_below, strangers::company,
};

/// A thread to open.
#[derive(Debug, Clone)]
pub struct OpenThread {
    /// `None`: titled by its first message.
    pub title: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// For a direct thread: an assistant's id or handle.
    pub assistant: Option<String>,
    /// How assistants are to work in it, where not as usual.
    pub settings: SettingsPatch,
    /// The same id of the same person again gives the same thread, if all else is the same too.
    pub client_id: Option<String>,
}

/// What to change on a thread; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct ThreadChange {
    /// Empty goes back to an automatic title.
    pub title: Option<String>,
    /// Put it out of the way, or back.
    pub archived: Option<bool>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// Another assistant for a direct thread, by its id or handle.
    pub assistant: Option<String>,
    /// How assistants are to work in it.
    pub settings: SettingsPatch,
}

/// A message as it comes in.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// Markdown. May be empty beside attachments.
    pub text: String,
    /// Files of its author that no message has yet, in order.
    pub attachments: Vec<AttachmentId>,
    /// The same id with the same text and files again is the same message.
    pub client_id: Option<String>,
}

impl From<&str> for Incoming {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..Self::default()
        }
    }
}

/// Why something was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ChatError {
    /// It is not there, or not for this person to see.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was given makes no sense; the text says why.
    #[error("{0}")]
    Invalid(String),
    /// The text is longer than a message may be.
    #[error("the message is longer than 1 MiB")]
    TooLong,
    /// The client id was used for something else.
    #[error("this client id was used for something else")]
    ClientIdReused,
    /// A file that is to come with a message is not there for this person to give.
    #[error("there is no attachment {0} of yours that no message has yet: upload it again")]
    NoAttachment(AttachmentId),
    /// An assistant that would have to answer cannot take a file; the text names both.
    #[error("{0}")]
    UnsupportedAttachment(String),
    /// As many messages wait as may.
    #[error("{} messages of yours wait in this thread already", queue::MOST)]
    QueueFull,
    /// A turn still works on what is to be changed.
    #[error("a turn works on this message: stop it, or wait for its end")]
    TurnOpen,
    /// The person may not do this.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// Full access, where others can write.
    #[error("full access is only for threads in which nobody else can write")]
    FullNotShared,
    /// The own home, where it cannot be had.
    #[error("{0}, so this thread works in the private home")]
    HomeNotOwn(NotOwn),
    /// The folder is not among those that the person's turns may work in.
    #[error(
        "you may not have turns work in {0}: an admin allows it with `switchboard folders allow PATH --for HANDLE`"
    )]
    FolderNotAllowed(String),
    /// A backend did not do what it was asked.
    #[error("{}", .0.message)]
    Backend(Failure),
    /// Somebody has the handle.
    #[error("the handle @{0} is taken")]
    HandleTaken(String),
    /// Nobody could invite, open or remove any more.
    #[error("this is the last admin")]
    LastAdmin,
    /// Nobody would be left in the thread.
    #[error("nobody would be left in the thread")]
    LastMember,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PostError> for ChatError {
    fn from(error: PostError) -> Self {
        match error {
            PostError::NoThread => Self::NotFound("thread"),
            PostError::NotWaiting => Self::NotFound("queued message"),
            PostError::ClientIdReused => Self::ClientIdReused,
            PostError::NoAttachment(id) => Self::NoAttachment(id),
            PostError::Store(error) => Self::Store(error),
        }
    }
}

impl From<CreateError> for ChatError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::ClientIdReused => Self::ClientIdReused,
            CreateError::Store(error) => Self::Store(error),
        }
    }
}

impl Engine {
    /// Opens a thread. Says `false` beside it if the client id had opened it before.
    pub async fn open_thread(
        &self,
        by: &Person,
        thread: OpenThread,
    ) -> Result<(ThreadRow, bool), ChatError> {
        let title = thread
            .title
            .as_deref()
            .map(checked_title)
            .transpose()?
            .filter(|title| !title.is_empty());
        let client_id = checked_client_id(thread.client_id)?;
        let assistant = match thread.assistant {
            None => None,
            Some(name) => Some(self.assistant_named(&name).await?.id),
        };
        let mut settings = ThreadSettings::initial();
        self.check_settings(by, &thread.settings).await?;
        if thread.settings.home == Some(Home::Own) {
            self.may_choose_own_home(by, assistant).await?;
            if thread.visibility == Visibility::Open {
                return Err(ChatError::HomeNotOwn(Strangers::Write.into()));
            }
        }
        thread.settings.apply(&mut settings);
        if settings.permission == Permission::Full && thread.visibility == Visibility::Open {
            return Err(ChatError::FullNotShared);
        }
        let new = NewThread {
            created_by: by.id,
            title,
            visibility: thread.visibility,
            assistant,
            settings,
            carried: None,
            client_id,
        };
        Ok(self.store().create_thread(new).await?)
    }

    /// Renames, archives or opens a thread to others.
    pub async fn change_thread(
        &self,
        by: &Person,
        id: ThreadId,
        change: ThreadChange,
    ) -> Result<ThreadRow, ChatError> {
        let row = self.visible_thread(by, id).await?;
        self.check_settings(by, &change.settings).await?;
        if change.settings.permission == Some(Permission::Full)
            && company(self.reader(), &row.thread, by.id).await? == Company::Others
        {
            return Err(ChatError::FullNotShared);
        }
        let mut patch = ThreadPatch {
            title: change.title,
            archived: change.archived,
            visibility: change.visibility,
            assistant: None,
            moves: None,
            settings: change.settings,
        };
        if let Some(name) = change.assistant {
            if row.thread.assistant.is_none() {
                return Err(ChatError::Invalid(
                    "only a direct thread has an assistant of its own: mention one instead"
                        .to_owned(),
                ));
            }
            let assistant = self.assistant_named(&name).await?;
            let words = self.takes_over(&row.thread, &assistant).await?;
            patch.assistant = Some((assistant.id, words));
        }
        let answers = patch.assistant.as_ref().map(|(id, _)| *id);
        let answers = answers.or(row.thread.assistant);
        let to = patch.settings.home;
        if let Some(to) = to.filter(|to| *to != row.thread.settings.home) {
            if to == Home::Own {
                self.may_move_to_own_home(by, &row.thread, answers).await?;
            }
            if let Some(assistant) = answers {
                patch.moves = self.moves(&row.thread, assistant, to).await?;
            }
        }
        if patch.visibility.is_some_and(|v| v != row.thread.visibility)
            && !may_govern(by, &row.thread)
        {
            return Err(ChatError::NotAllowed(
                "only who opened the thread, or an admin, changes who may see it",
            ));
        }
        if let Some(title) = &patch.title {
            patch.title = Some(checked_title(title)?);
        }
        self.store()
            .patch_thread(Some(by.id), id, patch)
            .await?
            .ok_or(ChatError::NotFound("thread"))
    }

    /// Deletes a thread; what runs in it is stopped.
    pub async fn delete_thread(&self, by: &Person, id: ThreadId) -> Result<(), ChatError> {
        let row = self.visible_thread(by, id).await?;
        if !may_govern(by, &row.thread) {
            return Err(ChatError::NotAllowed(
                "only who opened the thread, or an admin, deletes it",
            ));
        }
        let running = self.reader().open_turns(id).await?;
        self.store().delete_thread(Some(by.id), id).await?;
        for turn in running {
            self.running().stop(turn.id);
        }
        Ok(())
    }

    /// Posts a message: it, a delivery and a queued turn per mentioned assistant, or nothing.
    pub async fn post(
        &self,
        by: &Person,
        thread: ThreadId,
        message: Incoming,
    ) -> Result<Posted, ChatError> {
        let post = self.plan(by, thread, message).await?;
        Ok(self.store().append_message(post).await?)
    }

    /// What a message would be posted as: checked, with those who owe an answer to it.
    pub(crate) async fn plan(
        &self,
        by: &Person,
        thread: ThreadId,
        message: Incoming,
    ) -> Result<Post, ChatError> {
        let row = self.visible_thread(by, thread).await?;
        let text = checked_text(&message.text, !message.attachments.is_empty())?;
        let client_id = checked_client_id(message.client_id)?;
        let files = self.own_files(by, &message.attachments).await?;
        let addressed = self.addressed(by, &row.thread, &text).await?;
        self.all_can_take(&addressed, &text, &files).await?;
        Ok(Post {
            thread,
            author: by.id,
            text,
            attachments: message.attachments,
            client_id,
            addressed,
            queued: None,
        })
    }

    /// The mentions in a text and whom they mean, for a composer that shows it before sending.
    pub async fn mentions(
        &self,
        text: &str,
    ) -> Result<Vec<(Mention, Option<AssistantId>)>, ChatError> {
        let assistants = self.reader().assistants().await?;
        Ok(mention::find(text)
            .into_iter()
            .map(|mention| {
                let id = assistants
                    .iter()
                    .find(|a| a.handle == mention.handle)
                    .map(|a| a.id);
                (mention, id)
            })
            .collect())
    }

    /// The message, if this person may see its thread.
    pub async fn visible_message(
        &self,
        by: &Person,
        id: MessageId,
    ) -> Result<message::Message, ChatError> {
        let message = self
            .reader()
            .message(id)
            .await?
            .ok_or(ChatError::NotFound("message"))?;
        self.visible_thread(by, message.thread).await?;
        Ok(message)
    }

    pub(crate) async fn visible_thread(
        &self,
        by: &Person,
        id: ThreadId,
    ) -> Result<ThreadRow, ChatError> {
        self.reader()
            .thread(by.id, id)
            .await?
            .ok_or(ChatError::NotFound("thread"))
    }

    /// Writes a note for the audit, before what it is about happens.
    pub async fn note(
        &self,
        actor: PersonId,
        action: &'static str,
        object: String,
        detail: String,
    ) -> Result<(), StoreError> {
        self.store()
            .audit(Audit {
                actor: Some(actor),
                action,
                object,
                whom: None,
                detail,
            })
            .await
    }

    /// Who owes an answer to this text, each once, in the order mentioned. In a direct thread its
    /// assistant answers every message.
    pub(crate) async fn addressed(
        &self,
        by: &Person,
        thread: &Thread,
        text: &str,
    ) -> Result<Vec<Addressed>, ChatError> {
        let mentions = mention::find(text);
        if mentions.is_empty() && thread.assistant.is_none() {
            return Ok(Vec::new());
        }
        let mut assistants = self.reader().assistants().await?;
        for mention in &mentions {
            if assistants.iter().all(|a| a.handle != mention.handle) {
                assistants.extend(self.register_mentioned(&mention.handle).await?);
            }
        }
        let mentioned = mentions
            .iter()
            .filter_map(|m| assistants.iter().find(|a| a.handle == m.handle));
        let direct = thread
            .assistant
            .and_then(|id| assistants.iter().find(|a| a.id == id));
        let answers: Vec<&Assistant> = direct.into_iter().chain(mentioned).collect();
        if thread.assistant.is_some() && answers.is_empty() {
            return Err(ChatError::Invalid(
                "the assistant of this thread was removed: mention another one, or open a new thread"
                    .to_owned(),
            ));
        }
        let mut addressed: Vec<Addressed> = Vec::new();
        for assistant in answers {
            if addressed.iter().all(|a| a.assistant != assistant.id) {
                let refused = self.refusal(by.id, assistant).await?;
                addressed.push(Addressed {
                    assistant: assistant.id,
                    refused,
                    detached: None,
                });
            }
        }
        Ok(addressed)
    }

    /// Why this person gets no answer from this assistant, as far as it is known without starting it.
    pub(crate) async fn refusal(
        &self,
        by: PersonId,
        assistant: &Assistant,
    ) -> Result<Option<Failure>, StoreError> {
        let handle = &assistant.handle;
        if !assistant.enabled {
            return Ok(Some(switched_off(assistant)));
        }
        if let Some(off) = self.off(&assistant.backend).await? {
            return Ok(Some(off));
        }
        let allowed = match assistant.access {
            Access::Everyone => true,
            Access::Owner => assistant.owner == by,
            Access::Named => {
                let named = self.reader().named_users(assistant.id).await?;
                assistant.owner == by || named.iter().any(|person| person.id == by)
            }
        };
        if !allowed {
            let backend = self.registry().get(&assistant.backend);
            let runs_on = backend.map_or_else(
                || format!("{}'s account", assistant.owner_name),
                |backend| backend.spec().runs_on(&assistant.owner_name),
            );
            let failure = Failure::new(
                OutcomeCode::AssistantNotAllowed,
                format!("@{handle} runs on {runs_on} and is not open to you"),
            );
            return Ok(Some(failure.hint(format!(
                "ask {} or an admin to open it: `switchboard assistants access {handle} everyone`",
                assistant.owner_name
            ))));
        }
        Ok(None)
    }

    /// Whether this person may have these choices.
    async fn check_settings(&self, by: &Person, patch: &SettingsPatch) -> Result<(), ChatError> {
        let Some(Some(folder)) = &patch.folder else {
            return Ok(());
        };
        let allowed = self.reader().folders(by.id).await?;
        if lies_below(Path::new(folder), &allowed) {
            Ok(())
        } else {
            Err(ChatError::FolderNotAllowed(folder.clone()))
        }
    }

    pub(crate) async fn assistant_named(&self, name: &str) -> Result<Assistant, ChatError> {
        let wanted = name.trim().trim_start_matches('@').to_lowercase();
        let assistants = self.reader().assistants().await?;
        assistants
            .into_iter()
            .find(|a| a.handle == wanted || a.id.to_string() == wanted)
            .ok_or_else(|| ChatError::Invalid(format!("there is no assistant named {name}")))
    }
}

pub(crate) fn may_govern(by: &Person, thread: &Thread) -> bool {
    by.is_admin() || thread.created_by == by.id
}

fn checked_title(title: &str) -> Result<String, ChatError> {
    let title = title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('\0', "\u{FFFD}");
    if title.chars().count() > TITLE_LIMIT {
        return Err(ChatError::Invalid(format!(
            "a title has at most {TITLE_LIMIT} characters"
        )));
    }
    Ok(title)
}

/// A text that can be posted. Beside files it may be empty.
pub(crate) fn checked_text(text: &str, beside_files: bool) -> Result<String, ChatError> {
    match message::text(text) {
        Err(InvalidText::Empty) if beside_files => Ok(String::new()),
        Err(error @ InvalidText::Empty) => Err(ChatError::Invalid(error.to_string())),
        Err(InvalidText::TooLong) => Err(ChatError::TooLong),
        Ok(text) => Ok(text),
    }
}

pub(crate) fn checked_client_id(id: Option<String>) -> Result<Option<String>, ChatError> {
    match id {
        Some(id) if !message::is_client_id(&id) => Err(ChatError::Invalid(format!(
            "a client id has 1 to {} bytes",
            message::CLIENT_ID_LIMIT
        ))),
        other => Ok(other),
    }
}
