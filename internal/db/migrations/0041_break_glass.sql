-- +goose Up

-- 应急查看: two persons together open one license. reason and words: ciphertext under the holder's key.
-- kind: local
CREATE TABLE break_glass (
  glass_id      TEXT     NOT NULL,
  holder_id     TEXT     NOT NULL,
  license_id    TEXT     NOT NULL,
  reason        BYTEA    NOT NULL,
  minutes       SMALLINT NOT NULL,
  asked_by      TEXT     NOT NULL,
  asked_role    TEXT     NOT NULL,
  asked_at      BIGINT   NOT NULL,
  approved_by   TEXT     NOT NULL,
  approved_role TEXT     NOT NULL,
  approved_at   BIGINT   NOT NULL, -- 0: not approved
  ended_by      TEXT     NOT NULL,
  ended_at      BIGINT   NOT NULL, -- 0: not by hand
  reads         SMALLINT NOT NULL,
  refused       SMALLINT NOT NULL,
  seen_by       TEXT     NOT NULL, -- the supervisor who acknowledged the report
  seen_at       BIGINT   NOT NULL,
  words         BYTEA    NOT NULL,
  PRIMARY KEY (glass_id)
);

-- 检查任务: an inspector, a holder and the types on the list of the inspection matter. bindings: JSON, as of the list.
-- kind: holder
CREATE TABLE inspection_task (
  holder_id   TEXT   NOT NULL,
  task_id     TEXT   NOT NULL,
  unit_id     TEXT   NOT NULL,
  account_id  TEXT   NOT NULL,
  matter_code TEXT   NOT NULL,
  bindings    TEXT   NOT NULL,
  from_at     BIGINT NOT NULL,
  until_at    BIGINT NOT NULL,
  PRIMARY KEY (holder_id, task_id)
);
