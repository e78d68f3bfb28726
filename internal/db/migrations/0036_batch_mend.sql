-- +goose Up

-- A batch keeps the name of its list; the file that corrected it last is named beside it.
ALTER TABLE batch ADD COLUMN mend_name TEXT NOT NULL DEFAULT '';
