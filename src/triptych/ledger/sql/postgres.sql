-- Statements of the PostgreSQL store. The names are those of sqlite.sql.

-- name: begin_transaction
BEGIN ISOLATION LEVEL READ COMMITTED

-- name: begin_reading
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: durable
-- A commit must have reached the disk when it returns, whatever the server's default is.
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'

-- name: schema
SELECT current_schema()

-- name: lock
-- Takes the locks in the order of the arrays; each is held until the transaction ends.
SELECT CASE WHEN wanted.alone THEN pg_advisory_xact_lock(wanted.key)
            ELSE pg_advisory_xact_lock_shared(wanted.key) END::text
FROM unnest(%(keys)s::bigint[], %(alone)s::boolean[]) AS wanted (key, alone)

-- name: is_ledger
SELECT 1 FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
WHERE namespace.nspname = current_schema() AND class.relname = 'ledger_format'

-- name: has_lists
SELECT 1 FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
WHERE namespace.nspname = current_schema() AND class.relname = 'list_row'

-- name: version
SELECT version FROM ledger_format

-- name: head
SELECT position, sha256 FROM record WHERE stream = %(stream)s ORDER BY position DESC LIMIT 1

-- name: records
SELECT stream, position, id, body, sha256 FROM record
WHERE stream = %(stream)s AND position > %(after)s ORDER BY position

-- name: tails
SELECT tail.stream, tail.position, tail.id, tail.body, tail.sha256
FROM json_each_text(%(after)s::json) AS wanted (stream, after) CROSS JOIN LATERAL (
    SELECT stream, position, id, body, sha256 FROM record
    WHERE record.stream = wanted.stream COLLATE "C" AND record.position > wanted.after::bigint
    ORDER BY record.position
) AS tail

-- name: find
SELECT stream, position, id, body, sha256 FROM record WHERE id = %(id)s

-- name: heads
-- Steps from stream to stream along the primary key and reads one record of each.
WITH RECURSIVE name (stream) AS (
    SELECT min(stream) FROM record WHERE stream >= %(prefix)s
    UNION ALL
    SELECT (SELECT min(record.stream) FROM record WHERE record.stream > name.stream) FROM name
    WHERE starts_with(name.stream, %(prefix)s)
)
SELECT record.stream, record.position, record.sha256 FROM name CROSS JOIN LATERAL (
    SELECT last.stream, last.position, last.sha256 FROM record AS last
    WHERE last.stream = name.stream ORDER BY last.position DESC LIMIT 1
) AS record
WHERE starts_with(name.stream, %(prefix)s)
ORDER BY record.stream

-- name: append
-- Other processes that follow the ledger are told when the transaction has been committed, and not before.
WITH added AS (
    INSERT INTO record (stream, position, id, sha256, body)
    VALUES (%(stream)s, %(position)s, %(id)s, %(sha256)s, %(body)s) ON CONFLICT DO NOTHING RETURNING stream, position
)
SELECT position, pg_notify('triptych', json_build_object(
    'by', current_setting('triptych.store', true), 'in', current_schema(), 'stream', stream)::text)::text
FROM added

-- name: name_store
SELECT set_config('triptych.store', %(store)s, false)

-- name: follow
LISTEN triptych

-- name: document
SELECT content FROM document WHERE digest = %(digest)s

-- name: documents
SELECT digest, content FROM document ORDER BY digest

-- name: put_document
INSERT INTO document (digest, content) VALUES (%(digest)s, %(content)s) ON CONFLICT DO NOTHING


-- name: row_marks
SELECT participant, site, key, since, until, own FROM list_row WHERE audience = %(audience)s

-- name: rows
SELECT participant, body FROM list_row
WHERE audience = %(audience)s
AND participant = ANY (ARRAY(SELECT json_array_elements_text(%(participants)s::json)))

-- name: keep_rows
INSERT INTO list_row (audience, participant, site, key, since, until, own, body)
SELECT %(audience)s, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
FROM json_array_elements(%(rows)s::json) AS value ORDER BY value ->> 0
ON CONFLICT (audience, participant) DO UPDATE SET site = excluded.site, key = excluded.key, since = excluded.since,
    until = excluded.until, own = excluded.own, body = excluded.body

-- name: drop_rows
DELETE FROM list_row
