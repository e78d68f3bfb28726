-- +goose Up
-- Erasures of persons (个人信息清除): asked for by one, approved by another of another post, then carried out step by step; step
-- is the last one that was done, and moves on in the transaction that does it. codes: the person's blind indexes, taken out of
-- holder_index with the approval, until the keys are gone. words: ciphertext under the person's key, so that they go with it.
-- kind: local
CREATE TABLE erasure (
  erasure_id  TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  holder_id   TEXT   NOT NULL,
  open_key    TEXT   NOT NULL UNIQUE, -- the holder while it is open or once it is done; else its own id
  state       TEXT   NOT NULL, -- asked, refused, withdrawn, approved, running, halted, done
  reason      TEXT   NOT NULL, -- request, retention
  words       BYTEA  NOT NULL, -- ciphertext: the paper it rests on, and why it was refused
  asked_by    TEXT   NOT NULL,
  asked_role  TEXT   NOT NULL,
  asked_at    BIGINT NOT NULL,
  decided_by  TEXT   NOT NULL,
  decided_at  BIGINT NOT NULL,
  codes       TEXT   NOT NULL, -- JSON
  step        TEXT   NOT NULL,
  counts      TEXT   NOT NULL, -- JSON: rows by table, files
  ended_at    BIGINT NOT NULL,
  leaf_id     TEXT   NOT NULL, -- of the certificate, "" until done
  row_version BIGINT NOT NULL
);
CREATE INDEX erasure_open ON erasure (state) WHERE state IN ('approved', 'running');
