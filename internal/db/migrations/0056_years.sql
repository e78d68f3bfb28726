-- +goose Up

-- Months of records of uses that are leaving the database, or have left it, for the archive (ADR 38). state: writing (the file is
-- being made), archived (it was read again and is right), leaving (the log has the record of it), left. through: up to which
-- leaf what they say has been taken away.
-- kind: local
CREATE TABLE record_month (
  month      TEXT   NOT NULL PRIMARY KEY, -- such as 2026-11, in Beijing time
  state      TEXT   NOT NULL,
  claimed_by TEXT   NOT NULL,
  claimed_at BIGINT NOT NULL,
  records    BIGINT NOT NULL,
  digest     BYTEA  NOT NULL, -- SM3 of the file
  through    TEXT   NOT NULL,
  leaf_no    TEXT   NOT NULL, -- of the record that the month left
  left_at    BIGINT NOT NULL
);

-- Legal holds (留置): months with a record of this holder or case, or this month, do not leave.
-- kind: reference
CREATE TABLE record_hold (
  hold_id   TEXT   NOT NULL PRIMARY KEY,
  subject   TEXT   NOT NULL, -- holder, case, month
  value     TEXT   NOT NULL, -- holder's id, case number, month
  placed_by TEXT   NOT NULL,
  ground    TEXT   NOT NULL, -- number of the document that orders it
  since     BIGINT NOT NULL,
  until_at  BIGINT NOT NULL, -- 0: until it is lifted
  lifted_at BIGINT NOT NULL,
  lifted_by TEXT   NOT NULL
);
