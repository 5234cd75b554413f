-- A turn that failed for want of a login is parked since then, until it is tried again, somebody takes that back, or it is too old.
-- tries is how often its debt was tried again by itself.
ALTER TABLE turns ADD COLUMN parked_at BIGINT;
ALTER TABLE turns ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
CREATE INDEX turns_parked ON turns (parked_at) WHERE parked_at IS NOT NULL;
