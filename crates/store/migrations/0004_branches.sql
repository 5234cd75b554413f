-- What changing one's words and branching off bring.

-- Which messages were changed after a session had heard them.
CREATE INDEX messages_edited ON messages (thread, edited_at) WHERE edited_at IS NOT NULL;
