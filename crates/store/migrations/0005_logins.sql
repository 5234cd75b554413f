-- A turn that failed for want of a login is parked since then, until it is tried again, somebody takes that back, or it is too old.
-- tries is how often its debt was tried again by itself.
ALTER TABLE turns ADD COLUMN parked_at BIGINT;
ALTER TABLE turns ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
CREATE INDEX turns_parked ON turns (parked_at) WHERE parked_at IS NOT NULL;

-- The models that each account of a backend last listed, as JSON text. Those in backends are of a version before.
CREATE TABLE backend_models (
    backend TEXT NOT NULL,
    account TEXT NOT NULL,
    models TEXT NOT NULL,
    listed_at BIGINT NOT NULL,
    PRIMARY KEY (backend, account)
);
INSERT INTO backend_models (backend, account, models, listed_at)
    SELECT name, models_of, models, models_at FROM backends
    WHERE models IS NOT NULL AND models_of IS NOT NULL AND models_at IS NOT NULL;
