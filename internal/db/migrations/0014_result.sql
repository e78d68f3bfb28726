-- +goose Up

-- The identifier of a result that another system made (GB/T 36904); the case closes when it is known.
ALTER TABLE case_file ADD COLUMN result_identifier TEXT NOT NULL DEFAULT '';
