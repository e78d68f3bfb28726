-- +goose Up

-- Only a row that is made, or may be, has a key, and no two have the same: they would be one license twice. That the index is
-- unique tells PostgreSQL too how few rows a key leads to; it has no counts of a table that has just been filled. It does not
-- speak of the state, so that a row that turns from good to made stays where it is in it.
UPDATE batch_row SET row_key = '' WHERE state NOT IN ('good', 'made', 'doubt');
DROP INDEX batch_row_by_key;
CREATE UNIQUE INDEX batch_row_by_key ON batch_row (row_key) WHERE length(row_key) > 0;
