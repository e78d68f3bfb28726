-- +goose Up

-- How often in a case values that somebody told were held against a license (比对).
-- kind: holder
CREATE TABLE use_told (
  holder_id  TEXT     NOT NULL,
  license_id TEXT     NOT NULL,
  case_no    TEXT     NOT NULL,
  tries      SMALLINT NOT NULL,
  PRIMARY KEY (holder_id, license_id, case_no)
);
