-- +goose Up

-- What was said about sealing a type without a hand (自动用印授权): the last row of a type and a unit decides. Without one the
-- plan of the type as it was published is the mandate.
-- kind: local
CREATE TABLE seal_mandate (
  mandate_id TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  type_code  TEXT   NOT NULL,
  unit_id    TEXT   NOT NULL, -- whose seal
  given      BIGINT NOT NULL, -- 1: given, 0: taken back
  until      BIGINT NOT NULL, -- the first instant it is no longer good; 0: no end
  account_id TEXT   NOT NULL,
  reason     TEXT   NOT NULL,
  at         BIGINT NOT NULL
);
CREATE INDEX seal_mandate_of ON seal_mandate (type_code, unit_id, mandate_id);
CREATE INDEX seal_mandate_by_unit ON seal_mandate (unit_id, mandate_id);

-- Seals that wait for a person of the unit whose they are (用印任务).
-- kind: local
CREATE TABLE seal_task (
  task_id    TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  license_id TEXT   NOT NULL,
  holder_id  TEXT   NOT NULL,
  issuer_id  TEXT   NOT NULL,
  type_code  TEXT   NOT NULL,
  step       BIGINT NOT NULL, -- of the type's plan
  mode       TEXT   NOT NULL, -- manual: after all before it; joint: together with the joint ones beside it
  unit_id    TEXT   NOT NULL, -- whose seal
  state      TEXT   NOT NULL, -- open, agreed, refused
  account_id TEXT   NOT NULL, -- who answered
  reason     TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  decided_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX seal_task_step ON seal_task (license_id, step);
CREATE INDEX seal_task_open ON seal_task (unit_id, task_id) WHERE state = 'open';

-- Who seals in whose stead for a time (用印代理).
-- kind: local
CREATE TABLE seal_delegate (
  delegate_id TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  unit_id     TEXT   NOT NULL,
  giver_id    TEXT   NOT NULL, -- account with the power to use
  taker_id    TEXT   NOT NULL, -- account
  until       BIGINT NOT NULL,
  reason      TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  ended_at    BIGINT NOT NULL -- taken back before its time; 0: not
);
CREATE INDEX seal_delegate_of ON seal_delegate (unit_id, taker_id);
