-- +goose Up

-- A holder has few licenses: those of a type are found among them, without a tree that every new license must enter.
DROP INDEX license_by_type;

-- The key of a row is digested with its batch, and is looked up alone.
DROP INDEX batch_row_by_key;
CREATE INDEX batch_row_by_key ON batch_row (row_key);
