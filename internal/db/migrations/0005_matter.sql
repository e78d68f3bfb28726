-- +goose Up

-- Items of the matter catalogue (基本目录项): what all five levels share. data: the JSON of matter.Item without bindings.
-- kind: reference
CREATE TABLE matter_item (
  base_code  TEXT   NOT NULL PRIMARY KEY, -- 12 digits (基本编码)
  name       TEXT   NOT NULL,
  search     TEXT   NOT NULL,
  data       TEXT   NOT NULL,
  revision   BIGINT NOT NULL, -- the matter office's; 0: entered here
  version    BIGINT NOT NULL, -- raised by every change here
  updated_at BIGINT NOT NULL
);

-- A matter (实施清单) is an item with what its unit may set itself. data: the JSON of matter.Entry without bindings.
ALTER TABLE matter ADD COLUMN base_code TEXT NOT NULL DEFAULT '';
ALTER TABLE matter ADD COLUMN level SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE matter ADD COLUMN region_code TEXT NOT NULL DEFAULT '';
ALTER TABLE matter ADD COLUMN holder_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE matter ADD COLUMN search TEXT NOT NULL DEFAULT '';
ALTER TABLE matter ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE matter ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE matter ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX matter_by_item ON matter (base_code);
CREATE INDEX matter_by_unit ON matter (unit_id);

-- From a local code (such as Fujian's) to the matter.
-- kind: lookup
CREATE TABLE matter_alias (
  alias       TEXT NOT NULL PRIMARY KEY,
  matter_code TEXT NOT NULL
);

-- Which license types satisfy a material (材料绑定), for an item or as one matter's own. It is this platform's and
-- outlives what the matter office sends: a material that disappears keeps its row. data: the JSON of matter.Bound.
-- kind: reference
CREATE TABLE material_binding (
  scope_code TEXT   NOT NULL, -- base code of the item, or code of the matter
  material   TEXT   NOT NULL, -- name of the material
  data       TEXT   NOT NULL,
  version    BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (scope_code, material)
);

-- The types that bindings name, with the fields they may read: a projection of material_binding.
-- kind: local
CREATE TABLE bound_type (
  type_code  TEXT NOT NULL,
  scope_code TEXT NOT NULL,
  material   TEXT NOT NULL,
  fields     TEXT NOT NULL, -- JSON array of names
  PRIMARY KEY (type_code, scope_code, material)
);
CREATE INDEX bound_type_by_scope ON bound_type (scope_code, material);

-- The materials of every matter with their state: a projection, so that coverage is one aggregate.
-- kind: local
CREATE TABLE matter_material (
  matter_code TEXT     NOT NULL,
  seq         SMALLINT NOT NULL,
  unit_id     TEXT     NOT NULL,
  level       SMALLINT NOT NULL,
  state       TEXT     NOT NULL, -- bound, plain (confirmed), open
  PRIMARY KEY (matter_code, seq)
);
CREATE INDEX matter_material_open ON matter_material (unit_id) WHERE state = 'open';

-- How far the matter office's system has been read (事项同步). cursor is the source's own.
-- kind: local
CREATE TABLE matter_sync (
  source      TEXT   NOT NULL PRIMARY KEY,
  cursor      TEXT   NOT NULL,
  pages       BIGINT NOT NULL,
  changed     BIGINT NOT NULL,
  unchanged   BIGINT NOT NULL,
  older       BIGINT NOT NULL,
  broken      BIGINT NOT NULL,
  read_at     BIGINT NOT NULL, -- when the last page was read
  complete_at BIGINT NOT NULL, -- when the source last had nothing more
  fault       TEXT   NOT NULL  -- code of what stopped the last run, "" if nothing did
);

-- Rows of the source that could not be taken, kept apart until a good one of the same key comes.
-- kind: local
CREATE TABLE matter_finding (
  source   TEXT   NOT NULL,
  row_key  TEXT   NOT NULL,
  revision BIGINT NOT NULL,
  code     TEXT   NOT NULL, -- what is wrong with it
  field    TEXT   NOT NULL,
  data     TEXT   NOT NULL, -- as it came
  found_at BIGINT NOT NULL,
  PRIMARY KEY (source, row_key)
);

-- The published lists: 免提交证照清单 (exempt), inspection lists, social scenarios. data: JSON of the entry.
-- kind: reference
CREATE TABLE list_entry (
  list         TEXT     NOT NULL, -- exempt, inspection, scenario
  entry_id     TEXT     NOT NULL,
  entry_key    TEXT     NOT NULL, -- what the entry is about: at most one that is not withdrawn
  state        TEXT     NOT NULL, -- proposed, published, withdrawn
  unit_id      TEXT     NOT NULL, -- exempt: the unit it holds for; inspection: the inspecting unit
  level        SMALLINT NOT NULL,
  region_code  TEXT     NOT NULL,
  matter_code  TEXT     NOT NULL,
  type_code    TEXT     NOT NULL,
  effective_on BIGINT   NOT NULL,
  proposed_by  TEXT     NOT NULL, -- unit
  search       TEXT     NOT NULL,
  data         TEXT     NOT NULL,
  version      BIGINT   NOT NULL,
  updated_at   BIGINT   NOT NULL,
  PRIMARY KEY (list, entry_id)
);
CREATE UNIQUE INDEX list_entry_once ON list_entry (list, entry_key) WHERE state <> 'withdrawn';
CREATE INDEX list_entry_by_type ON list_entry (list, type_code);

-- Verifiers enrolled in a scenario (入驻核验单位), with term.
-- kind: reference
CREATE TABLE scenario_verifier (
  scenario_id TEXT   NOT NULL,
  unit_id     TEXT   NOT NULL,
  from_at     BIGINT NOT NULL,
  until_at    BIGINT NOT NULL, -- first instant it is over; 0: no end
  PRIMARY KEY (scenario_id, unit_id)
);

-- Past cases of a matter, for replaying a proposed binding.
CREATE INDEX case_by_matter ON case_file (matter_code, opened_at);
