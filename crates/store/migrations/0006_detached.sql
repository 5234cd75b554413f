-- What a detached turn is asked beyond its message, as JSON text; NULL for all others. Its instance is set from the beginning: it is
-- that process's, and nobody else claims it.
ALTER TABLE turns ADD COLUMN detached TEXT;
CREATE INDEX turns_detached ON turns (state) WHERE detached IS NOT NULL;
CREATE INDEX backend_sessions_by_name ON backend_sessions (session);
