-- Sessions that a thread went on in before it began another in the same home, or lost them: nothing goes on in them any more, but
-- their backend still has its records of them, which are to be as the thread is, and to go with it.
CREATE TABLE left_sessions (
    home TEXT NOT NULL,
    session TEXT NOT NULL,
    thread TEXT NOT NULL REFERENCES threads (id),
    assistant TEXT NOT NULL REFERENCES people (id),
    due_at BIGINT,
    PRIMARY KEY (home, session)
);
CREATE INDEX left_sessions_thread ON left_sessions (thread);
CREATE INDEX left_sessions_due ON left_sessions (due_at) WHERE due_at IS NOT NULL;
