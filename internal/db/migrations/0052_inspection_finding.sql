-- +goose Up

-- 检查结果: what an inspector found of the licenses that a task names. license_id: '' where none was shown. note: ciphertext under
-- the holder's key.
-- kind: holder
CREATE TABLE inspection_finding (
  holder_id  TEXT   NOT NULL,
  task_id    TEXT   NOT NULL,
  type_code  TEXT   NOT NULL,
  license_id TEXT   NOT NULL,
  result     TEXT   NOT NULL, -- consistent, differs, absent
  note       BYTEA  NOT NULL,
  found_at   BIGINT NOT NULL,
  PRIMARY KEY (holder_id, task_id, type_code, license_id)
);

-- The tasks of each inspector, to find them by.
-- kind: local
CREATE TABLE inspector_task (
  account_id TEXT   NOT NULL,
  task_id    TEXT   NOT NULL,
  holder_id  TEXT   NOT NULL,
  PRIMARY KEY (account_id, task_id)
);

ALTER TABLE inspection_task ADD COLUMN finished_at BIGINT NOT NULL DEFAULT 0; -- 0: not finished by hand
