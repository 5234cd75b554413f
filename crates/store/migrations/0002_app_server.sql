-- What the app server brings: a thread's choices for its turns, what a turn ran with and used, a
-- decision's words, questions that expire, and what is kept of a backend. All documents are TEXT JSON.
ALTER TABLE threads ADD COLUMN settings TEXT;
ALTER TABLE turns ADD COLUMN ran_with TEXT;
ALTER TABLE turns ADD COLUMN used TEXT;
ALTER TABLE questions ADD COLUMN expires_at BIGINT;
ALTER TABLE questions ADD COLUMN feedback TEXT;

-- From here on, turn in backend_sessions is the one that a session began with.

-- A backend's row: whether it is on (auto, on, off), and the models that an account last listed.
CREATE TABLE backends (
    name TEXT PRIMARY KEY,
    enabled TEXT NOT NULL,
    default_model TEXT,
    hidden TEXT,
    models TEXT,
    models_at BIGINT,
    models_of TEXT
);

-- Folders in which a person's turns may work.
CREATE TABLE folders (
    person TEXT NOT NULL REFERENCES people (id),
    path TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (person, path)
);
