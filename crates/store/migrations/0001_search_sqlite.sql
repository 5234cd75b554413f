-- SQLite's index over searchable: full text without positions or columns, kept by triggers.
CREATE VIRTUAL TABLE words USING fts5 (
    terms, content = 'searchable', content_rowid = 'doc', tokenize = 'ascii', detail = 'none', columnsize = 0
);
CREATE TRIGGER searchable_added AFTER INSERT ON searchable BEGIN
    INSERT INTO words (rowid, terms) VALUES (new.doc, new.terms);
END;
CREATE TRIGGER searchable_removed AFTER DELETE ON searchable BEGIN
    INSERT INTO words (words, rowid, terms) VALUES ('delete', old.doc, old.terms);
END;
CREATE TRIGGER searchable_changed AFTER UPDATE OF terms ON searchable BEGIN
    INSERT INTO words (words, rowid, terms) VALUES ('delete', old.doc, old.terms);
    INSERT INTO words (rowid, terms) VALUES (new.doc, new.terms);
END;
