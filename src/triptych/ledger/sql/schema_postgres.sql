-- Records and documents, appended and never changed. Run inside one transaction.

CREATE TABLE ledger_format (version integer NOT NULL);

CREATE TABLE record (
    stream   text COLLATE "C" NOT NULL,
    position bigint NOT NULL CHECK (position >= 1),
    id       text COLLATE "C" NOT NULL UNIQUE,
    sha256   bytea NOT NULL CHECK (length(sha256) = 32),
    body     bytea NOT NULL,
    PRIMARY KEY (stream, position)
);

CREATE TABLE document (
    digest  text COLLATE "C" PRIMARY KEY CHECK (length(digest) = 64),
    content bytea NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: % of % is refused. File a correction.', TG_OP, TG_TABLE_NAME;
END
$$;

CREATE TRIGGER record_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER document_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Also where a session poses as a replica.
ALTER TABLE record ENABLE ALWAYS TRIGGER record_refuses_change;
ALTER TABLE document ENABLE ALWAYS TRIGGER document_refuses_change;

INSERT INTO ledger_format (version) VALUES (1);
