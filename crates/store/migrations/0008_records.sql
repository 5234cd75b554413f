-- Since when a backend's record of a session is not as its thread is: its title, whether it is archived, whether it is there at all.
ALTER TABLE backend_sessions ADD COLUMN due_at BIGINT;
CREATE INDEX backend_sessions_due ON backend_sessions (due_at) WHERE due_at IS NOT NULL;
-- None of those that are kept already was ever told its title.
UPDATE backend_sessions SET due_at = bound_at;
