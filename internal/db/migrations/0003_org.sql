-- +goose Up

-- Units are found by words, end by re-organisation, and are changed by several people.
ALTER TABLE unit ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE unit ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE unit ADD COLUMN search TEXT NOT NULL DEFAULT '';
ALTER TABLE unit ADD COLUMN row_version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX unit_by_parent ON unit (parent_id);

-- What became of a unit (机构沿革): one row for each unit that took part.
-- kind: reference
CREATE TABLE unit_event (
  event_id    TEXT   NOT NULL PRIMARY KEY, -- UUIDv7, so that order of ids is order of time
  unit_id     TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  kind        TEXT   NOT NULL, -- created, renamed, moved, merged, absorbed, split …
  others      TEXT   NOT NULL, -- JSON array of the other units' ids
  types       TEXT   NOT NULL, -- JSON array of type codes handed over
  former      TEXT   NOT NULL, -- the former name when it was renamed
  decision_no TEXT   NOT NULL,
  reason      TEXT   NOT NULL
);
CREATE INDEX unit_event_by_unit ON unit_event (unit_id, event_id);

-- Types that a unit handed over apart from the rest: who answers for them in its place.
-- kind: reference
CREATE TABLE type_handover (
  unit_id    TEXT   NOT NULL,
  type_code  TEXT   NOT NULL,
  to_unit_id TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (unit_id, type_code)
);

-- Mandates (委托): what one unit lets another do in its name.
-- kind: reference
CREATE TABLE mandate (
  mandate_id   TEXT   NOT NULL PRIMARY KEY,
  from_unit_id TEXT   NOT NULL,
  to_unit_id   TEXT   NOT NULL,
  kind         TEXT   NOT NULL, -- issue, front-desk, convert
  scope        TEXT   NOT NULL, -- JSON array of codes of types or matters; empty: all
  valid_from   BIGINT NOT NULL,
  valid_to     BIGINT NOT NULL, -- first instant it is no longer in force; 0: no end
  decision_no  TEXT   NOT NULL,
  ended_at     BIGINT NOT NULL, -- 0: not ended early
  ended_for    TEXT   NOT NULL,
  row_version  BIGINT NOT NULL
);
CREATE INDEX mandate_by_to ON mandate (to_unit_id, kind);
CREATE INDEX mandate_by_from ON mandate (from_unit_id);

-- Who is responsible (责任人) in a unit for a step of a type; "*" is all types that have nobody of their own.
-- kind: reference
CREATE TABLE duty (
  unit_id     TEXT   NOT NULL,
  type_code   TEXT   NOT NULL,
  step        TEXT   NOT NULL, -- make, review, correct
  account_id  TEXT   NOT NULL,
  row_version BIGINT NOT NULL,
  PRIMARY KEY (unit_id, type_code, step)
);
CREATE INDEX duty_by_account ON duty (account_id);

-- Departments' own systems (接入台账).
-- kind: reference
CREATE TABLE unit_system (
  system_id   TEXT   NOT NULL PRIMARY KEY,
  unit_id     TEXT   NOT NULL,
  name        TEXT   NOT NULL,
  connection  TEXT   NOT NULL, -- none, manual, api, exchange
  since       TEXT   NOT NULL, -- date, "" when not connected
  health      TEXT   NOT NULL, -- ok, degraded, down, unknown
  health_at   BIGINT NOT NULL,
  gaps        TEXT   NOT NULL,
  search      TEXT   NOT NULL,
  row_version BIGINT NOT NULL
);
CREATE INDEX unit_system_by_unit ON unit_system (unit_id);

-- kind: reference
CREATE TABLE system_matter (
  system_id   TEXT NOT NULL,
  matter_code TEXT NOT NULL,
  PRIMARY KEY (system_id, matter_code)
);

-- Divisions of the country (行政区划), GB/T 2260 and below.
-- kind: reference
CREATE TABLE region (
  region_code TEXT     NOT NULL PRIMARY KEY,
  parent_code TEXT     NOT NULL,
  name        TEXT     NOT NULL,
  name_en     TEXT     NOT NULL,
  level       SMALLINT NOT NULL,
  valid       SMALLINT NOT NULL,
  search      TEXT     NOT NULL,
  row_version BIGINT   NOT NULL
);
CREATE INDEX region_by_parent ON region (parent_code);

-- Code tables (代码表). entries: JSON array of org.CodeEntry, in the order in which they are offered.
-- kind: reference
CREATE TABLE code_table (
  table_code  TEXT   NOT NULL PRIMARY KEY,
  name        TEXT   NOT NULL,
  name_en     TEXT   NOT NULL,
  entries     TEXT   NOT NULL,
  search      TEXT   NOT NULL,
  row_version BIGINT NOT NULL
);

-- Years whose arrangement of working days is known, and the days that depart from Monday to Friday.
-- kind: reference
CREATE TABLE calendar_year (
  year        BIGINT NOT NULL PRIMARY KEY,
  row_version BIGINT NOT NULL
);

-- kind: reference
CREATE TABLE calendar_day (
  day  TEXT     NOT NULL PRIMARY KEY, -- 2026-10-01
  work SMALLINT NOT NULL,
  name TEXT     NOT NULL
);

ALTER TABLE account ADD COLUMN row_version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX account_by_unit ON account (unit_id);
