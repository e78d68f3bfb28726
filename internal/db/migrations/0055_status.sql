-- +goose Up

-- A status list (状态列表): its signed text as it was last published, and the time that the text speaks for. version counts the
-- publications. list_id is random, for it is public.
-- kind: local
CREATE TABLE status_list (
  list_id      TEXT   NOT NULL PRIMARY KEY,
  entries      BIGINT NOT NULL,
  is_open      BIGINT NOT NULL, -- 1: gives places to licenses
  token        BYTEA  NOT NULL, -- empty before the first publication
  published_at BIGINT NOT NULL,
  version      BIGINT NOT NULL
);

-- What a list says of each place that is taken. Nothing here leads to a license.
-- kind: local
CREATE TABLE status_value (
  list_id TEXT   NOT NULL,
  idx     BIGINT NOT NULL,
  value   BIGINT NOT NULL,
  PRIMARY KEY (list_id, idx)
);

-- The place of a license, given when somebody first asks for it.
-- kind: holder
CREATE TABLE status_entry (
  holder_id  TEXT   NOT NULL,
  license_id TEXT   NOT NULL,
  list_id    TEXT   NOT NULL,
  idx        BIGINT NOT NULL,
  PRIMARY KEY (holder_id, license_id)
);

-- That a list has changed since it was published: one row a change, written with it and taken away by the publication that
-- shows it.
-- kind: local
CREATE TABLE status_change (
  change_id TEXT NOT NULL PRIMARY KEY,
  list_id   TEXT NOT NULL
);

CREATE INDEX status_change_by_list ON status_change (list_id);
