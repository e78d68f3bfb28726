-- +goose Up

-- The cycle of the annual inspection (年检) of a license, and when its holder is next to be told of a day that comes.
ALTER TABLE license ADD COLUMN inspect_due BIGINT NOT NULL DEFAULT 0; -- first instant at which an inspection is overdue; 0: none is due
ALTER TABLE license ADD COLUMN inspect_by  BIGINT NOT NULL DEFAULT 0; -- the same where the type blocks what is overdue; else 0
ALTER TABLE license ADD COLUMN remind_at   BIGINT NOT NULL DEFAULT 0; -- 0: the holder has been told of all

-- An issuer lists what is to be inspected and what expires; the job that reminds finds what is next.
CREATE INDEX license_inspection ON license (issuer_id, inspect_due) WHERE inspect_due > 0 AND ended = '';
CREATE INDEX license_expiry ON license (issuer_id, valid_to) WHERE valid_to > 0 AND ended = '';
CREATE INDEX license_remind ON license (remind_at) WHERE remind_at > 0;

-- What holders apply for to have a license inspected, in the shard of its first holder.
-- kind: holder
CREATE TABLE inspection (
  holder_id     TEXT   NOT NULL,
  inspection_id TEXT   NOT NULL,
  license_id    TEXT   NOT NULL, -- the version that it was applied for
  open_key      TEXT   NOT NULL, -- the first version while it is open, so that one is open at a time; then its own id
  unit_id       TEXT   NOT NULL, -- who inspects
  type_code     TEXT   NOT NULL,
  step          TEXT   NOT NULL, -- applied, examined, passed, failed, dropped
  due_at        BIGINT NOT NULL, -- of the license when it was applied for
  passes        BIGINT NOT NULL, -- what the examiner found: 1 passed, 0 failed
  words         BYTEA  NOT NULL, -- ciphertext: what was applied with, found and decided
  applied_by    TEXT   NOT NULL,
  applied_at    BIGINT NOT NULL,
  examiner_id   TEXT   NOT NULL,
  examined_at   BIGINT NOT NULL,
  reviewer_id   TEXT   NOT NULL,
  closed_at     BIGINT NOT NULL,
  row_version   BIGINT NOT NULL,
  PRIMARY KEY (holder_id, inspection_id),
  UNIQUE (holder_id, open_key)
);
CREATE INDEX inspection_by_license ON inspection (holder_id, license_id);

-- A unit's desk: the inspections that it does, closed ones too.
-- kind: local
CREATE TABLE unit_inspection (
  unit_id       TEXT   NOT NULL,
  inspection_id TEXT   NOT NULL,
  holder_id     TEXT   NOT NULL,
  step          TEXT   NOT NULL,
  due_at        BIGINT NOT NULL,
  PRIMARY KEY (unit_id, inspection_id)
);

-- Holders of licenses that were there before are told of their end too.
UPDATE license SET remind_at = 1 WHERE valid_to > 0 AND ended = '' AND step = 'published';
