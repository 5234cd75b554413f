-- What changing one's words and branching off bring.

-- Which messages were changed after a session had heard them.
CREATE INDEX messages_edited ON messages (thread, edited_at) WHERE edited_at IS NOT NULL;

-- The conversation that a fork carries over: the messages of source up to seq, as its maker could read them then.
-- It does not follow what happens there afterwards. lines is a document, count how many are in it, left_out how many
-- older ones are not.
CREATE TABLE carried (
    thread TEXT PRIMARY KEY REFERENCES threads (id),
    source TEXT NOT NULL,
    seq BIGINT NOT NULL,
    title TEXT NOT NULL,
    lines TEXT NOT NULL,
    count BIGINT NOT NULL,
    left_out BIGINT NOT NULL
);

-- Set on the turns of a message that was changed and asked again: the same id again is the same wish.
ALTER TABLE turns ADD COLUMN client_id TEXT;
