-- +goose Up

-- How many checks a shown code stands, and the social scenario it is shown in ("" for none).
ALTER TABLE presentation ADD COLUMN uses SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE presentation ADD COLUMN scenario_id TEXT NOT NULL DEFAULT '';

-- Checks of a presentation that were given, by whom.
-- kind: holder
CREATE TABLE presentation_check (
  holder_id       TEXT   NOT NULL,
  presentation_id TEXT   NOT NULL,
  record_id       TEXT   NOT NULL, -- of the use
  at              BIGINT NOT NULL,
  unit_id         TEXT   NOT NULL, -- "" for a holder or the public
  peer_holder_id  TEXT   NOT NULL, -- "" for a unit or the public
  PRIMARY KEY (holder_id, presentation_id, record_id)
);

-- Requests to be shown licenses (反扫): somebody shows a code, a holder scans it and says yes or no. The id is derived
-- from the code, which is not kept. items: JSON array of type and fields. purpose: ciphertext under the asker's key,
-- or the platform's for a unit.
-- kind: lookup
CREATE TABLE show_request (
  request_id    TEXT   NOT NULL PRIMARY KEY,
  asker_account TEXT   NOT NULL,
  asker_unit    TEXT   NOT NULL, -- "" for a holder
  asker_holder  TEXT   NOT NULL, -- "" for a unit
  scenario_id   TEXT   NOT NULL, -- "" between holders
  items         TEXT   NOT NULL,
  purpose       BYTEA  NOT NULL,
  created_at    BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  state         TEXT   NOT NULL, -- open, given, refused, ended, received
  holder_id     TEXT   NOT NULL, -- who answered, "" until then
  answered_at   BIGINT NOT NULL
);

-- Consents of a holder (授权): one license, its fields, one account, a term, so many readings. purpose: ciphertext.
-- kind: holder
CREATE TABLE consent (
  holder_id         TEXT     NOT NULL,
  consent_id        TEXT     NOT NULL,
  request_id        TEXT     NOT NULL,
  license_holder_id TEXT     NOT NULL,
  license_id        TEXT     NOT NULL,
  fields            TEXT     NOT NULL, -- JSON array of names
  grantee_account   TEXT     NOT NULL,
  grantee_unit      TEXT     NOT NULL,
  grantee_holder    TEXT     NOT NULL,
  scenario_id       TEXT     NOT NULL,
  purpose           BYTEA    NOT NULL,
  given_at          BIGINT   NOT NULL,
  until_at          BIGINT   NOT NULL,
  uses_left         SMALLINT NOT NULL,
  leaf_id           TEXT     NOT NULL, -- of the consent
  record_id         TEXT     NOT NULL, -- of its use, "" until then
  PRIMARY KEY (holder_id, consent_id)
);
CREATE INDEX consent_by_request ON consent (holder_id, request_id);

-- Receipts of showings (回执): what a holder gave or was shown, without its values. Both sides name the same record.
-- purpose: ciphertext.
-- kind: holder
CREATE TABLE show_receipt (
  holder_id    TEXT   NOT NULL,
  receipt_id   TEXT   NOT NULL,
  side         TEXT   NOT NULL, -- gave, got
  ground       TEXT   NOT NULL, -- presentation, consent
  record_id    TEXT   NOT NULL,
  owner_id     TEXT   NOT NULL, -- holder in whose shard the record stands
  license_id   TEXT   NOT NULL,
  other_unit   TEXT   NOT NULL,
  other_holder TEXT   NOT NULL,
  type_code    TEXT   NOT NULL,
  type_version BIGINT NOT NULL,
  fields       TEXT   NOT NULL,
  state        TEXT   NOT NULL, -- of the license, as it was told
  scenario_id  TEXT   NOT NULL,
  purpose      BYTEA  NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (holder_id, receipt_id)
);
CREATE INDEX show_receipt_by_record ON show_receipt (holder_id, record_id);

-- The same for those who verify for a unit; each sees their own. purpose: ciphertext under the platform's key.
-- kind: local
CREATE TABLE unit_receipt (
  account_id   TEXT   NOT NULL,
  receipt_id   TEXT   NOT NULL,
  unit_id      TEXT   NOT NULL,
  ground       TEXT   NOT NULL,
  record_id    TEXT   NOT NULL,
  other_holder TEXT   NOT NULL,
  type_code    TEXT   NOT NULL,
  type_version BIGINT NOT NULL,
  fields       TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  scenario_id  TEXT   NOT NULL,
  purpose      BYTEA  NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (account_id, receipt_id)
);
