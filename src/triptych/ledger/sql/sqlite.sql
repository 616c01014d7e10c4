-- Statements of the SQLite store. The names are those of postgres.sql.

-- name: begin_transaction
BEGIN IMMEDIATE

-- name: begin_reading
BEGIN

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: is_ledger
SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ledger_format'

-- name: version
SELECT version FROM ledger_format

-- name: head
SELECT position, sha256 FROM record WHERE stream = :stream ORDER BY position DESC LIMIT 1

-- name: records
SELECT stream, position, id, body, sha256 FROM record
WHERE stream = :stream AND position > :after ORDER BY position

-- name: tails
SELECT record.stream, record.position, record.id, record.body, record.sha256 FROM json_each(:after) AS wanted
CROSS JOIN record ON record.stream = wanted.key AND record.position > wanted.value
ORDER BY record.stream, record.position

-- name: find
SELECT stream, position, id, body, sha256 FROM record WHERE id = :id

-- name: heads
-- Steps from stream to stream along the primary key and reads one record of each.
WITH RECURSIVE name (stream) AS (
    SELECT min(stream) FROM record WHERE stream >= :prefix
    UNION ALL
    SELECT (SELECT min(record.stream) FROM record WHERE record.stream > name.stream) FROM name
    WHERE substr(name.stream, 1, length(:prefix)) = :prefix
)
SELECT record.stream, record.position, record.sha256 FROM name JOIN record
    ON record.stream = name.stream
    AND record.position = (SELECT max(last.position) FROM record AS last WHERE last.stream = name.stream)
WHERE substr(name.stream, 1, length(:prefix)) = :prefix
ORDER BY record.stream

-- name: append
INSERT INTO record (stream, position, id, sha256, body)
SELECT :stream, :position, :id, :sha256, :body WHERE NOT EXISTS (SELECT 1 FROM record WHERE id = :id)
RETURNING position

-- name: document
SELECT content FROM document WHERE digest = :digest

-- name: documents
SELECT digest, content FROM document ORDER BY digest

-- name: put_document
INSERT INTO document (digest, content) SELECT :digest, :content
WHERE NOT EXISTS (SELECT 1 FROM document WHERE digest = :digest)


-- name: row_marks
SELECT participant, site, key, since, until, own FROM list_row WHERE audience = :audience

-- name: rows
SELECT list_row.participant, list_row.body FROM json_each(:participants) AS wanted
CROSS JOIN list_row ON list_row.audience = :audience AND list_row.participant = wanted.value

-- name: keep_rows
INSERT INTO list_row (audience, participant, site, key, since, until, own, body)
SELECT :audience, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
    json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]')
FROM json_each(:rows) WHERE true
ON CONFLICT (audience, participant) DO UPDATE SET site = excluded.site, key = excluded.key, since = excluded.since,
    until = excluded.until, own = excluded.own, body = excluded.body

-- name: drop_rows
DELETE FROM list_row
