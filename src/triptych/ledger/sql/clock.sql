-- Statements by which one process holds the clock task of a PostgreSQL schema.

-- name: schema
SELECT current_schema()

-- name: hold
-- Waits until nobody holds it. The lock belongs to the connection and goes with it.
SELECT pg_advisory_lock(%(key)s)

-- name: alive
SELECT 1
