-- +goose Up

-- How many leaves the log had when the key of a burned seal was stolen; -1 of a seal that is not burned, or whose uses do
-- not stand in the log.
ALTER TABLE seal ADD COLUMN burned_leaves BIGINT NOT NULL DEFAULT -1;
