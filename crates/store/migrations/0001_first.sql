-- The first schema, one text for SQLite and PostgreSQL. Ids are TEXT (UUIDv7), times BIGINT
-- milliseconds, documents TEXT JSON that no query looks into, states their names, yes and no 1 and 0,
-- secrets the bytes of their hash. Rows of people and threads are never deleted, only marked, so
-- everything may refer to them; all else of a thread goes when the thread goes.

-- Facts about the database itself: its epoch, its version, where the feed stands and how far back it
-- reaches.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- The feed: one row per living thing, moved to a new position by every write.
CREATE TABLE changes (
    pos BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    thread TEXT,
    at BIGINT NOT NULL,
    UNIQUE (kind, id)
);

-- Large contents by their SHA-256; the bytes are in files on one node, in blob_bytes in a cluster.
CREATE TABLE blobs (
    hash TEXT PRIMARY KEY,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE blob_bytes (
    hash TEXT PRIMARY KEY REFERENCES blobs (hash),
    bytes BYTEA NOT NULL
);

-- Whoever can be an author: kind is person or assistant. A removed one keeps its names for what it
-- wrote, and gives its handle free. Who was invited and never signed in has invited_by and no
-- signed_in_at; client_id and body_hash are those of the invitation.
CREATE TABLE people (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT,
    invited_by TEXT,
    client_id TEXT,
    body_hash BYTEA,
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT,
    removed_at BIGINT,
    UNIQUE (invited_by, client_id)
);
CREATE UNIQUE INDEX people_handle ON people (handle) WHERE removed_at IS NULL;

-- What an assistant has beyond its row in people. Limits are milliseconds.
CREATE TABLE assistants (
    id TEXT PRIMARY KEY REFERENCES people (id),
    backend TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    owner TEXT NOT NULL REFERENCES people (id),
    access TEXT NOT NULL,
    client_id TEXT,
    client_secret BYTEA,
    secret_shown_at BIGINT,
    mention_deadline BIGINT,
    direct_deadline BIGINT,
    idle BIGINT
);
CREATE UNIQUE INDEX assistants_client ON assistants (client_id);

-- The people named in an assistant's access list.
CREATE TABLE assistant_users (
    assistant TEXT NOT NULL REFERENCES assistants (id),
    person TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (assistant, person)
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    hash BYTEA NOT NULL UNIQUE,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person, created_at);

-- Single-use sign-in links.
CREATE TABLE links (
    hash BYTEA PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    client_id TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    UNIQUE (person, client_id)
);
CREATE INDEX tokens_person ON tokens (person, created_at);

-- A deleted thread stays as a tombstone: no title, no contents, its members known, so that they can
-- be told.
CREATE TABLE threads (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    titled_by TEXT NOT NULL,
    visibility TEXT NOT NULL,
    assistant TEXT REFERENCES people (id),
    created_by TEXT NOT NULL REFERENCES people (id),
    client_id TEXT,
    body_hash BYTEA,
    created_at BIGINT NOT NULL,
    last_message_at BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    archived_at BIGINT,
    deleted_at BIGINT,
    UNIQUE (created_by, client_id)
);
CREATE INDEX threads_newest ON threads (last_message_at, id) WHERE deleted_at IS NULL;

CREATE TABLE members (
    thread TEXT NOT NULL REFERENCES threads (id),
    person TEXT NOT NULL REFERENCES people (id),
    added_at BIGINT NOT NULL,
    PRIMARY KEY (thread, person)
);
CREATE INDEX members_person ON members (person);

-- How far a person has read in a thread.
CREATE TABLE marks (
    thread TEXT NOT NULL REFERENCES threads (id),
    person TEXT NOT NULL REFERENCES people (id),
    seq BIGINT NOT NULL,
    PRIMARY KEY (thread, person)
);

-- With a blob, text is only the beginning. delivery is set on replies, so that there is one at most.
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    thread TEXT NOT NULL REFERENCES threads (id),
    seq BIGINT NOT NULL,
    role TEXT NOT NULL,
    author TEXT NOT NULL REFERENCES people (id),
    text TEXT NOT NULL,
    blob TEXT REFERENCES blobs (hash),
    turn TEXT,
    delivery TEXT UNIQUE,
    client_id TEXT,
    body_hash BYTEA,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    UNIQUE (thread, seq),
    UNIQUE (thread, author, client_id)
);
CREATE INDEX messages_blob ON messages (blob) WHERE blob IS NOT NULL;

-- What search finds: the words of a message, or of a thread's title where message is empty. doc grows
-- with time, so that newest first is by its key; terms are folded already. Each database has its own
-- index over it, see the files beside this one.
CREATE TABLE searchable (
    doc BIGINT PRIMARY KEY,
    thread TEXT NOT NULL REFERENCES threads (id),
    message TEXT UNIQUE,
    terms TEXT NOT NULL
);
CREATE INDEX searchable_thread ON searchable (thread);

