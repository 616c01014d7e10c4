-- Records and documents, appended and never changed. One transaction: a ledger is made whole or not at all.

BEGIN IMMEDIATE;

CREATE TABLE ledger_format (version INTEGER NOT NULL) STRICT;

CREATE TABLE record (
    stream   TEXT    NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 1),
    id       TEXT    NOT NULL UNIQUE,
    sha256   BLOB    NOT NULL CHECK (length(sha256) = 32),
    body     BLOB    NOT NULL,
    PRIMARY KEY (stream, position)
) STRICT;

CREATE TABLE document (
    digest  TEXT NOT NULL PRIMARY KEY CHECK (length(digest) = 64),
    content BLOB NOT NULL
) STRICT;

CREATE TRIGGER record_refuses_update BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'The ledger is append-only: UPDATE of record is refused. File a correction.'); END;

CREATE TRIGGER record_refuses_delete BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'The ledger is append-only: DELETE from record is refused. File a correction.'); END;

-- INSERT OR REPLACE would delete without asking the trigger above.
CREATE TRIGGER record_refuses_replace BEFORE INSERT ON record
WHEN EXISTS (SELECT 1 FROM record WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM record WHERE stream = NEW.stream AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'The ledger is append-only: this identifier or position is taken.'); END;

CREATE TRIGGER document_refuses_update BEFORE UPDATE ON document
BEGIN SELECT RAISE(ABORT, 'The ledger is append-only: UPDATE of document is refused.'); END;

CREATE TRIGGER document_refuses_delete BEFORE DELETE ON document
BEGIN SELECT RAISE(ABORT, 'The ledger is append-only: DELETE from document is refused.'); END;

CREATE TRIGGER document_refuses_replace BEFORE INSERT ON document
WHEN EXISTS (SELECT 1 FROM document WHERE digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'The ledger is append-only: this document is here already.'); END;

INSERT INTO ledger_format (version) VALUES (1);

COMMIT;
