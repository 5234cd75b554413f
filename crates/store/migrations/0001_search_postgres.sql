-- PostgreSQL's index over searchable: the words are made by the server whenever the terms change.
ALTER TABLE searchable ADD COLUMN words TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', terms)) STORED;
CREATE INDEX searchable_words ON searchable USING GIN (words);
