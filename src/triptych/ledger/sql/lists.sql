-- Derived lines of lists, kept to be read again. Dropped and made again at will; no record depends on them.

CREATE TABLE IF NOT EXISTS list_row (
    audience    TEXT NOT NULL,
    participant TEXT NOT NULL,
    site        TEXT,
    key         TEXT NOT NULL,
    since       TEXT NOT NULL,
    until       TEXT,
    own         TEXT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (audience, participant)
);
