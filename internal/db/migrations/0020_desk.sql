-- +goose Up

-- What was said with a step of a license's life: the reviewer's reason. Ciphertext under the holder's key.
ALTER TABLE license_event ADD COLUMN words BYTEA;

-- A unit finds its license by the number printed on the paper that goes with it.
CREATE INDEX license_paper ON license (issuer_id, paper_serial) WHERE paper_serial <> '';