-- Messages that wait until their author's turns in the thread have ended. One that was posted or taken
-- back keeps its row without its text for a while, so that the same client id makes no second one.
CREATE TABLE queued (
    id TEXT PRIMARY KEY,
    thread TEXT NOT NULL REFERENCES threads (id),
    person TEXT NOT NULL REFERENCES people (id),
    place BIGINT NOT NULL,
    text TEXT NOT NULL,
    client_id TEXT,
    body_hash BYTEA,
    created_at BIGINT NOT NULL,
    gone_at BIGINT,
    UNIQUE (thread, person, client_id)
);
CREATE INDEX queued_next ON queued (thread, person, place) WHERE gone_at IS NULL;

-- Why a person's queued messages in a thread are held: their last turn there did not end well. Without
-- an end, until they post again.
CREATE TABLE holds (
    thread TEXT NOT NULL REFERENCES threads (id),
    person TEXT NOT NULL REFERENCES people (id),
    code TEXT NOT NULL,
    ends_at BIGINT,
    PRIMARY KEY (thread, person)
);

-- Files that come with a message. Until one takes it, a file is its uploader's alone, and waits for a
-- day at most; while queued names an entry of their queue, it waits for that. blob has the bytes.
CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    blob TEXT NOT NULL REFERENCES blobs (hash),
    client_id TEXT,
    queued TEXT,
    thread TEXT REFERENCES threads (id),
    message TEXT,
    place BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (person, client_id)
);
CREATE INDEX attachments_message ON attachments (message) WHERE message IS NOT NULL;
CREATE INDEX attachments_thread ON attachments (thread) WHERE thread IS NOT NULL;
CREATE INDEX attachments_waiting ON attachments (person, created_at) WHERE message IS NULL;
CREATE INDEX attachments_blob ON attachments (blob);

-- The debt "this assistant owes an answer to this message"; place is the order of the mentions.
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    message TEXT NOT NULL,
    assistant TEXT NOT NULL REFERENCES people (id),
    thread TEXT NOT NULL REFERENCES threads (id),
    place BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    UNIQUE (message, assistant)
);
CREATE INDEX deliveries_thread ON deliveries (thread);

-- seq is that of the message that asked: it orders turns that were queued in the same millisecond.
CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    delivery TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    thread TEXT NOT NULL REFERENCES threads (id),
    message TEXT NOT NULL,
    seq BIGINT NOT NULL,
    assistant TEXT NOT NULL REFERENCES people (id),
    person TEXT NOT NULL REFERENCES people (id),
    state TEXT NOT NULL,
    failure TEXT,
    fence BIGINT NOT NULL,
    instance TEXT,
    stop_wanted BIGINT NOT NULL,
    runs_on TEXT,
    reverts BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    reply TEXT,
    UNIQUE (delivery, attempt)
);
CREATE UNIQUE INDEX turns_open ON turns (delivery) WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX turns_busy ON turns (thread, assistant) WHERE state = 'running';
CREATE INDEX turns_state ON turns (state, thread);
CREATE INDEX turns_newest ON turns (thread, queued_at);
CREATE INDEX turns_asked ON turns (thread, seq);

-- The backend's own session, so that the next turn can go on from it.
CREATE TABLE backend_sessions (
    thread TEXT NOT NULL REFERENCES threads (id),
    assistant TEXT NOT NULL REFERENCES people (id),
    account TEXT NOT NULL,
    home TEXT NOT NULL,
    session TEXT NOT NULL,
    turn TEXT NOT NULL,
    bound_at BIGINT NOT NULL,
    PRIMARY KEY (thread, assistant, account, home)
);

-- effect says whether having done this may have changed something outside the conversation.
CREATE TABLE items (
    id TEXT PRIMARY KEY,
    turn TEXT NOT NULL,
    thread TEXT NOT NULL REFERENCES threads (id),
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    effect BIGINT NOT NULL,
    body TEXT NOT NULL,
    text TEXT NOT NULL,
    blob TEXT REFERENCES blobs (hash),
    started_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX items_turn ON items (turn, seq);
CREATE INDEX items_thread ON items (thread);
CREATE INDEX items_open ON items (turn) WHERE status = 'open';
CREATE INDEX items_blob ON items (blob) WHERE blob IS NOT NULL;

-- The same key of the same claim is the same question.
CREATE TABLE questions (
    id TEXT PRIMARY KEY,
    turn TEXT NOT NULL,
    thread TEXT NOT NULL REFERENCES threads (id),
    fence BIGINT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    offered TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES people (id),
    decided_at BIGINT,
    choice TEXT,
    answer TEXT,
    UNIQUE (turn, fence, key)
);
CREATE INDEX questions_thread ON questions (thread);
CREATE INDEX questions_open ON questions (turn) WHERE state = 'asked';

CREATE TABLE steers (
    id TEXT PRIMARY KEY,
    turn TEXT NOT NULL,
    thread TEXT NOT NULL REFERENCES threads (id),
    author TEXT NOT NULL REFERENCES people (id),
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX steers_turn ON steers (turn, created_at);
CREATE INDEX steers_thread ON steers (thread);

-- whom is the person that it was done to, where there is one.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    whom TEXT,
    detail TEXT NOT NULL
);
CREATE INDEX audit_newest ON audit (at, id);
