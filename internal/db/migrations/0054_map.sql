-- +goose Up

-- The unit that issued the license which a leaf is about, or none: the leaf stands in its chain too.
ALTER TABLE log_leaf ADD COLUMN issuer_id TEXT NOT NULL DEFAULT '';
ALTER TABLE log_entry ADD COLUMN issuer_id TEXT NOT NULL DEFAULT '';

CREATE INDEX log_entry_by_holder ON log_entry (holder_id, idx);
CREATE INDEX log_entry_by_issuer ON log_entry (issuer_id, idx) WHERE issuer_id <> '';

-- The map of chains over the first leaves of the log, size of them, as the published checkpoint commits to it. The checkpoint
-- stands beside it, so that one snapshot has both; it is empty while the map is being brought up to an older log.
-- kind: local
CREATE TABLE log_map (
  name       TEXT   NOT NULL PRIMARY KEY,
  size       BIGINT NOT NULL,
  root       BYTEA  NOT NULL,
  checkpoint BYTEA  NOT NULL,
  key_check  BYTEA  NOT NULL
);

-- kind: local
CREATE TABLE log_map_row (
  prefix TEXT  NOT NULL PRIMARY KEY,
  data   BYTEA NOT NULL
);
