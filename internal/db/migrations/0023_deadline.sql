-- +goose Up

-- What is to be made by when (制证时限): a row opened with the work and settled with it, so that what was never made is
-- seen as well as what came late. A projection keyed by unit.
-- kind: local
CREATE TABLE deadline (
  deadline_key TEXT   NOT NULL PRIMARY KEY, -- kind and subject
  kind         TEXT   NOT NULL,
  subject_id   TEXT   NOT NULL,
  unit_id      TEXT   NOT NULL, -- whose duty it is
  account_id   TEXT   NOT NULL, -- whose work it is, "" while nobody's in particular
  type_code    TEXT   NOT NULL,
  licenses     BIGINT NOT NULL, -- how many are to be made
  opened_at    BIGINT NOT NULL,
  due_at       BIGINT NOT NULL, -- the first instant that is too late
  ended_at     BIGINT NOT NULL, -- 0: still to be made
  ended_by     TEXT   NOT NULL, -- account, "" for a system
  outcome      TEXT   NOT NULL, -- "", made, dropped
  told_at      BIGINT NOT NULL  -- when it was told that it has passed, 0: not yet
);
CREATE INDEX deadline_open ON deadline (due_at) WHERE ended_at = 0;
CREATE INDEX deadline_by_unit ON deadline (unit_id, due_at);
