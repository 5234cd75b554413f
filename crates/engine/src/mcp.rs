//! MCP servers as people set them: whose they are, who may add which, and whether one works. Owns these rules' place and
//! what is noted; what may stand in a server is `model`'s to say, and only a backend ever reaches one.

use switchboard_model::{
    AssistantId, PersonId,
    assistant::Assistant,
    mcp::{KnownServer, McpServer, Transport, check_name},
    person::{Person, Role},
};
use switchboard_store::{McpError, McpPatch, WhoseServers};

use crate::{
    Engine,
    backend::{BackendError, Capability, Operation, Performed, SignIn, ToolSignIn},
    chat::ChatError,
};

impl From<McpError> for ChatError {
    fn from(error: McpError) -> Self {
        match error {
            McpError::Taken | McpError::TooMany => Self::Invalid(error.to_string()),
            McpError::Gone => Self::NotFound("person or assistant"),
            McpError::Store(error) => Self::Store(error),
        }
    }
}

impl Engine {
    /// The servers that a person gives an assistant, the oldest first.
    pub async fn mcp_servers(
        &self,
        by: &Person,
        whose: WhoseServers,
    ) -> Result<Vec<KnownServer>, ChatError> {
        theirs_or_an_admins(by, whose.person)?;
        self.assistant_row(whose.assistant).await?;
        Ok(self.reader().mcp_servers(whose).await?)
    }

    /// One of them.
    pub async fn mcp_server(
        &self,
        by: &Person,
        whose: WhoseServers,
        name: &str,
    ) -> Result<KnownServer, ChatError> {
        let all = self.mcp_servers(by, whose).await?;
        let found = all.into_iter().find(|known| known.server.name == name);
        found.ok_or(ChatError::NotFound("MCP server"))
    }

    /// Gives an assistant one more.
    pub async fn add_mcp_server(
        &self,
        by: &Person,
        whose: WhoseServers,
        name: String,
        transport: Transport,
    ) -> Result<(), ChatError> {
        theirs_or_an_admins(by, whose.person)?;
        let assistant = self.assistant_row(whose.assistant).await?;
        self.takes_tools(&assistant)?;
        check_name(&name).map_err(ChatError::Invalid)?;
        may_set(by, &transport)?;
        Ok(self
            .store()
            .add_mcp_server(by.id, whose, name, transport)
            .await?)
    }

    /// Changes one. Who may not have added it may not change where it leads either: it may be given a variable.
    pub async fn change_mcp_server(
        &self,
        by: &Person,
        whose: WhoseServers,
        name: &str,
        patch: McpPatch,
    ) -> Result<(), ChatError> {
        let known = self.mcp_server(by, whose, name).await?;
        if let Some(transport) = &patch.transport {
            may_set(by, &known.server.transport)?;
            may_set(by, transport)?;
        }
        let changed = self
            .store()
            .change_mcp_server(by.id, whose, name.to_owned(), patch)
            .await?;
        there(changed)
    }

    /// Takes one away.
    pub async fn remove_mcp_server(
        &self,
        by: &Person,
        whose: WhoseServers,
        name: &str,
    ) -> Result<(), ChatError> {
        theirs_or_an_admins(by, whose.person)?;
        let removed = self
            .store()
            .remove_mcp_server(by.id, whose, name.to_owned())
            .await?;
        there(removed)
    }

    /// Signs in to one, or says where that stands.
    pub async fn sign_in_to_mcp_server(
        &self,
        by: &Person,
        whose: WhoseServers,
        name: &str,
        step: ToolSignIn,
    ) -> Result<(), ChatError> {
        let (assistant, server) = self.usable_server(by, whose, name).await?;
        if step == ToolSignIn::Begin {
            let object = format!("mcp server {name} of @{}", assistant.handle);
            self.note(by.id, "mcp.sign_in", object, server.transport.words())
                .await?;
        }
        self.ask_of(&assistant, Operation::SignInToTools(server, step))
            .await?;
        Ok(())
    }

    /// Where the newest try to sign in to a server stands that was begun here.
    pub async fn mcp_sign_in(&self, assistant: AssistantId, server: &McpServer) -> Option<SignIn> {
        let assistant = self.reader().assistant(assistant).await.ok()??;
        let look = Operation::SignInToTools(server.clone(), ToolSignIn::Look);
        match self.ask_of(&assistant, look).await {
            Ok(Performed::SignIn(sign_in)) => sign_in,
            _ => None,
        }
    }

    /// Starts or reaches one, without any model, and keeps what was found.
    pub async fn test_mcp_server(
        &self,
        by: &Person,
        whose: WhoseServers,
        name: &str,
    ) -> Result<(), ChatError> {
        let (assistant, server) = self.usable_server(by, whose, name).await?;
        let object = format!("mcp server {name} of @{}", assistant.handle);
        self.note(by.id, "mcp.test", object, server.transport.words())
            .await?;
        let label = server.label.clone();
        let tested = self
            .ask_of(&assistant, Operation::TestTools(server))
            .await?;
        if let Performed::Tools(seen) = tested {
            self.store().saw_mcp_server(label, seen.bounded()).await?;
        }
        Ok(())
    }

    /// A server of somebody who may use the assistant.
    async fn usable_server(
        &self,
        by: &Person,
        whose: WhoseServers,
        name: &str,
    ) -> Result<(Assistant, McpServer), ChatError> {
        let known = self.mcp_server(by, whose, name).await?;
        if let Some(why) = known.barred() {
            return Err(ChatError::Invalid(why));
        }
        let server = known.server;
        let assistant = self.assistant_row(whose.assistant).await?;
        match self.refusal(whose.person, &assistant).await? {
            Some(failure) => Err(ChatError::Backend(failure)),
            None => Ok((assistant, server)),
        }
    }

    async fn assistant_row(&self, id: AssistantId) -> Result<Assistant, ChatError> {
        let found = self.reader().assistant(id).await?;
        found.ok_or(ChatError::NotFound("assistant"))
    }

    fn takes_tools(&self, assistant: &Assistant) -> Result<(), ChatError> {
        let backend = self.registry().get(&assistant.backend);
        let takes = backend.is_some_and(|backend| backend.spec().has(Capability::Tools));
        if takes {
            Ok(())
        } else {
            Err(ChatError::Invalid(format!(
                "@{} takes no MCP servers: the program behind it cannot be given any here",
                assistant.handle
            )))
        }
    }

    async fn ask_of(
        &self,
        assistant: &Assistant,
        operation: Operation,
    ) -> Result<Performed, ChatError> {
        self.takes_tools(assistant)?;
        let backend = self.registry().get(&assistant.backend);
        let backend = backend.ok_or(ChatError::NotFound("backend"))?;
        backend
            .perform(operation)
            .await
            .map_err(|error| match error {
                BackendError::Invalid(what) => ChatError::Invalid(what),
                error => ChatError::Backend(error.into_failure()),
            })
    }
}

fn theirs_or_an_admins(by: &Person, whom: PersonId) -> Result<(), ChatError> {
    if by.id == whom || by.role == Role::Admin {
        Ok(())
    } else {
        Err(ChatError::NotAllowed(
            "only an admin sees or sets the tools of somebody else",
        ))
    }
}

fn may_set(by: &Person, transport: &Transport) -> Result<(), ChatError> {
    transport.check().map_err(ChatError::Invalid)?;
    transport
        .may_be_set_by(by.role)
        .map_err(ChatError::NotAllowed)
}

fn there(found: bool) -> Result<(), ChatError> {
    if found {
        Ok(())
    } else {
        Err(ChatError::NotFound("MCP server"))
    }
}
