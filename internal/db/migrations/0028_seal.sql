-- +goose Up

-- The life of a seal (印章的申请、制作、使用、停用、恢复、换发、注销). A state changes only together with its event.
ALTER TABLE seal ADD COLUMN follows       TEXT   NOT NULL DEFAULT ''; -- code of the seal that this one was made to replace
ALTER TABLE seal ADD COLUMN bound_holder  TEXT   NOT NULL DEFAULT ''; -- of an enterprise or personal seal: whose it is
ALTER TABLE seal ADD COLUMN bound_license TEXT   NOT NULL DEFAULT ''; -- and the license with which it lives
ALTER TABLE seal ADD COLUMN burned_at     BIGINT NOT NULL DEFAULT 0;  -- from when on its key is not to be believed; 0: never
CREATE INDEX seal_by_unit ON seal (unit_id, purpose);
CREATE INDEX seal_by_license ON seal (bound_license) WHERE bound_license <> '';

-- Applications for seals (印章申请), for one unit or for many of a sector at once (批量制章).
-- kind: local
CREATE TABLE seal_request (
  request_id   TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  kind         TEXT   NOT NULL, -- new, renew
  purpose      TEXT   NOT NULL,
  unit_id      TEXT   NOT NULL, -- that applied
  applicant_id TEXT   NOT NULL, -- account
  approver_id  TEXT   NOT NULL,
  reason       TEXT   NOT NULL,
  answer       TEXT   NOT NULL, -- why it was refused, or what was said with the approval
  state        TEXT   NOT NULL, -- applied, approved, refused, withdrawn, made
  created_at   BIGINT NOT NULL,
  decided_at   BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL,
  row_version  BIGINT NOT NULL
);
CREATE INDEX seal_request_by_unit ON seal_request (unit_id, request_id);
CREATE INDEX seal_request_open ON seal_request (state) WHERE state IN ('applied', 'approved');

-- kind: local
CREATE TABLE seal_request_unit (
  request_id TEXT NOT NULL,
  unit_id    TEXT NOT NULL,
  old_code   TEXT NOT NULL, -- the seal to be replaced, "" for a first one
  seal_code  TEXT NOT NULL, -- "" until made
  fault      TEXT NOT NULL, -- code of the error that kept it from being made
  PRIMARY KEY (request_id, unit_id)
);
CREATE INDEX seal_request_unit_by_unit ON seal_request_unit (unit_id);

-- Every step of a seal and of an application: who, of which unit, why and when. Rows are never altered.
-- kind: local
CREATE TABLE seal_event (
  event_id   TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  subject    TEXT   NOT NULL, -- seal, request
  subject_id TEXT   NOT NULL, -- code of the seal, id of the application
  action     TEXT   NOT NULL,
  from_state TEXT   NOT NULL,
  to_state   TEXT   NOT NULL,
  account_id TEXT   NOT NULL, -- "" for the platform itself
  unit_id    TEXT   NOT NULL,
  reason     TEXT   NOT NULL,
  at         BIGINT NOT NULL
);
CREATE INDEX seal_event_by_subject ON seal_event (subject_id, event_id);

-- Every use of a seal's key (用印日志), written in the transaction that keeps what was sealed; refusals too. Licenses of a
-- bulk stand in one row a chunk and seal. Rows are never altered.
-- kind: local
CREATE TABLE seal_use (
  use_id     TEXT   NOT NULL PRIMARY KEY, -- UUIDv7; of a refusal a digest, so that trying again does not fill the log
  seal_code  TEXT   NOT NULL, -- "" where no usable seal was found
  unit_id    TEXT   NOT NULL, -- whose seal
  key_id     TEXT   NOT NULL,
  purpose    TEXT   NOT NULL,
  subject    TEXT   NOT NULL, -- license, copy, chunk, document
  subject_id TEXT   NOT NULL, -- id of the license or of the batch
  type_code  TEXT   NOT NULL,
  signatures BIGINT NOT NULL, -- how many were made; 0 for a refusal
  digest     TEXT   NOT NULL, -- SM3 of the sealed file; of several, SM3 over their digests in order
  mode       TEXT   NOT NULL, -- auto, manual, joint
  account_id TEXT   NOT NULL, -- who sealed, or in whose work the platform did
  mandate    TEXT   NOT NULL, -- under which the platform sealed by itself, "" for a person
  result     TEXT   NOT NULL, -- signed, refused
  cause      TEXT   NOT NULL, -- code of the refusal
  at         BIGINT NOT NULL
);
CREATE INDEX seal_use_by_unit ON seal_use (unit_id, use_id);
CREATE INDEX seal_use_by_seal ON seal_use (seal_code, at);
