-- +goose Up

-- Authorisations of a holder that stand (授权): one license, its fields, a unit in a scenario or another holder, for a purpose,
-- so many readings, until a moment. Asked for by whoever would read, or given unasked. Each reading is an access_record whose
-- grant_id names it. purpose: ciphertext under the holder's key.
-- kind: holder
CREATE TABLE authorisation (
  holder_id         TEXT     NOT NULL,
  authorisation_id  TEXT     NOT NULL,
  step              TEXT     NOT NULL, -- asked, retracted, refused, given, withdrawn
  grantee_unit      TEXT     NOT NULL, -- "" for a holder
  grantee_holder    TEXT     NOT NULL, -- "" for a unit
  scenario_id       TEXT     NOT NULL, -- "" between holders
  type_code         TEXT     NOT NULL,
  license_holder_id TEXT     NOT NULL, -- "" until it is given
  license_id        TEXT     NOT NULL, -- "" until it is given
  fields            TEXT     NOT NULL, -- JSON array of names: asked for, then agreed to
  purpose           BYTEA    NOT NULL,
  uses_max          SMALLINT NOT NULL, -- asked for, then agreed to
  uses              SMALLINT NOT NULL,
  days              SMALLINT NOT NULL, -- asked for, then agreed to
  asked_by          TEXT     NOT NULL, -- account, "" when given unasked
  asked_at          BIGINT   NOT NULL, -- 0 when given unasked
  answer_by         BIGINT   NOT NULL, -- 0 when given unasked
  given_by          TEXT     NOT NULL, -- account, "" until then
  given_at          BIGINT   NOT NULL, -- 0 until then
  until_at          BIGINT   NOT NULL, -- 0 until it is given
  ended_at          BIGINT   NOT NULL, -- refused, retracted or withdrawn; 0 until then
  leaf_id           TEXT     NOT NULL, -- of the giving, "" until then
  row_version       BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, authorisation_id)
);

-- Leads whoever was named to the authorisations, and the reminder to those whose term is about to end.
-- kind: lookup
CREATE TABLE authorisation_index (
  authorisation_id TEXT   NOT NULL PRIMARY KEY,
  holder_id        TEXT   NOT NULL,
  grantee          TEXT   NOT NULL, -- unit or holder
  remind_at        BIGINT NOT NULL  -- 0: nothing to remind of
);
CREATE INDEX authorisation_by_grantee ON authorisation_index (grantee, authorisation_id);
CREATE INDEX authorisation_to_remind ON authorisation_index (remind_at) WHERE remind_at > 0;
