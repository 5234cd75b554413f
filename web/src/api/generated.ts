/** Generated from docs/protocol/openapi.json by `npm run gen`. Do not edit. */

export interface paths {
    "/api/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What turns ask in the threads that one may see, whoever decides it. */
        get: operations["get_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decides what a turn asks, once, as the person who started it. */
        post: operations["post_approvals_id"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assistants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All assistants, each with how it is doing and whether the caller may use it. */
        get: operations["get_assistants"];
        put?: never;
        /**
         * Registers an assistant on the caller's account, and makes its client pair. For admins. One that was
         *     registered before and has its pair is refused: its secret was shown then.
         */
        post: operations["post_assistants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assistants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes an assistant; what it wrote stays. For its owner and admins. */
        delete: operations["delete_assistants_id"];
        options?: never;
        head?: never;
        /** Switches an assistant on or off, opens it to people, sets its limits. For its owner and admins. */
        patch: operations["patch_assistants_id"];
        trace?: never;
    };
    "/api/assistants/{id}/mcp-servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's MCP servers for an assistant, the oldest first. */
        get: operations["get_assistants_id_mcp-servers"];
        put?: never;
        /** Adds one. Commands, variables, and addresses that are not public are for admins. */
        post: operations["post_assistants_id_mcp-servers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assistants/{id}/mcp-servers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes one. */
        delete: operations["delete_assistants_id_mcp-servers_name"];
        options?: never;
        head?: never;
        /** Switches one on or off, or changes how it is reached. */
        patch: operations["patch_assistants_id_mcp-servers_name"];
        trace?: never;
    };
    "/api/assistants/{id}/mcp-servers/{name}/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to sign in to one; what came of it is told by its `login`. */
        post: operations["post_assistants_id_mcp-servers_name_login"];
        /** Takes a sign-in back. */
        delete: operations["delete_assistants_id_mcp-servers_name_login"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assistants/{id}/mcp-servers/{name}/login/paste": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hands over where the browser ended up, if that was not on the server's machine. */
        post: operations["post_assistants_id_mcp-servers_name_login_paste"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assistants/{id}/mcp-servers/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts or reaches one without any model, and lists its tools. */
        post: operations["post_assistants_id_mcp-servers_name_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assistants/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a new client pair; the old secret is of no use from then on. For its owner and admins. */
        post: operations["post_assistants_id_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assistants/available": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The assistants that can be registered here, registered or not. For admins. */
        get: operations["get_assistants_available"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a file in, for a message to come. Its kind is found in its bytes, whatever it is labelled as. */
        post: operations["post_attachments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/attachments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of a file, to be saved. */
        get: operations["get_attachments_id"];
        put?: never;
        post?: never;
        /** Removes a file that no message has yet. */
        delete: operations["delete_attachments_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit, newest first, for admins. */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All backends. Paths and accounts are for admins. */
        get: operations["get_backends"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Turns the switches over backends; what each backend was set to stays. */
        patch: operations["patch_backends"];
        trace?: never;
    };
    "/api/backends/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One backend. */
        get: operations["get_backends_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Switches a backend, chooses its default model, or hides some. */
        patch: operations["patch_backends_id"];
        trace?: never;
    };
    "/api/backends/{id}/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to sign in; what came of it is told by the backend's `login`. */
        post: operations["post_backends_id_login"];
        /** Takes a sign-in back. */
        delete: operations["delete_backends_id_login"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backends/{id}/login/paste": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hands over where the browser ended up, if that was not on the server's machine. */
        post: operations["post_backends_id_login_paste"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backends/{id}/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs out. */
        post: operations["post_backends_id_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backends/{id}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the account for its models. */
        post: operations["post_backends_id_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backends/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks at a backend anew: its program is found and asked for its version, the file of its login is read, and where nothing
         *     stands in the way, its account is asked for the plan's limits. No model is asked anything, so it costs nothing of the plan.
         */
        post: operations["post_backends_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backends/{id}/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The threads whose assistant it reaches, which answers no more while it is off: how many, and the newest few that one
         *     may see. For admins.
         */
        get: operations["get_backends_id_threads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How everything is that a turn needs, with a fix for every finding. Admins get all of it, looked at now:
         *     it names paths and the accounts behind logins. Members get how the assistants are that they may mention.
         */
        get: operations["get_doctor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that happens in the threads one may see, as server-sent events. Each event's data is in
         *     the schema `Event` under the event's name. Put what comes in the place of what you have, by id.
         */
        get: operations["get_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/folders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The folders in which one's turns may work. An admin allows them on the server's command line. */
        get: operations["get_folders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mentions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The names in a text that mean somebody. Posting the text would mention exactly these. */
        post: operations["post_mentions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes what one said. Nobody is asked for an answer by it; what is asked later reads the new text. */
        patch: operations["patch_messages_id"];
        trace?: never;
    };
    "/api/messages/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Changes what one said and asks again. A message that was not answered gets new turns in its place; one that was stays as
         *     it is, and the new words are posted in a fork that begins before it: `message.thread_id` says where they stand.
         */
        post: operations["post_messages_id_resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models of every backend, for choosing. */
        get: operations["get_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everyone, by handle. */
        get: operations["get_people"];
        put?: never;
        /** Invites somebody: adds them, and makes a link that signs them in once. For admins. */
        post: operations["post_people"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Removes a person, for admins. Their sessions, tokens and event streams end at once, and what they
         *     asked for and is not answered yet is stopped. What they wrote stays, but for private threads that
         *     nobody else is in: those are deleted. Assistants on their account are switched off and become the
         *     caller's.
         */
        delete: operations["delete_people_id"];
        options?: never;
        head?: never;
        /** Changes a person: everyone their own name and handle, admins everyone's and their role. */
        patch: operations["patch_people_id"];
        trace?: never;
    };
    "/api/people/{id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes another link that signs somebody in once: a lost invitation, or a lost browser. For admins; the
         *     audit has it.
         */
        post: operations["post_people_id_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says which thread one looks at, and whether one types in it: everyone who may see the thread hears of
         *     it. Typing ends by itself after six seconds; say it again every three. Nothing is stored, and others
         *     hear it from this node of the server only.
         */
        post: operations["post_presence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/queue/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a message back that waits. */
        delete: operations["delete_queue_id"];
        options?: never;
        head?: never;
        /** Changes the text of a message that waits, or its place. */
        patch: operations["patch_queue_id"];
        trace?: never;
    };
    "/api/queue/{id}/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Posts a message that waits now, ahead of the others. What held the queue holds it no more. */
        post: operations["post_queue_id_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/queue/{id}/steer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message that waits into a running turn of one's own in its thread instead. */
        post: operations["post_queue_id_steer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Finds words in the titles and messages that one may see, newest first. Case and accents do not count. */
        get: operations["get_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is asking, and where. */
        get: operations["get_session"];
        put?: never;
        /** Uses up a sign-in link and opens a session in this browser. */
        post: operations["post_session"];
        /** Signs this browser out. */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own sessions, newest first. */
        get: operations["get_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of one's own sessions. */
        delete: operations["delete_sessions_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The threads one may see, newest activity first. */
        get: operations["get_threads"];
        put?: never;
        /** Opens a thread. */
        post: operations["post_threads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One thread, with its members. */
        get: operations["get_threads_id"];
        put?: never;
        post?: never;
        /** Deletes a thread for everyone; what runs in it is stopped. */
        delete: operations["delete_threads_id"];
        options?: never;
        head?: never;
        /** Renames a thread, puts it away or back, opens it to everyone or closes it. */
        patch: operations["patch_threads_id"];
        trace?: never;
    };
    "/api/threads/{id}/carried": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a fork carries over, as it was when the fork was made. */
        get: operations["get_threads_id_carried"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A whole thread as a file: its messages, and what became of the answers that they asked for. */
        get: operations["get_threads_id_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Opens a private thread of one's own that carries over what was said up to a message, and works as the other does:
         *     with the same assistant and settings, but full access becomes standard, and a folder stays only where one may use it.
         */
        post: operations["post_threads_id_fork"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A thread's members, by handle. */
        get: operations["get_threads_id_members"];
        put?: never;
        /** Adds a person to a thread. Adding a member again changes nothing. */
        post: operations["post_threads_id_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/members/{person}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Leaves a thread, or takes somebody out of one: everyone themselves, who opened it and admins everyone. */
        delete: operations["delete_threads_id_members_person"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of a thread, ascending, with the turns that belong to it. */
        get: operations["get_threads_id_messages"];
        put?: never;
        /** Posts a message. Each assistant named in it owes an answer, and so does the one of a direct thread. */
        post: operations["post_threads_id_messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits of one's own in a thread, the next one first. */
        get: operations["get_threads_id_queue"];
        put?: never;
        /**
         * Queues a message behind the others. It is posted once no turn that one asked for is open in the thread
         *     and the last one was answered; what could not be posted now is refused now.
         */
        post: operations["post_threads_id_queue"];
        /** Takes back everything of one's own that waits in a thread. */
        delete: operations["delete_threads_id_queue"];
        options?: never;
        head?: never;
        /** Puts messages that wait of one's own in another order: those named come first, the others follow as they stood. */
        patch: operations["patch_threads_id_queue"];
        trace?: never;
    };
    "/api/threads/{id}/queue/{queued}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One message that waits of one's own in a thread. */
        get: operations["get_threads_id_queue_queued"];
        put?: never;
        post?: never;
        /** Takes a message back that waits in a thread. */
        delete: operations["delete_threads_id_queue_queued"];
        options?: never;
        head?: never;
        /** Changes the text of a message that waits in a thread, or its place. */
        patch: operations["patch_threads_id_queue_queued"];
        trace?: never;
    };
    "/api/threads/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Notes how far one has read. It never moves back, and at most to the thread's end. */
        put: operations["put_threads_id_read"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own tokens, newest first. */
        get: operations["get_tokens"];
        put?: never;
        /** Makes a token. Its secret is in this answer and nowhere else. */
        post: operations["post_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of one's own tokens. */
        delete: operations["delete_tokens_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The turns in the threads that one may see, whoever asked for them, newest first. */
        get: operations["get_turns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One turn. */
        get: operations["get_turns_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a turn; its text so far stays. */
        post: operations["post_turns_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a turn produced so far, in order. */
        get: operations["get_turns_id_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{id}/raw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the turn's program said last, word for word and line by line, for a bug report: also what is shown nowhere. Only for
         *     whoever asked. It is kept in memory alone, and newer turns take its place.
         */
        get: operations["get_turns_id_raw"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries a turn again that failed, was stopped or abandoned: a new attempt of the same answer. */
        post: operations["post_turns_id_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/turns/{id}/steer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends words into a running turn. If it does not take them, they become one's next message. */
        post: operations["post_turns_id_steer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server is up and its database answers. */
        get: operations["get_healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the server counts, for Prometheus. Needs a token: scrapers are programs. */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A named participant that can be mentioned. */
        Assistant: {
            /** @description Which attachments it can take. */
            accepts: components["schemas"]["AttachmentKind"][];
            /** @description Who may mention it. */
            access: components["schemas"]["AssistantAccess"];
            /** @description The backend that reaches it. */
            backend: string;
            /** @description What it can do. */
            capabilities: string[];
            /** @description With which a program signs in as it, once it has a pair. Its owner and admins see it. */
            client_id?: string | null;
            code?: components["schemas"]["OutcomeCode"] | null;
            /** @description Whether it answers from a script and reaches no model. */
            demo: boolean;
            /** @description Whether mentions are answered. */
            enabled: boolean;
            /** @description The name after the `@`. */
            handle: string;
            /** @description What to do about it. */
            hint?: string | null;
            /** @description Which; also the author id of its replies. */
            id: string;
            /** @description What bounds its turns. */
            limits: components["schemas"]["AssistantLimits"];
            /** @description The same in a sentence. */
            message?: string | null;
            /** @description As shown. */
            name: string;
            /** @description What to know before asking it. */
            note: string;
            /** @description Whose login it runs on. */
            owner: components["schemas"]["Author"];
            /** @description Who may mention it with the access `named`. Its owner and admins see it. */
            people?: components["schemas"]["Author"][] | null;
            /** @description The same in words. */
            runs_on: string;
            /** @description How it is doing. */
            state: components["schemas"]["AssistantState"];
            /** @description Whether the caller may mention it and would get an answer. */
            usable: boolean;
        };
        /**
         * @description Who may mention an assistant.
         * @enum {string}
         */
        AssistantAccess: "owner" | "named" | "everyone";
        /** @description An assistant as it is now, or that it is gone. */
        AssistantEvent: components["schemas"]["Assistant"] | components["schemas"]["Deleted"];
        /** @description What bounds an assistant's turns, in seconds; null is the default. */
        AssistantLimits: {
            /**
             * Format: int64
             * @description The whole of a turn in a direct thread; 1800 by default.
             * @default null
             */
            direct_s: number | null;
            /**
             * Format: int64
             * @description The longest silence; 300 by default.
             * @default null
             */
            idle_s: number | null;
            /**
             * Format: int64
             * @description The whole of a turn that answers a mention in a shared thread; 120 by default.
             * @default null
             */
            mention_s: number | null;
        };
        /** @description A registered assistant with its client pair. */
        AssistantMade: components["schemas"]["Assistant"] & components["schemas"]["ClientPair"];
        /** @description What to change on an assistant; what is left out stays. */
        AssistantPatch: {
            /** @default null */
            access: components["schemas"]["AssistantAccess"] | null;
            /**
             * @description Whether mentions are answered.
             * @default null
             */
            enabled: boolean | null;
            /** @default null */
            limits: components["schemas"]["AssistantLimits"] | null;
            /**
             * @description The ids of the people, for the access `named` and only then.
             * @default null
             */
            people: string[] | null;
        };
        /**
         * @description How an assistant is doing, for the caller.
         * @enum {string}
         */
        AssistantState: "ready" | "disabled" | "not_installed" | "not_signed_in" | "api_key_login" | "unavailable" | "not_allowed";
        /** @description A file that comes with a message, or waits for one. */
        Attachment: {
            /**
             * Format: int32
             * @description In pixels, of images.
             */
            height?: number | null;
            /** @description Which. */
            id: string;
            /** @description What it is to a reader. */
            kind: components["schemas"]["AttachmentKind"];
            /** @description Its media type. Every text is `text/plain`. */
            media_type: string;
            /** @description What it is called. */
            name: string;
            /**
             * Format: int64
             * @description In bytes.
             */
            size: number;
            /**
             * Format: int32
             * @description In pixels, of images.
             */
            width?: number | null;
        };
        /**
         * @description What a file is to a reader.
         * @enum {string}
         */
        AttachmentKind: "image" | "text" | "pdf";
        /** @description Who did what. */
        AuditEntry: {
            /** @description What, as `noun.verb`. */
            action: string;
            actor?: components["schemas"]["Author"] | null;
            /**
             * Format: int64
             * @description When.
             */
            at: number;
            /** @description More. */
            detail: string;
            /** @description Which. */
            id: string;
            /** @description To what. */
            object: string;
            whom?: components["schemas"]["Author"] | null;
        };
        /** @description A page of the audit, newest first. */
        AuditPage: {
            /** @description Newest first. */
            items: components["schemas"]["AuditEntry"][];
            /** @description What to give as `before` for the next page; null at the end. */
            next?: string | null;
        };
        /** @description Who wrote something, or owns it: a person or an assistant. */
        Author: {
            /** @description Without the `@`. */
            handle: string;
            /** @description Who. */
            id: string;
            /** @description As shown. */
            name: string;
        };
        /** @description An assistant that can be registered. */
        AvailableAssistant: {
            /** @description Whose account it uses, as in "Mara's ChatGPT plan". */
            account: string;
            /** @description The backend that would reach it. */
            backend: string;
            /** @description Whether it answers from a script and reaches no model. */
            demo: boolean;
            /** @description The name after the `@` that it gets. */
            handle: string;
            /** @description As shown. */
            name: string;
            /** @description What to know before asking it. */
            note: string;
        };
        /** @description One way to reach models. */
        Backend: {
            /** @description Whose account it uses: an address and a plan, in words; for admins. */
            account?: string | null;
            /** @description What it can do, and what not. */
            capabilities: components["schemas"]["CapabilityRow"][];
            /** @description The model for threads that chose none. */
            default_model?: string | null;
            /** @description `auto`, `on` or `off`. */
            enabled: string;
            /** @description Which of the two switches it hangs on. */
            family: components["schemas"]["BackendFamily"];
            /** @description The handle of the assistant that it gets by itself. */
            handle: string;
            /** @description Which. */
            id: string;
            /** @description How much of its plan is used, as last heard. */
            limits: components["schemas"]["Limit"][];
            login?: components["schemas"]["Login"] | null;
            /** @description Its models. */
            models: components["schemas"]["Model"][];
            /**
             * Format: int64
             * @description When it did.
             */
            models_at?: number | null;
            /** @description Whether the account has listed them; else they are what most accounts have. */
            models_from: components["schemas"]["ModelsFrom"];
            /** @description Whether turns run on it. */
            on: boolean;
            problem?: components["schemas"]["TurnError"] | null;
            /** @description Where its program is; for admins. */
            program?: string | null;
            /** @description The ways to sign in through this page, the usual one first. */
            sign_ins: components["schemas"]["LoginMethod"][];
            /** @description How it is. */
            state: components["schemas"]["BackendState"];
            /** @description Whether that switch is on. */
            switched: boolean;
            /** @description As shown. */
            title: string;
            /** @description What stands in its row that this version cannot read. */
            unreadable?: string | null;
            /** @description Its version, as it says. */
            version?: string | null;
        };
        /**
         * @description Which switch a backend hangs on.
         * @enum {string}
         */
        BackendFamily: "codex" | "agent_providers";
        /** @description What to change of a backend; what is left out stays. */
        BackendPatch: {
            /**
             * @description Null goes back to the account's own.
             * @default null
             */
            default_model: string | null;
            /**
             * @description `auto`: on once its program is found. `off` is never overridden.
             * @default null
             */
            enabled: string | null;
            /**
             * @description All models that are not to be shown.
             * @default null
             */
            hidden: string[] | null;
        };
        /** @description All backends, and the two switches over them. */
        Backends: {
            /** @description By name. */
            items: components["schemas"]["Backend"][];
            /** @description The switches. */
            switches: components["schemas"]["BackendSwitches"];
        };
        /**
         * @description How a backend is.
         * @enum {string}
         */
        BackendState: "ready" | "off" | "not_installed" | "not_signed_in" | "api_key_login" | "unavailable";
        /** @description The two switches over backends. */
        BackendSwitches: {
            /** @description Backends with a key or an endpoint. */
            agent_providers: boolean;
            /** @description Codex. */
            codex: boolean;
        };
        /** @description Something that a backend may be able to do. */
        CapabilityRow: {
            /** @description Whether it can. */
            has: boolean;
            /** @description Its stable name. */
            name: string;
            /** @description Why not, or how far. */
            note?: string | null;
            /** @description In words. */
            title: string;
        };
        /** @description What a fork carries over: a copy, which follows nothing that happens to its source. */
        Carried: {
            /**
             * Format: int64
             * @description How many older messages are not among them.
             */
            left_out: number;
            /** @description What was said there, oldest first; the newest 50 messages at most. */
            messages: components["schemas"]["CarriedMessage"][];
            source?: components["schemas"]["CarriedSource"] | null;
            /** @description The title of the thread that was forked, as it was. */
            title: string;
        };
        /** @description What a fork carries over, in short. */
        CarriedFrom: {
            /**
             * Format: int64
             * @description How many older ones are not.
             */
            left_out: number;
            /**
             * Format: int64
             * @description How many messages are carried over.
             */
            messages: number;
            /** @description The title of the thread that was forked, as it was. */
            title: string;
        };
        /** @description A message as it was when it was carried over. */
        CarriedMessage: {
            /**
             * Format: int64
             * @description When it was posted.
             */
            created_at: number;
            /** @description The names of its files, which are not carried over. */
            files: string[];
            /** @description Its author's handle. */
            handle: string;
            /** @description Its author's name. */
            name: string;
            /** @description Whose voice. */
            role: components["schemas"]["Speaker"];
            /** @description As written: Markdown. A long text is cut in its middle, and says so. */
            text: string;
        };
        /** @description Where a fork comes from. */
        CarriedSource: {
            /**
             * Format: int64
             * @description The last message that was carried over, by `seq`; 0 if there was none.
             */
            seq: number;
            /** @description The thread. */
            thread_id: string;
        };
        /** @description One thing that was checked. */
        Check: {
            /** @description The handle of the assistant that this is about, if it is about one. */
            assistant?: string | null;
            /** @description Its stable name: `codex.login`. Several checks have the same where there are several of a kind. */
            code: string;
            /** @description What to do about it. */
            fix?: string | null;
            /** @description What it belongs to. */
            group: components["schemas"]["CheckGroup"];
            /** @description The code with which a turn fails for this reason, if there is one. */
            outcome?: string | null;
            /** @description What was found. */
            said: string;
            /** @description How it came out. */
            state: components["schemas"]["CheckState"];
            /** @description What was looked at. */
            title: string;
        };
        /**
         * @description What a check belongs to.
         * @enum {string}
         */
        CheckGroup: "server" | "storage" | "people" | "assistants" | "turns";
        /**
         * @description How a check came out.
         * @enum {string}
         */
        CheckState: "ok" | "warning" | "failed" | "off";
        /** @description One of a few things to choose. */
        Choice: {
            /** @description One line about it. */
            description: string;
            /** @description Its name at the provider. */
            id: string;
            /** @description As shown. */
            name: string;
        };
        /** @description With which an assistant signs itself in, over OAuth. One that runs on this machine needs none. */
        ClientPair: {
            /** @description Public. */
            client_id: string;
            /** @description In this answer and nowhere else. */
            client_secret: string;
        };
        /** @description What a person decides. */
        Decision: {
            /** @description What goes with it: a form's answer, what is granted. Any JSON. */
            content?: unknown;
            /** @description One of the decisions offered. */
            decision: string;
            /** @description Words to the assistant beside it: why not, or what instead. They follow as words into the turn. */
            feedback?: string | null;
        };
        /** @description Something is gone. */
        Deleted: {
            /** @description Always true. */
            deleted: boolean;
            /** @description What. */
            id: string;
        };
        /**
         * @description Text in flight: a piece of an open item's text. Drop what you have of it already; on a gap, ask for
         *     the turn's items.
         */
        Delta: {
            /** @description Of which item. */
            item_id: string;
            /**
             * Format: int64
             * @description How many UTF-8 bytes of the item's text come before it.
             */
            offset: number;
            /** @description What was added. */
            text: string;
            /** @description Where. */
            thread_id: string;
            /** @description Whose. */
            turn_id: string;
        };
        /** @description Everything that was checked. */
        Doctor: {
            /**
             * Format: int64
             * @description When this was so.
             */
            checked_at: number;
            /** @description In the order checked, those of a group together. */
            checks: components["schemas"]["Check"][];
            /** @description Whether nothing failed: everything that is switched on can do its work. */
            ok: boolean;
            /** @description All settings, each with where its value comes from. Empty for members. */
            settings: components["schemas"]["Setting"][];
        };
        /**
         * @description The data of each event of `GET /api/events`, by the event's name. No such object is ever sent: it is
         *     the table from which clients are generated.
         */
        Event: {
            approval?: components["schemas"]["Question"] | null;
            assistant?: components["schemas"]["AssistantEvent"] | null;
            backend?: components["schemas"]["Backend"] | null;
            delta?: components["schemas"]["Delta"] | null;
            item?: components["schemas"]["Item"] | null;
            members?: components["schemas"]["Members"] | null;
            message?: components["schemas"]["Message"] | null;
            person?: components["schemas"]["PersonEvent"] | null;
            presence?: components["schemas"]["Presence"] | null;
            queue?: components["schemas"]["Queue"] | null;
            ready?: components["schemas"]["Ready"] | null;
            reset?: components["schemas"]["Reset"] | null;
            steer?: components["schemas"]["Steer"] | null;
            thread?: components["schemas"]["ThreadEvent"] | null;
            turn?: components["schemas"]["Turn"] | null;
        };
        /** @description One file in a file change. */
        FileChange: {
            /** @description `add`, `update` or `delete`. */
            change: string;
            /** @description Unified diff, where there is one. */
            diff?: string | null;
            /** @description Relative to the working folder where possible. */
            path: string;
        };
        /** @description A page of what was found, newest first. */
        Found: {
            /** @description Newest first. */
            items: components["schemas"]["Hit"][];
            /** @description What to give as `before` for the next page; null at the end. */
            next?: string | null;
        };
        /** @description The message of a hit, in short. */
        FoundMessage: {
            /** @description Who wrote it. */
            author: components["schemas"]["Author"];
            /**
             * Format: int64
             * @description When it was stored.
             */
            created_at: number;
            /** @description Which. */
            id: string;
            /** @description Whose voice. */
            role: components["schemas"]["Speaker"];
            /**
             * Format: int64
             * @description Its place in the thread: what `around` takes.
             */
            seq: number;
        };
        /** @description The thread of a hit. */
        FoundThread: {
            /** @description Which. */
            id: string;
            /** @description Its title. */
            title: string;
        };
        /** @description Why a queue is held. */
        Held: {
            /**
             * @description The outcome of the last turn: an outcome code or `cancelled`. `refused`: the next message cannot be
             *     posted as it is, and sending it now says why.
             */
            code: string;
            /**
             * Format: int64
             * @description When it goes on by itself; null if only its author lets it go on.
             */
            until?: number | null;
        };
        /** @description A thread or message that was found. */
        Hit: {
            message?: components["schemas"]["FoundMessage"] | null;
            /** @description The part of the message or title to show, on one line. */
            snippet: components["schemas"]["SnippetPiece"][];
            /** @description Where. */
            thread: components["schemas"]["FoundThread"];
        };
        /**
         * @description Whose home a program works in.
         * @enum {string}
         */
        Home: "house" | "own";
        /** @description Somebody who was invited, and the way in to be sent to them. */
        Invited: {
            /**
             * Format: int64
             * @description Of no use from then on.
             */
            expires_at: number;
            /** @description Opens the page signed in as them, once. It is in this answer and nowhere else. */
            link: string;
            /** @description Who. */
            person: components["schemas"]["Person"];
        };
        /** @description Something a turn produced. */
        Item: {
            /** @description Which agent did it that the assistant set to work, by its name at the source. Absent: the assistant itself. */
            agent?: string | null;
            /** @description `subagent`: which agents, by their names at the source. */
            agents?: string[] | null;
            /** @description `tool_call`: what it was given, any JSON. */
            arguments?: unknown;
            /** @description `file_change`: which, and how. */
            changes?: components["schemas"]["FileChange"][] | null;
            /** @description `command`: as run. */
            command?: string | null;
            /** @description `command`: where. */
            cwd?: string | null;
            /**
             * Format: int64
             * @description When it ended.
             */
            ended_at?: number | null;
            /** @description `hook`: when it runs. */
            event?: string | null;
            /**
             * Format: int64
             * @description `command`: how it ended.
             */
            exit_code?: number | null;
            /** @description Which. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["ItemKind"];
            /** @description `image`: where it is on the server. */
            path?: string | null;
            /** @description `tool_call`: what it last said about how far it is. */
            progress?: string | null;
            /** @description `web_search`: for what. */
            query?: string | null;
            /**
             * Format: int64
             * @description Its place in the turn, from 1.
             */
            seq: number;
            /** @description `tool_call`: of which server. */
            server?: string | null;
            /** @description `other`: its name at the source; the text is its JSON. */
            source_kind?: string | null;
            /**
             * Format: int64
             * @description When it began.
             */
            started_at: number;
            /** @description Where it stands. */
            status: components["schemas"]["ItemStatus"];
            /** @description `plan`: its steps. */
            steps?: components["schemas"]["PlanStep"][] | null;
            /** @description An answer, a thought, a command's output: its text so far. */
            text: string;
            /** @description Where. */
            thread_id: string;
            /**
             * Format: int64
             * @description `command`: how long it ran, in milliseconds.
             */
            took?: number | null;
            /** @description `tool_call`: which tool. `subagent`: what was done, as in `spawn_agent`. */
            tool?: string | null;
            /** @description Whose. */
            turn_id: string;
        };
        /**
         * @description What an item is.
         * @enum {string}
         */
        ItemKind: "text" | "reasoning" | "raw_reasoning" | "command" | "file_change" | "tool_call" | "web_search" | "plan" | "proposal" | "turn_diff" | "compaction" | "subagent" | "image" | "hook" | "notice" | "other";
        /**
         * @description Where an item stands.
         * @enum {string}
         */
        ItemStatus: "open" | "done" | "failed" | "declined" | "cut";
        /** @description The newest message of a thread, in short. */
        Last: {
            /** @description Who wrote it. */
            author_handle: string;
            /** @description Its first 140 characters. */
            text: string;
        };
        /** @description How much of a plan is used, in one of its windows. */
        Limit: {
            /** @description Its name at the source. */
            id: string;
            /**
             * Format: int64
             * @description When it begins anew.
             */
            resets_at?: number | null;
            /**
             * Format: double
             * @description 0 to 100.
             */
            used_percent: number;
            /**
             * Format: int64
             * @description How long the window is.
             */
            window_minutes?: number | null;
        };
        /** @description A whole list. */
        List_Assistant: {
            /** @description In the order the endpoint names. */
            items: {
                /** @description Which attachments it can take. */
                accepts: components["schemas"]["AttachmentKind"][];
                /** @description Who may mention it. */
                access: components["schemas"]["AssistantAccess"];
                /** @description The backend that reaches it. */
                backend: string;
                /** @description What it can do. */
                capabilities: string[];
                /** @description With which a program signs in as it, once it has a pair. Its owner and admins see it. */
                client_id?: string | null;
                code?: components["schemas"]["OutcomeCode"] | null;
                /** @description Whether it answers from a script and reaches no model. */
                demo: boolean;
                /** @description Whether mentions are answered. */
                enabled: boolean;
                /** @description The name after the `@`. */
                handle: string;
                /** @description What to do about it. */
                hint?: string | null;
                /** @description Which; also the author id of its replies. */
                id: string;
                /** @description What bounds its turns. */
                limits: components["schemas"]["AssistantLimits"];
                /** @description The same in a sentence. */
                message?: string | null;
                /** @description As shown. */
                name: string;
                /** @description What to know before asking it. */
                note: string;
                /** @description Whose login it runs on. */
                owner: components["schemas"]["Author"];
                /** @description Who may mention it with the access `named`. Its owner and admins see it. */
                people?: components["schemas"]["Author"][] | null;
                /** @description The same in words. */
                runs_on: string;
                /** @description How it is doing. */
                state: components["schemas"]["AssistantState"];
                /** @description Whether the caller may mention it and would get an answer. */
                usable: boolean;
            }[];
        };
        /** @description A whole list. */
        List_Author: {
            /** @description In the order the endpoint names. */
            items: {
                /** @description Without the `@`. */
                handle: string;
                /** @description Who. */
                id: string;
                /** @description As shown. */
                name: string;
            }[];
        };
        /** @description A whole list. */
        List_AvailableAssistant: {
            /** @description In the order the endpoint names. */
            items: {
                /** @description Whose account it uses, as in "Mara's ChatGPT plan". */
                account: string;
                /** @description The backend that would reach it. */
                backend: string;
                /** @description Whether it answers from a script and reaches no model. */
                demo: boolean;
                /** @description The name after the `@` that it gets. */
                handle: string;
                /** @description As shown. */
                name: string;
                /** @description What to know before asking it. */
                note: string;
            }[];
        };
        /** @description A whole list. */
        List_McpServer: {
            /** @description In the order the endpoint names. */
            items: {
                /** @description Why turns do not get it all the same; null if they do. */
                barred?: string | null;
                /** @description Whether turns get it. */
                enabled: boolean;
                login?: components["schemas"]["Login"] | null;
                /** @description What was said about that; foreign text. */
                message?: string | null;
                /** @description What the caller calls it. */
                name: string;
                /**
                 * Format: int64
                 * @description When that was.
                 */
                seen_at?: number | null;
                /** @description How it was when it was last used. */
                state: components["schemas"]["McpState"];
                /** @description Its tools, as it last listed them; null before it was tested. */
                tools?: components["schemas"]["McpTool"][] | null;
                /** @description How it is reached. */
                transport: components["schemas"]["McpTransport"];
            }[];
        };
        /** @description A whole list. */
        List_Mention: {
            /** @description In the order the endpoint names. */
            items: {
                /** @description Which assistant it means; null if it is a person. */
                assistant_id?: string | null;
                /** @description Without the `@`. */
                handle: string;
                /** @description How long it is with the `@`, in UTF-8 bytes. */
                length: number;
                /** @description Where the `@` is, in UTF-8 bytes. */
                offset: number;
            }[];
        };
        /** @description A whole list. */
        List_Person: {
            /** @description In the order the endpoint names. */
            items: {
                /** @description The name after the `@`. */
                handle: string;
                /** @description Who. */
                id: string;
                /** @description Set while they were invited and never signed in. Admins see it. */
                invited?: boolean;
                /** @description As shown. */
                name: string;
                /** @description What they may do. */
                role: components["schemas"]["Role"];
            }[];
        };
        /** @description A whole list. */
        List_Question: {
            /** @description In the order the endpoint names. */
            items: {
                /**
                 * Format: int64
                 * @description When it was asked.
                 */
                asked_at: number;
                /** @description Who asks. */
                assistant_id: string;
                /** @description What is shown, any JSON; exact, never Markdown. */
                body: unknown;
                /**
                 * Format: int64
                 * @description When.
                 */
                decided_at?: number | null;
                /** @description Who decided. */
                decided_by?: string | null;
                /** @description The decision: one of those offered. */
                decision?: string | null;
                /**
                 * Format: int64
                 * @description When silence counts as a refusal.
                 */
                expires_at?: number | null;
                /** @description What was said beside it; it follows as words into the turn. */
                feedback?: string | null;
                /** @description Which. */
                id: string;
                /** @description `command`, `file_change`, `permissions`, `question`, `form`, `link` or `tool`. */
                kind: string;
                /** @description The decisions offered, in order. */
                offered: string[];
                /** @description Who started the turn: the only one who decides. */
                person_id: string;
                /** @description Where it stands. */
                state: components["schemas"]["QuestionState"];
                /** @description Where. */
                thread_id: string;
                /** @description Whose. */
                turn_id: string;
            }[];
        };
        /** @description A whole list. */
        List_Queued: {
            /** @description In the order the endpoint names. */
            items: {
                /** @description The files that come with it, in order. */
                attachments: components["schemas"]["Attachment"][];
                /**
                 * Format: int64
                 * @description When it was written.
                 */
                created_at: number;
                held?: components["schemas"]["Held"] | null;
                /** @description Which; also the `client_id` that it is posted with. */
                id: string;
                /**
                 * Format: int64
                 * @description 1 is the next; 0 waits no more.
                 */
                place: number;
                /** @description As written: Markdown. */
                text: string;
                /** @description Where it goes. */
                thread_id: string;
            }[];
        };
        /** @description A whole list. */
        List_Session: {
            /** @description In the order the endpoint names. */
            items: {
                /**
                 * Format: int64
                 * @description When it signed in.
                 */
                created_at: number;
                /** @description Whether it is the one that asks. */
                current: boolean;
                /** @description Which. */
                id: string;
                /**
                 * Format: int64
                 * @description When it was last used.
                 */
                last_seen_at: number;
                /** @description What the browser said it is. */
                user_agent: string;
            }[];
        };
        /** @description A whole list. */
        List_String: {
            /** @description In the order the endpoint names. */
            items: string[];
        };
        /** @description A whole list. */
        List_Token: {
            /** @description In the order the endpoint names. */
            items: {
                /**
                 * Format: int64
                 * @description When it was made.
                 */
                created_at: number;
                /** @description Which. */
                id: string;
                /**
                 * Format: int64
                 * @description When it was last used.
                 */
                last_used_at?: number | null;
                /** @description What its maker calls it. */
                name: string;
            }[];
        };
        /** @description A sign-in on its way. */
        Login: {
            /** @description What to type there. */
            code?: string | null;
            /**
             * Format: int64
             * @description When it is given up.
             */
            expires_at?: number | null;
            /** @description What to do about it. */
            hint?: string | null;
            /** @description Why it failed. */
            message?: string | null;
            /** @description Which way. */
            method: components["schemas"]["LoginMethod"];
            /**
             * @description Whether a browser that opens `url` comes back to the server by itself, because it runs on the same machine; else
             *     the address that it ends at is to be pasted.
             */
            same_machine: boolean;
            /** @description Where it stands. */
            state: components["schemas"]["LoginState"];
            /** @description What to open in a browser. */
            url?: string | null;
        };
        /**
         * @description A way to sign in.
         * @enum {string}
         */
        LoginMethod: "browser" | "device" | "api_key";
        /**
         * @description Where a sign-in stands.
         * @enum {string}
         */
        LoginState: "starting" | "waiting" | "done" | "failed" | "cancelled" | "expired";
        /** @description An MCP server that the caller gives an assistant. */
        McpServer: {
            /** @description Why turns do not get it all the same; null if they do. */
            barred?: string | null;
            /** @description Whether turns get it. */
            enabled: boolean;
            login?: components["schemas"]["Login"] | null;
            /** @description What was said about that; foreign text. */
            message?: string | null;
            /** @description What the caller calls it. */
            name: string;
            /**
             * Format: int64
             * @description When that was.
             */
            seen_at?: number | null;
            /** @description How it was when it was last used. */
            state: components["schemas"]["McpState"];
            /** @description Its tools, as it last listed them; null before it was tested. */
            tools?: components["schemas"]["McpTool"][] | null;
            /** @description How it is reached. */
            transport: components["schemas"]["McpTransport"];
        };
        /** @description What to change on a server; what is left out stays. */
        McpServerPatch: {
            /**
             * @description Whether turns get it.
             * @default null
             */
            enabled: boolean | null;
            /** @default null */
            transport: components["schemas"]["McpTransport"] | null;
        };
        /**
         * @description How a server was.
         * @enum {string}
         */
        McpState: "unknown" | "ready" | "failed" | "needs_sign_in";
        /** @description A tool in the words of its server: foreign text. */
        McpTool: {
            /** @description What it says that it does. */
            description: string;
            /** @description Its name. */
            name: string;
            /** @description Whether it says that it changes nothing: then it runs unasked. */
            reads_only: boolean;
        };
        /** @description How a server is reached. Secrets are only named: their values are in the environment of the Switchboard server. */
        McpTransport: {
            /** @description Its arguments. */
            args?: string[];
            /** @description The program. */
            command: string;
            /** @description Where it runs; null is where the turn works. */
            folder?: string | null;
            /** @enum {string} */
            type: "stdio";
            /** @description Names of variables that it gets. */
            variables?: string[];
        } | {
            /** @description The name of the variable with a bearer token for it. For admins. */
            bearer_variable?: string | null;
            /** @enum {string} */
            type: "http";
            /** @description Its address. */
            url: string;
        };
        /** @description Who is asking, and where. */
        Me: {
            /** @description Whether assistants answer from a script here. */
            demo: boolean;
            /** @description Who is signed in. */
            person: components["schemas"]["Person"];
            /** @description Of this server. */
            version: string;
            /** @description Where. */
            workspace: components["schemas"]["Workspace"];
        };
        /** @description Who is in a thread now. */
        Members: {
            /** @description All of them, by handle. */
            members: components["schemas"]["Author"][];
            /** @description Which thread. */
            thread_id: string;
        };
        /** @description A name in a text that means somebody. */
        Mention: {
            /** @description Which assistant it means; null if it is a person. */
            assistant_id?: string | null;
            /** @description Without the `@`. */
            handle: string;
            /** @description How long it is with the `@`, in UTF-8 bytes. */
            length: number;
            /** @description Where the `@` is, in UTF-8 bytes. */
            offset: number;
        };
        /** @description A text to look for names in. */
        MentionQuery: {
            /** @description As it would be posted. */
            text: string;
        };
        /** @description One post. Only its text ever changes, by its author. */
        Message: {
            /** @description The files that came with it, in order. */
            attachments: components["schemas"]["Attachment"][];
            /** @description Who wrote it. */
            author: components["schemas"]["Author"];
            /** @description On one's own messages: what they were posted with. */
            client_id?: string | null;
            /**
             * Format: int64
             * @description When it was stored.
             */
            created_at: number;
            /**
             * Format: int64
             * @description When its author last changed its text; null if never.
             */
            edited_at?: number | null;
            /** @description Which. */
            id: string;
            /** @description The names in the text that mean somebody. */
            mentions: components["schemas"]["Mention"][];
            /** @description Whose voice. */
            role: components["schemas"]["Speaker"];
            /**
             * Format: int64
             * @description Its place in the thread, from 1, without gaps.
             */
            seq: number;
            /** @description As written: Markdown. Empty only if there are attachments. */
            text: string;
            /** @description Where. */
            thread_id: string;
            /** @description The turn whose reply this is. */
            turn_id?: string | null;
        };
        /** @description A page of a thread, ascending. */
        MessagePage: {
            /** @description By `seq`, ascending. */
            items: components["schemas"]["Message"][];
            /** @description Where newer messages start: what to give as `after`. Null at the end of the thread. */
            newer?: string | null;
            /**
             * @description Where the next page starts: what to give as `before` for older messages, or as `after` if the
             *     page was asked for with `after`. Null at the end.
             */
            next?: string | null;
            /** @description Where the event stream goes on from this page. */
            pos: string;
            /** @description The turns that these messages asked for, and all that are still open in the thread. */
            turns: components["schemas"]["Turn"][];
        };
        /** @description A model. */
        Model: {
            /** @description How hard it thinks by itself. */
            default_effort?: string | null;
            /** @description One line about it. */
            description: string;
            /** @description How hard it can think, from least to most. */
            efforts: components["schemas"]["Choice"][];
            /** @description Whether an admin hid it. */
            hidden: boolean;
            /** @description Its name at the provider. */
            id: string;
            /** @description What it takes: `text`, `image`. */
            inputs: string[];
            /** @description Whether it is the one that the account begins with. */
            is_default: boolean;
            /** @description As shown. */
            name: string;
            /** @description Tiers of service beside the usual one. */
            tiers: components["schemas"]["Choice"][];
            /** @description Whether the account is known to have it. */
            verified: boolean;
        };
        /** @description The models of one backend, for choosing. */
        ModelGroup: {
            /** @description Its assistant, if there is one. */
            assistant_id?: string | null;
            /** @description The backend. */
            backend: string;
            /** @description What it can do, and what not. */
            capabilities: components["schemas"]["CapabilityRow"][];
            /** @description The model for threads that chose none. */
            default_model?: string | null;
            /** @description The handle of its assistant. */
            handle?: string | null;
            /** @description How much of its plan is used, as last heard. */
            limits: components["schemas"]["Limit"][];
            /** @description Its models, without those that an admin hid. */
            models: components["schemas"]["Model"][];
            problem?: components["schemas"]["TurnError"] | null;
            /** @description How it is. */
            state: components["schemas"]["BackendState"];
            /** @description As shown. */
            title: string;
        };
        /** @description All models, by backend. */
        ModelList: {
            /** @description By backend. */
            groups: components["schemas"]["ModelGroup"][];
        };
        /**
         * @description Where a list of models comes from.
         * @enum {string}
         */
        ModelsFrom: "account" | "seed";
        /**
         * @description What the commands of a turn could reach. Web searches and MCP servers go their own ways.
         * @enum {string}
         */
        Network: "off" | "asks" | "on";
        /** @description An assistant to register. */
        NewAssistant: {
            /** @description One of those that can be registered. */
            handle: string;
        };
        /** @description Where to fork a thread. */
        NewFork: {
            /** @description The same id again gives the same fork. `Idempotency-Key` means the same. */
            client_id?: string | null;
            /** @description The last message that is carried over. */
            message: string;
        };
        /** @description A sign-in to begin. */
        NewLogin: {
            /** @description The key, for `api_key`. It goes to the backend's program and is kept nowhere else. */
            api_key?: string | null;
            /** @description Which way. */
            method: components["schemas"]["LoginMethod"];
        };
        /** @description A server to add. */
        NewMcpServer: {
            /** @description 1 to 24 of a to z, digits and hyphens. */
            name: string;
            /** @description How it is reached. */
            transport: components["schemas"]["McpTransport"];
        };
        /** @description Somebody to add to a thread. */
        NewMember: {
            /** @description A person's id or handle. */
            person: string;
        };
        /** @description A message to post. */
        NewMessage: {
            /** @description The ids of files that were uploaded and that no message has yet, in order; at most 10. */
            attachments?: string[];
            /** @description The same id with the same text and files again is the same message. `Idempotency-Key` means the same. */
            client_id?: string | null;
            /** @description Markdown. A name of an assistant in it asks for an answer. May be empty beside attachments. */
            text?: string;
        };
        /** @description Somebody to invite. One of the two names will do. */
        NewPerson: {
            /**
             * @description The same id again, with the same body, is the same person with another link. `Idempotency-Key`
             *     means the same.
             */
            client_id?: string | null;
            /** @description The name after the `@`; made from the name if it is left out. */
            handle?: string | null;
            /** @description As shown. */
            name?: string | null;
            role?: components["schemas"]["Role"] | null;
        };
        /** @description A message to queue. */
        NewQueued: {
            /** @description The ids of files that were uploaded before, in order. */
            attachments?: string[];
            /** @description The same id with the same text and files again is the same message. `Idempotency-Key` means the same. */
            client_id?: string | null;
            /** @description Markdown. May be empty beside attachments. */
            text?: string;
        };
        /** @description A text in the place of the one before. */
        NewText: {
            /** @description Markdown. */
            text: string;
        };
        /** @description A thread to open. */
        NewThread: {
            /**
             * @description An assistant's id or handle makes a direct thread: it answers every message.
             * @default null
             */
            assistant: string | null;
            /**
             * @description The same id again, with the same body, gives the same thread. `Idempotency-Key` means the same.
             * @default null
             */
            client_id: string | null;
            /** @default null */
            settings: components["schemas"]["SettingsPatch"] | null;
            /**
             * @description Titled by its first message if there is none.
             * @default null
             */
            title: string | null;
            /** @default null */
            visibility: components["schemas"]["Visibility"] | null;
        };
        /** @description A token to make. */
        NewToken: {
            /** @description Makes one token at most: the same id again is refused. `Idempotency-Key` means the same. */
            client_id?: string | null;
            /** @description What to call it. */
            name: string;
        };
        /**
         * @description Why a turn did not end well, or cannot begin. Programs match on these; what each means stands beside
         *     the codes in `model::outcome`.
         * @enum {string}
         */
        OutcomeCode: "not_installed" | "not_signed_in" | "api_key_login" | "timed_out" | "sandbox_denied" | "sandbox_unavailable" | "assistant_unavailable" | "assistant_not_allowed" | "empty_reply" | "rate_limited" | "upstream_failed" | "too_much_output" | "crashed" | "abandoned" | "attachment_missing" | "attachment_unsupported" | "context_too_long" | "no_model" | "codex_start_failed" | "session_in_use" | "session_lost" | "schema_mismatch";
        /** @description Where a browser ended up after signing in. */
        PastedLogin: {
            /** @description The whole address. */
            url: string;
        };
        /**
         * @description What turns may touch.
         * @enum {string}
         */
        Permission: "read_only" | "standard" | "full";
        /** @description Somebody who signs in, or in whose name a token acts. */
        Person: {
            /** @description The name after the `@`. */
            handle: string;
            /** @description Who. */
            id: string;
            /** @description Set while they were invited and never signed in. Admins see it. */
            invited?: boolean;
            /** @description As shown. */
            name: string;
            /** @description What they may do. */
            role: components["schemas"]["Role"];
        };
        /** @description A person as they are now, or that they are gone. */
        PersonEvent: components["schemas"]["Person"] | components["schemas"]["Removed"];
        /** @description A way in for somebody, to be sent to them. */
        PersonLink: {
            /**
             * Format: int64
             * @description Of no use from then on.
             */
            expires_at: number;
            /** @description Opens the page signed in as them, once. It is in this answer and nowhere else. */
            link: string;
        };
        /** @description What to change on a person; what is left out stays. */
        PersonPatch: {
            /**
             * @description The name after the `@`.
             * @default null
             */
            handle: string | null;
            /**
             * @description As shown.
             * @default null
             */
            name: string | null;
            /** @default null */
            role: components["schemas"]["Role"] | null;
        };
        /** @description One step of a plan. */
        PlanStep: {
            /** @description Whether it is being done. */
            doing: boolean;
            /** @description Whether it is done. */
            done: boolean;
            /** @description What is to be done. */
            text: string;
        };
        /** @description What a post became. */
        Posted: {
            /** @description The message as stored. */
            message: components["schemas"]["Message"];
            /** @description One per assistant that owes an answer. */
            turns: components["schemas"]["PostedTurn"][];
        };
        /** @description A turn that a post asked for. */
        PostedTurn: {
            /** @description Who answers. */
            assistant: string;
            /** @description Which. */
            id: string;
            /** @description Where it stands. */
            state: components["schemas"]["TurnState"];
        };
        /**
         * @description Where somebody else is, as far as one may know. Put it in the place of what was told of them before. After
         *     `ready`, who is not told of is not here.
         */
        Presence: {
            /**
             * Format: int64
             * @description When that ends, unless it is told again; null where nothing ends by itself.
             */
            expires_at?: number | null;
            /** @description Whether they have an event stream open. */
            here: boolean;
            /** @description Who. */
            person_id: string;
            /** @description The thread they look at, if one may see it. */
            thread_id?: string | null;
            /** @description Whether they type in it. */
            typing: boolean;
        };
        /** @description A refusal on the wire (RFC 9457, `application/problem+json`). */
        Problem: {
            /** @description The stable name: programs match on it. */
            code: string;
            /** @description What is wrong with this request. */
            detail: string;
            /** @description What to do about it. */
            hint?: string | null;
            /** @description Names the request in the server's log. */
            request_id: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The code in words. */
            title: string;
            /** @description `urn:switchboard:problem:` and the code. */
            type: string;
        };
        /** @description A question that stops a turn. */
        Question: {
            /**
             * Format: int64
             * @description When it was asked.
             */
            asked_at: number;
            /** @description Who asks. */
            assistant_id: string;
            /** @description What is shown, any JSON; exact, never Markdown. */
            body: unknown;
            /**
             * Format: int64
             * @description When.
             */
            decided_at?: number | null;
            /** @description Who decided. */
            decided_by?: string | null;
            /** @description The decision: one of those offered. */
            decision?: string | null;
            /**
             * Format: int64
             * @description When silence counts as a refusal.
             */
            expires_at?: number | null;
            /** @description What was said beside it; it follows as words into the turn. */
            feedback?: string | null;
            /** @description Which. */
            id: string;
            /** @description `command`, `file_change`, `permissions`, `question`, `form`, `link` or `tool`. */
            kind: string;
            /** @description The decisions offered, in order. */
            offered: string[];
            /** @description Who started the turn: the only one who decides. */
            person_id: string;
            /** @description Where it stands. */
            state: components["schemas"]["QuestionState"];
            /** @description Where. */
            thread_id: string;
            /** @description Whose. */
            turn_id: string;
        };
        /**
         * @description Where a question stands.
         * @enum {string}
         */
        QuestionState: "asked" | "decided" | "delivered" | "void";
        /** @description What waits of one person in one thread, the next one first. */
        Queue: {
            /** @description All of it. */
            items: components["schemas"]["Queued"][];
            /** @description Where. */
            thread_id: string;
        };
        /** @description A message that waits until its author's turns in the thread have ended. Only its author sees it. */
        Queued: {
            /** @description The files that come with it, in order. */
            attachments: components["schemas"]["Attachment"][];
            /**
             * Format: int64
             * @description When it was written.
             */
            created_at: number;
            held?: components["schemas"]["Held"] | null;
            /** @description Which; also the `client_id` that it is posted with. */
            id: string;
            /**
             * Format: int64
             * @description 1 is the next; 0 waits no more.
             */
            place: number;
            /** @description As written: Markdown. */
            text: string;
            /** @description Where it goes. */
            thread_id: string;
        };
        /** @description What to change on a message that waits; what is left out stays. */
        QueuedPatch: {
            /**
             * @description Puts it before this one of the same queue; null puts it at the end.
             * @default null
             */
            before: string | null;
            /**
             * @description Markdown.
             * @default null
             */
            text: string | null;
        };
        /** @description A new order of what waits. */
        QueueOrder: {
            /** @description The messages to come first, in order; the others follow as they stood. */
            order: string[];
        };
        /** @description What a turn really ran with. */
        RanWith: {
            /** @description How hard it thought. */
            effort?: string | null;
            /** @description Where it worked; null is a private folder. */
            folder?: string | null;
            /** @description Whose home its program worked in. */
            home: components["schemas"]["Home"];
            /** @description The model. */
            model?: string | null;
            network?: components["schemas"]["Network"] | null;
            /** @description What could not be met as chosen, and why. */
            notes: string[];
            /** @description What it could touch. */
            permission: components["schemas"]["Permission"];
            /** @description The tier of service, if not the usual one. */
            tier?: string | null;
        };
        /** @description How far one has read. */
        ReadUpTo: {
            /**
             * Format: int64
             * @description The `seq` of the newest message that was seen. It never moves back.
             */
            seq: number;
        };
        /** @description Everything up to here was sent; from now on events come as they happen. */
        Ready: {
            /** @description Where the stream stands. */
            pos: string;
        };
        /** @description Somebody is gone. */
        Removed: {
            /** @description Who. */
            id: string;
            /** @description Always true. */
            removed: boolean;
        };
        /** @description A message to change and to ask again. */
        Resend: {
            /** @description The same id again is the same wish. `Idempotency-Key` means the same. */
            client_id?: string | null;
            /** @description What it is to say. May be empty beside attachments, which go along. */
            text: string;
        };
        /** @description Read afresh: one thread, which was gained or lost, or everything. */
        Reset: {
            /** @description Which thread; left out, everything. */
            thread_id?: string | null;
        };
        /**
         * @description What a person may do in the workspace.
         * @enum {string}
         */
        Role: "admin" | "member";
        /**
         * @description How many turns may be begun is settled for each of these.
         * @enum {string}
         */
        Room: "person" | "login" | "server";
        /** @description A signed-in browser. */
        Session: {
            /**
             * Format: int64
             * @description When it signed in.
             */
            created_at: number;
            /** @description Whether it is the one that asks. */
            current: boolean;
            /** @description Which. */
            id: string;
            /**
             * Format: int64
             * @description When it was last used.
             */
            last_seen_at: number;
            /** @description What the browser said it is. */
            user_agent: string;
        };
        /** @description One setting. */
        Setting: {
            /** @description As in `config.toml`, with dots. */
            name: string;
            /** @description `default`, a flag, a variable or a file. */
            origin: string;
            /** @description Its value, never a secret; null where there is none. */
            value?: string | null;
        };
        /** @description Choices to change; what is left out stays. */
        SettingsPatch: {
            /**
             * @description See `ThreadSettings`; null takes it back.
             * @default null
             */
            backend: string | null;
            /**
             * @description See `ThreadSettings`; null takes it back.
             * @default null
             */
            effort: string | null;
            /**
             * @description See `ThreadSettings`.
             * @default null
             */
            fast: boolean | null;
            /**
             * @description See `ThreadSettings`; null takes it back.
             * @default null
             */
            folder: string | null;
            /** @default null */
            home: components["schemas"]["Home"] | null;
            /**
             * @description See `ThreadSettings`; null takes it back.
             * @default null
             */
            model: string | null;
            /** @default null */
            permission: components["schemas"]["Permission"] | null;
            /**
             * @description See `ThreadSettings`.
             * @default null
             */
            plan: boolean | null;
            /**
             * @description See `ThreadSettings`.
             * @default null
             */
            show_reasoning: boolean | null;
        };
        /** @description What a sign-in link carries after the `#`. */
        SignIn: {
            /** @description Good for one sign-in, until it expires. */
            secret: string;
        };
        /** @description A piece of a text. */
        SnippetPiece: {
            /** @description Whether it is what was looked for. */
            hit: boolean;
            /** @description As written. */
            text: string;
        };
        /**
         * @description Whose voice a message has.
         * @enum {string}
         */
        Speaker: "user" | "assistant" | "note";
        /** @description Words sent into a running turn. */
        Steer: {
            /** @description Who wrote it. */
            author: string;
            /**
             * Format: int64
             * @description When it was written.
             */
            created_at: number;
            /** @description Which. */
            id: string;
            /** @description Where it stands. */
            state: components["schemas"]["SteerState"];
            /** @description What. */
            text: string;
            /** @description Where that turn is. */
            thread_id: string;
            /** @description Into which turn. */
            turn_id: string;
        };
        /**
         * @description Where words sent into a turn stand.
         * @enum {string}
         */
        SteerState: "queued" | "sent" | "taken" | "refused" | "unsure";
        /** @description Switches to turn; what is left out stays. */
        SwitchesPatch: {
            /**
             * @description Backends with a key or an endpoint.
             * @default null
             */
            agent_providers: boolean | null;
            /**
             * @description Codex.
             * @default null
             */
            codex: boolean | null;
        };
        /**
         * @description What takes the room.
         * @enum {string}
         */
        Taken: "work" | "answers";
        /** @description A conversation, as a list shows it. */
        Thread: {
            /**
             * Format: int64
             * @description Set while it is out of the way.
             */
            archived_at?: number | null;
            /** @description In a direct thread: the assistant that answers every message. */
            assistant_id?: string | null;
            carried?: components["schemas"]["CarriedFrom"] | null;
            /**
             * Format: int64
             * @description When it was opened.
             */
            created_at: number;
            /** @description Who opened it. */
            created_by: string;
            /** @description Which. */
            id: string;
            last?: components["schemas"]["Last"] | null;
            /**
             * Format: int64
             * @description The time of its newest message, or of its creation.
             */
            last_message_at: number;
            /**
             * Format: int64
             * @description The `seq` of its newest message; 0 while there is none.
             */
            last_seq: number;
            /**
             * Format: int64
             * @description The `seq` up to which one has read it.
             */
            read_seq: number;
            /** @description How assistants work in it from the next turn on. */
            settings: components["schemas"]["ThreadSettings"];
            /** @description Its lamp. */
            state: components["schemas"]["ThreadState"];
            /** @description Empty until a person names it or its first message does. */
            title: string;
            /**
             * Format: int64
             * @description How many messages of others come after that; 1000 stands for that many or more. None in a thread
             *     that one is no member of.
             */
            unread: number;
            /** @description Who may see it. */
            visibility: components["schemas"]["Visibility"];
        };
        /** @description A thread whose assistant a backend reaches. */
        ThreadBehind: {
            /** @description Which. */
            id: string;
            /** @description What it is called. */
            title: string;
        };
        /** @description A thread with those who are in it. */
        ThreadDetail: components["schemas"]["Thread"] & {
            /** @description Its members, by handle. */
            members: components["schemas"]["Author"][];
        };
        /** @description A thread as it is now, or that it is gone. */
        ThreadEvent: components["schemas"]["Thread"] | components["schemas"]["Deleted"];
        /** @description A page of the list of threads, newest activity first. */
        ThreadPage: {
            /** @description Newest activity first. */
            items: components["schemas"]["Thread"][];
            /** @description What to give as `before` for the next page; null at the end. */
            next?: string | null;
            /** @description Where the event stream goes on from this page. */
            pos: string;
        };
        /** @description What to change on a thread; what is left out stays. */
        ThreadPatch: {
            /**
             * @description Put it out of the way, or back.
             * @default null
             */
            archived: boolean | null;
            /**
             * @description Another assistant for a direct thread, by id or handle. What was said goes along, quoted.
             * @default null
             */
            assistant: string | null;
            /** @default null */
            settings: components["schemas"]["SettingsPatch"] | null;
            /**
             * @description Empty goes back to an automatic title.
             * @default null
             */
            title: string | null;
            /** @default null */
            visibility: components["schemas"]["Visibility"] | null;
        };
        /** @description The threads whose assistant a backend reaches. */
        ThreadsBehind: {
            /**
             * Format: int64
             * @description How many there are, those that one may not see included.
             */
            count: number;
            /** @description The newest few of those that one may see. */
            items: components["schemas"]["ThreadBehind"][];
        };
        /** @description A thread's choices for the turns to come. */
        ThreadSettings: {
            /** @description The backend that the model belongs to. */
            backend?: string | null;
            /** @description How hard it thinks, one of the model's own levels; null is high. */
            effort?: string | null;
            /** @description Whether to ask for the model's faster tier. */
            fast: boolean;
            /** @description Where they work; null is a private empty folder. */
            folder?: string | null;
            /** @description Whose home its program works in, as far as that may be. */
            home: components["schemas"]["Home"];
            /** @description The model; null takes the backend's default. */
            model?: string | null;
            /** @description What turns may touch. */
            permission: components["schemas"]["Permission"];
            /** @description Whether it plans first and does nothing yet. */
            plan: boolean;
            /** @description Whether the page shows what it thinks. */
            show_reasoning: boolean;
        };
        /**
         * @description What a thread's lamp shows.
         * @enum {string}
         */
        ThreadState: "idle" | "running" | "needs_you" | "failed";
        /** @description A token, as listed. */
        Token: {
            /**
             * Format: int64
             * @description When it was made.
             */
            created_at: number;
            /** @description Which. */
            id: string;
            /**
             * Format: int64
             * @description When it was last used.
             */
            last_used_at?: number | null;
            /** @description What its maker calls it. */
            name: string;
        };
        /** @description A token, this once with its secret. */
        TokenMade: {
            /** @description Which. */
            id: string;
            /** @description What its maker calls it. */
            name: string;
            /** @description What goes after `Authorization: Bearer`. It is not shown again. */
            token: string;
        };
        /** @description One piece of work by one assistant. */
        Turn: {
            /** @description Who answers. */
            assistant: string;
            /**
             * Format: int64
             * @description 1, 2, … of the same answer owed.
             */
            attempt: number;
            /** @description Whether it was started from a command line, and has a process of its own. */
            detached: boolean;
            /**
             * Format: int64
             * @description When it ended.
             */
            ended_at?: number | null;
            error?: components["schemas"]["TurnError"] | null;
            /** @description Which. */
            id: string;
            /** @description The message that asked. */
            message_id: string;
            /**
             * Format: int64
             * @description While it is at work: which turn of its thread it is, 1 being the first.
             */
            number?: number | null;
            /** @description Whether it failed for want of a login and is tried again by itself after one. A cancel takes that back. */
            parked: boolean;
            /** @description Who asked. */
            person: string;
            /**
             * Format: int64
             * @description While queued: how many turns go before it in its thread.
             */
            position?: number | null;
            /**
             * Format: int64
             * @description When it was asked for.
             */
            queued_at: number;
            ran_with?: components["schemas"]["RanWith"] | null;
            /** @description The message with its reply. */
            reply_id?: string | null;
            /** @description Whose plan it runs on, in words. */
            runs_on?: string | null;
            /**
             * Format: int64
             * @description When it began. After a crash it may begin again: items of it that began earlier, or all of them while this is
             *     null, are gone.
             */
            started_at?: number | null;
            /** @description Where it stands. */
            state: components["schemas"]["TurnState"];
            /** @description Whether a person asked for it to stop. */
            stop_wanted: boolean;
            /** @description Where its reply goes. */
            thread_id: string;
            usage?: components["schemas"]["Usage"] | null;
            waits?: components["schemas"]["Waits"] | null;
        };
        /** @description How a turn failed. */
        TurnError: {
            /** @description The stable name. */
            code: components["schemas"]["OutcomeCode"];
            /** @description More for whoever debugs. */
            detail?: string | null;
            /** @description What to do about it. */
            hint: string;
            /** @description One sentence for people. */
            message: string;
            /**
             * Format: int64
             * @description When the limit resets.
             */
            retry_at?: number | null;
        };
        /** @description The items of a turn, in order. */
        TurnItems: {
            /** @description In order. */
            items: components["schemas"]["Item"][];
            /** @description Where the event stream goes on from this list. */
            pos: string;
            /** @description What it asked, in order. */
            questions: components["schemas"]["Question"][];
            /** @description Words sent into it, oldest first. */
            steers: components["schemas"]["Steer"][];
        };
        /** @description A page of turns, newest first. */
        TurnPage: {
            /** @description Newest first. */
            items: components["schemas"]["TurnRow"][];
            /** @description What to give as `before` for the next page; null at the end. */
            next?: string | null;
            /** @description Where the event stream goes on from this page. */
            pos: string;
        };
        /** @description A turn as a list of turns shows it. */
        TurnRow: {
            /**
             * Format: int64
             * @description The place in the thread of the message that asked: what `around` takes.
             */
            seq: number;
            /** @description Its thread's title; empty as long as it has none. */
            title: string;
            /** @description The turn. */
            turn: components["schemas"]["Turn"];
            /** @description The first 140 characters of that message, or the name of a file without words. */
            words: string;
        };
        /**
         * @description Where a turn stands.
         * @enum {string}
         */
        TurnState: "queued" | "running" | "waiting_approval" | "done" | "failed" | "cancelled" | "abandoned";
        /** @description What a turn used of its model, in tokens. */
        Usage: {
            /**
             * Format: int64
             * @description Of these, how many it had kept from before.
             */
            cached: number;
            /**
             * Format: int64
             * @description How full the conversation was at the end.
             */
            context: number;
            /**
             * Format: int64
             * @description Given to the model.
             */
            input: number;
            /**
             * Format: int64
             * @description Said by the model, its thoughts included.
             */
            output: number;
            /**
             * Format: int64
             * @description Of these, how many were thoughts.
             */
            reasoning: number;
            /**
             * Format: int64
             * @description How much of it fits the model.
             */
            window?: number | null;
        };
        /**
         * @description Who may read and write in a thread.
         * @enum {string}
         */
        Visibility: "private" | "open";
        /** @description What a turn waits for. */
        Waits: {
            /** @description Whose room is full. */
            room: components["schemas"]["Room"];
            /** @description Of what. */
            taken: components["schemas"]["Taken"];
            /**
             * Format: int64
             * @description How many.
             */
            turns: number;
        };
        /** @description Where one is. */
        Whereabouts: {
            /** @description The thread that one looks at; null is none. */
            thread_id?: string | null;
            /** @description Whether one types in it. */
            typing?: boolean;
        };
        /** @description The workspace that this server holds. */
        Workspace: {
            /** @description As shown. */
            name: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_approvals: {
        parameters: {
            query?: {
                /** @description `open`, the usual, are those that wait; `settled` the newest 50 of the others. */
                state?: "open" | "settled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Question"];
                };
            };
        };
    };
    post_approvals_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description approval_settled */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description it was not offered, or the answer does not fit */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_assistants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Assistant"];
                };
            };
        };
    };
    post_assistants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAssistant"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssistantMade"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description assistant_registered, handle_taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_assistants_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_assistants_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssistantPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assistant"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get_assistants_id_mcp-servers": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_McpServer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "post_assistants_id_mcp-servers": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMcpServer"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete_assistants_id_mcp-servers_name": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "patch_assistants_id_mcp-servers_name": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["McpServerPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "post_assistants_id_mcp-servers_name_login": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete_assistants_id_mcp-servers_name_login": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "post_assistants_id_mcp-servers_name_login_paste": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PastedLogin"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "post_assistants_id_mcp-servers_name_test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_assistants_id_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientPair"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_assistants_available: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_AvailableAssistant"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_attachments: {
        parameters: {
            query?: {
                /** @description Its name where it comes from; what could mislead is taken out of it. */
                name?: string;
            };
            header?: {
                /** @description the same key with the same file again is the same attachment */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        /** @description the file itself, at most 10 MiB */
        requestBody?: {
            content: {
                "application/octet-stream": unknown;
            };
        };
        responses: {
            /** @description this key had brought it before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"];
                };
            };
            /** @description client_id_reused */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_uploads */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_attachments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description labelled as what it is; text always as text/plain */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_attachments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_audit: {
        parameters: {
            query?: {
                /** @description Only this action, as `noun.verb`; or all of a noun. */
                action?: string;
                /** @description The `next` of the page before. */
                before?: string;
                /** @description How many, 1 to 1000; 100 unless said otherwise. */
                limit?: number;
                /** @description Only what this person did, or what was done to them: their id. */
                person?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_backends: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backends"];
                };
            };
        };
    };
    patch_backends: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwitchesPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backends"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_backends_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backend"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_backends_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BackendPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backend"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_backends_id_login: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLogin"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backend"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_backends_id_login: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backend"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_backends_id_login_paste: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PastedLogin"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backend"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_backends_id_logout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backend"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_backends_id_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backend"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_backends_id_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backend"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_backends_id_threads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadsBehind"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_doctor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Doctor"];
                };
            };
        };
    };
    get_events: {
        parameters: {
            query?: {
                /**
                 * @description The `pos` of a snapshot, or the id of the last event heard. `Last-Event-ID` outranks it, because
                 *     browsers repeat the URL when they come back.
                 */
                after?: string;
            };
            header?: {
                /** @description the id of the last event heard */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Event"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_folders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_String"];
                };
            };
        };
    };
    post_mentions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MentionQuery"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Mention"];
                };
            };
        };
    };
    patch_messages_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewText"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description somebody else said it */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description turn_open: a turn that it asked for is not over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_messages_id_resend: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same as client_id */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Resend"];
            };
        };
        responses: {
            /** @description this client id had asked it before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Posted"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Posted"];
                };
            };
            /** @description somebody else said it */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description turn_open: a turn that it asked for is not over; or client_id_reused */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
        };
    };
    get_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Person"];
                };
            };
        };
    };
    post_people: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same as client_id */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPerson"];
            };
        };
        responses: {
            /** @description this client id had invited them before; the link is another one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invited"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invited"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description handle_taken, client_id_reused */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_people_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_people_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PersonPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description handle_taken, last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_people_id_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonLink"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_presence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Whereabouts"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_queue_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_queue_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueuedPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queued"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_queue_id_send: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Posted"];
                };
            };
            /** @description also once it was posted */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_queue_id_steer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Steer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description turn_ended or not_steerable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_search: {
        parameters: {
            query: {
                /** @description The `next` of the page before. */
                before?: string;
                /** @description How many, 1 to 200; 20 unless said otherwise. */
                limit?: number;
                /**
                 * @description Words; all of them have to be there, in any order. The last one may be unfinished. Without a
                 *     letter, digit or emoji in it nothing is found.
                 */
                q: string;
                /** @description In this thread only. */
                thread?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Found"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description no such thread */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description link_expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Session"];
                };
            };
        };
    };
    delete_sessions_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads: {
        parameters: {
            query?: {
                /** @description Those out of the way instead of the others. */
                archived?: boolean;
                /** @description The `next` of the page before. */
                before?: string;
                /** @description How many, 1 to 200; 50 unless said otherwise. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadPage"];
                };
            };
        };
    };
    post_threads: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same as client_id */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewThread"];
            };
        };
        responses: {
            /** @description this client id had opened it before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadDetail"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_threads_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_threads_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_id_carried: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Carried"];
                };
            };
            /** @description no such thread, or it is no fork */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_id_export: {
        parameters: {
            query?: {
                /** @description Markdown unless said otherwise. */
                format?: "markdown" | "json";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Markdown or JSON, to be saved */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_threads_id_fork: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same as client_id */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewFork"];
            };
        };
        responses: {
            /** @description this client id had opened it before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            /** @description no such thread, or no such message in it */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_id_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Author"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_threads_id_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Author"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_threads_id_members_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description a person's id */
                person: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description last_member */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_id_messages: {
        parameters: {
            query?: {
                /** @description Newer messages: the `next` of a page asked for with `after`; `0` is the beginning. */
                after?: string;
                /** @description The messages around this `seq`, as many before it as after it. */
                around?: number;
                /** @description Older messages: the `next` of the page after. Without either, the newest messages. */
                before?: string;
                /** @description How many, 1 to 200; 50 unless said otherwise. A page ends sooner once it has 4 MiB of text. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_threads_id_messages: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same as client_id */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description it was posted before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Posted"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Posted"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description client_id_reused */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description attachment_missing or attachment_unsupported: nothing was stored */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_id_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Queued"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_threads_id_queue: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same as client_id */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewQueued"];
            };
        };
        responses: {
            /** @description it was queued before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queued"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queued"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description client_id_reused or queue_full */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description attachment_missing or attachment_unsupported: nothing was stored */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_threads_id_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_threads_id_queue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueueOrder"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Queued"];
                };
            };
            /** @description also if one of them does not wait there */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_id_queue_queued: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                queued: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queued"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_threads_id_queue_queued: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                queued: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_threads_id_queue_queued: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                queued: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueuedPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queued"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_threads_id_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadUpTo"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Token"];
                };
            };
        };
    };
    post_tokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same as client_id */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenMade"];
                };
            };
            /** @description this client id had made one before */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_tokens_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_turns: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                before?: string;
                /** @description How many, 1 to 200; 50 unless said otherwise. */
                limit?: number;
                /** @description Only those that one asked for. */
                mine?: boolean;
                /** @description `all`, the usual; `running`, which also has those that wait for a person or in line; or `failed`. */
                state?: "all" | "running" | "failed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TurnPage"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_turns_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_turns_id_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description turn_ended */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_turns_id_items: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TurnItems"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_turns_id_raw: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description one JSON object a line, to be saved */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_turns_id_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description not_retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_turns_id_steer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewText"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Steer"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description turn_ended or not_steerable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openmetrics-text": string;
                };
            };
        };
    };
}
