-- MCP servers: the tools that a person gives an assistant. transport and tools are TEXT JSON; label is what programs
-- call a server. Of secrets only the names of variables are kept.
CREATE TABLE mcp_servers (
    person TEXT NOT NULL REFERENCES people (id),
    assistant TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    label TEXT NOT NULL UNIQUE,
    transport TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    -- What was last seen of it: ready, failed or needs_sign_in.
    state TEXT,
    message TEXT,
    tools TEXT,
    seen_at BIGINT,
    PRIMARY KEY (person, assistant, name)
);
