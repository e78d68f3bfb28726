-- +goose Up

-- When the sequencer last published a checkpoint.
ALTER TABLE log_lease ADD COLUMN published_at BIGINT NOT NULL DEFAULT 0;

-- How the witnesses of the log stand: what each has cosigned last, and what it said when it was last asked.
-- kind: local
CREATE TABLE log_witness (
  name        TEXT   NOT NULL PRIMARY KEY,
  size        BIGINT NOT NULL, -- of the tree it cosigned last, 0 if none
  cosigned_at BIGINT NOT NULL, -- by its own clock
  asked_at    BIGINT NOT NULL,
  fault       TEXT   NOT NULL  -- code of what was wrong with its last answer, '' if nothing
);
