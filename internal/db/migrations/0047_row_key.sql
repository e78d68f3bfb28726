-- +goose Up

-- No two rows of a batch that are made, or are to be, are the same license. That the index is unique tells PostgreSQL too how
-- few rows a key leads to: it has no counts of a table that has just been filled.
DROP INDEX batch_row_by_key;
CREATE UNIQUE INDEX batch_row_by_key ON batch_row (row_key) WHERE state IN ('good', 'made', 'doubt');
