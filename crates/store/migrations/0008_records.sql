-- Since when a backend's record of a session is not as its thread is: its title, whether it is archived, whether it is there at all.
ALTER TABLE backend_sessions ADD COLUMN due_at BIGINT;
CREATE INDEX backend_sessions_due ON backend_sessions (due_at) WHERE due_at IS NOT NULL;
-- None of those that are kept already was ever told its title.
UPDATE backend_sessions SET due_at = bound_at;

-- Who said how an MCP server is reached. What an admin holds already is taken for their own doing, and what a member holds for
-- that of somebody who might.
ALTER TABLE mcp_servers ADD COLUMN set_by TEXT REFERENCES people (id);
UPDATE mcp_servers SET set_by = person WHERE person IN (SELECT id FROM people WHERE role = 'admin');
