-- +goose Up

-- The trail of configuration (配置变更): who changed what, from what to what, and why. Never changed, never deleted.
-- kind: local
CREATE TABLE config_change (
  change_id  TEXT   NOT NULL PRIMARY KEY, -- UUIDv7, so that order of ids is order of time
  at         BIGINT NOT NULL,
  account_id TEXT   NOT NULL,
  unit_id    TEXT   NOT NULL,
  subject    TEXT   NOT NULL, -- what kind of thing: unit, type, matter …
  subject_id TEXT   NOT NULL,
  action     TEXT   NOT NULL,
  before     TEXT   NOT NULL, -- JSON, "" when it is new
  after      TEXT   NOT NULL, -- JSON, "" when it is gone
  reason     TEXT   NOT NULL
);
CREATE INDEX config_change_by_subject ON config_change (subject, subject_id, change_id);

-- Work that configuration gives to people (配置待办): a type to review, a post that is vacant.
-- kind: local
CREATE TABLE config_task (
  task_key   TEXT   NOT NULL PRIMARY KEY, -- kind and subject: the same work is given once
  kind       TEXT   NOT NULL,
  unit_id    TEXT   NOT NULL, -- "" for the role wherever it is
  role       TEXT   NOT NULL,
  subject_id TEXT   NOT NULL,
  label      TEXT   NOT NULL, -- name of the subject, as shown
  detail     TEXT   NOT NULL, -- JSON object of further words
  created_at BIGINT NOT NULL,
  due_at     BIGINT NOT NULL, -- 0: no deadline
  done_at    BIGINT NOT NULL
);
CREATE INDEX config_task_open ON config_task (unit_id, role) WHERE done_at = 0;
