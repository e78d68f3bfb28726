-- +goose Up

-- Batches of licenses to be made (批量制证、存量转换). Each has a key of its own, wrapped by the master key, under which its
-- file and rows are kept until it is over.
-- kind: local
CREATE TABLE batch (
  batch_id     TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  kind         TEXT   NOT NULL, -- batch, stock
  type_code    TEXT   NOT NULL,
  issuer_id    TEXT   NOT NULL,
  unit_id      TEXT   NOT NULL, -- that brought it in
  state        TEXT   NOT NULL, -- mapping, checking, checked, review, running, paused, done, cancelled
  maker_id     TEXT   NOT NULL,
  reviewer_id  TEXT   NOT NULL,
  words        TEXT   NOT NULL, -- why the review sent it back
  file_name    TEXT   NOT NULL,
  file_ref     TEXT   NOT NULL, -- "" once it was read
  headings     TEXT   NOT NULL, -- JSON: heading by column, "" while nobody has said
  position     BIGINT NOT NULL, -- records of the file that are read
  total        BIGINT NOT NULL,
  good         BIGINT NOT NULL, -- rows that wait to be made
  bad          BIGINT NOT NULL, -- rows with faults
  made         BIGINT NOT NULL,
  left_out     BIGINT NOT NULL, -- rows that could not be made in the end
  problem      TEXT   NOT NULL, -- JSON of what the last file was refused for, "" for nothing
  key          BYTEA  NOT NULL, -- wrapped; empty once its rows are gone
  made_at      BIGINT NOT NULL, -- when the review let it be made; what has no date of issue is issued on that day
  due_at       BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL,
  node         TEXT   NOT NULL,
  lease        BIGINT NOT NULL,
  row_version  BIGINT NOT NULL
);
CREATE INDEX batch_by_unit ON batch (unit_id, batch_id);
CREATE INDEX batch_open ON batch (state) WHERE state IN ('checking', 'running');

-- kind: local
CREATE TABLE batch_row (
  batch_id   TEXT   NOT NULL,
  row_no     BIGINT NOT NULL, -- within the batch, from 1
  file_row   BIGINT NOT NULL, -- as the spreadsheet counts
  state      TEXT   NOT NULL, -- good, bad, made, left
  row_key    BYTEA  NOT NULL, -- keyed digest of number or content: the same license twice
  payload    BYTEA  NOT NULL, -- ciphertext of its values; empty once made
  faults     TEXT   NOT NULL, -- JSON; never what stands in a cell
  holder_id  TEXT   NOT NULL,
  license_id TEXT   NOT NULL,
  PRIMARY KEY (batch_id, row_no)
);
CREATE INDEX batch_row_by_key ON batch_row (batch_id, row_key);
CREATE INDEX batch_row_open ON batch_row (batch_id, state, row_no);
