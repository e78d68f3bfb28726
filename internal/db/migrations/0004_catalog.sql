-- +goose Up

-- A version takes effect on a day; versions published before this column took effect at once.
ALTER TABLE license_type ADD COLUMN effective_at BIGINT NOT NULL DEFAULT 0;

-- The entry of a license type in the catalogue (证照目录), one a code, with what its newest version says for lists.
-- kind: reference
CREATE TABLE type_entry (
  type_code   TEXT     NOT NULL PRIMARY KEY,
  keeper_id   TEXT     NOT NULL, -- unit that prepares its versions
  definer_id  TEXT     NOT NULL,
  definer     TEXT     NOT NULL, -- name of the defining authority
  name        TEXT     NOT NULL,
  name_key    TEXT     NOT NULL UNIQUE, -- name without width, space and case: 统一名称
  search      TEXT     NOT NULL,
  family      TEXT     NOT NULL,
  kind        TEXT     NOT NULL,
  holder_kind TEXT     NOT NULL,
  making      TEXT     NOT NULL,
  level       SMALLINT NOT NULL,
  standard    TEXT     NOT NULL,
  faced       SMALLINT NOT NULL, -- 1: the newest version has a face
  state       TEXT     NOT NULL, -- published, withdrawn
  version     BIGINT   NOT NULL, -- the newest published one
  row_version BIGINT   NOT NULL
);

-- The version of a type that is being prepared; gone once it is published. data: the JSON of catalog.Type.
-- kind: reference
CREATE TABLE type_draft (
  draft_id     TEXT   NOT NULL PRIMARY KEY,
  type_code    TEXT   NOT NULL, -- "" until one is given
  name         TEXT   NOT NULL,
  name_key     TEXT   NOT NULL,
  search       TEXT   NOT NULL,
  unit_id      TEXT   NOT NULL, -- that prepares it
  state        TEXT   NOT NULL, -- draft, submitted, returned
  base_version BIGINT NOT NULL, -- published version it goes out from, 0 for a new type
  data         TEXT   NOT NULL,
  note         TEXT   NOT NULL, -- of who prepares it
  opinion      TEXT   NOT NULL, -- of who returned it
  hands        TEXT   NOT NULL, -- JSON array of the accounts that worked on it, the last one last
  saved_at     BIGINT NOT NULL,
  submitted_at BIGINT NOT NULL,
  row_version  BIGINT NOT NULL
);
CREATE UNIQUE INDEX type_draft_one ON type_draft (type_code) WHERE type_code <> '';

-- Units that issue a type (认领).
-- kind: reference
CREATE TABLE type_claim (
  type_code  TEXT   NOT NULL,
  unit_id    TEXT   NOT NULL,
  claimed_at BIGINT NOT NULL,
  PRIMARY KEY (type_code, unit_id)
);
CREATE INDEX type_claim_by_unit ON type_claim (unit_id, type_code);

-- National standards of license types (证照标准) and the types that each touches.
-- kind: reference
CREATE TABLE standard (
  standard_code TEXT   NOT NULL PRIMARY KEY,
  title         TEXT   NOT NULL,
  search        TEXT   NOT NULL,
  published_on  TEXT   NOT NULL, -- 2006-01-02
  effective_on  TEXT   NOT NULL,
  due_on        TEXT   NOT NULL, -- by when the types must follow it
  row_version   BIGINT NOT NULL
);

-- kind: reference
CREATE TABLE standard_type (
  standard_code TEXT NOT NULL,
  type_code     TEXT NOT NULL,
  PRIMARY KEY (standard_code, type_code)
);
CREATE INDEX standard_type_by_type ON standard_type (type_code);
