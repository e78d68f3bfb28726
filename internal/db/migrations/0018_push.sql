-- +goose Up

-- Who is told of changes of licenses (推送): a system of the ledger, at an address, from where on in the log.
-- kind: local
CREATE TABLE subscription (
  subscription_id TEXT   NOT NULL PRIMARY KEY,
  system_id       TEXT   NOT NULL,
  url             TEXT   NOT NULL,
  types           TEXT   NOT NULL, -- JSON array of type codes; empty: all that the unit issues
  state           TEXT   NOT NULL, -- on, paused, ended
  cursor          BIGINT NOT NULL, -- index of the log behind which events are still to be told
  told            BIGINT NOT NULL, -- events that arrived
  failures        BIGINT NOT NULL, -- in a row
  failing_since   BIGINT NOT NULL, -- 0: the last try arrived
  next_at         BIGINT NOT NULL, -- not tried before
  told_at         BIGINT NOT NULL, -- when something arrived last
  created_at      BIGINT NOT NULL,
  node            TEXT   NOT NULL,
  lease           BIGINT NOT NULL,
  row_version     BIGINT NOT NULL
);
