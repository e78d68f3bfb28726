-- +goose Up

-- How many old licenses (存量证照) of a type a unit holds, as the unit says: what the progress of converting them is
-- measured against.
-- kind: reference
CREATE TABLE stock_plan (
  unit_id    TEXT   NOT NULL,
  type_code  TEXT   NOT NULL,
  planned    BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (unit_id, type_code)
);
