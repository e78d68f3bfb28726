-- +goose Up

-- Imports from spreadsheets (导入任务). The file lies encrypted in the store of files. position counts the records that
-- are settled; it moves in the transaction that writes them, so that a crash neither loses nor doubles any.
-- kind: local
CREATE TABLE import_task (
  import_id  TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  kind       TEXT   NOT NULL,
  mode       TEXT   NOT NULL, -- all, each
  state      TEXT   NOT NULL, -- checking, running, paused, done, failed, cancelled
  account_id TEXT   NOT NULL,
  unit_id    TEXT   NOT NULL,
  role       TEXT   NOT NULL, -- under which it was begun
  reason     TEXT   NOT NULL,
  file_name  TEXT   NOT NULL,
  file_ref   TEXT   NOT NULL,
  total      BIGINT NOT NULL,
  position   BIGINT NOT NULL,
  changed    BIGINT NOT NULL,
  unchanged  BIGINT NOT NULL,
  failed     BIGINT NOT NULL,
  problem    TEXT   NOT NULL, -- JSON of what ended it, "" if nothing did
  node       TEXT   NOT NULL, -- who works on it
  lease      BIGINT NOT NULL, -- until when others leave it alone
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX import_task_by_unit ON import_task (unit_id, import_id);
CREATE INDEX import_task_open ON import_task (state) WHERE state IN ('checking', 'running');

-- What is wrong with the records of an import that were left out.
-- kind: local
CREATE TABLE import_fault (
  import_id TEXT     NOT NULL,
  record    BIGINT   NOT NULL, -- which record, from 0
  seq       SMALLINT NOT NULL, -- which fault of the record, from 0
  sheet     SMALLINT NOT NULL, -- 0 the main sheet, 1 the further one
  row_no    BIGINT   NOT NULL,
  field     TEXT     NOT NULL,
  code      TEXT     NOT NULL,
  args      TEXT     NOT NULL, -- JSON; never what stands in a cell
  PRIMARY KEY (import_id, record, seq)
);
