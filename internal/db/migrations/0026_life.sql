-- +goose Up

-- Since when an event of a license is true; 0: since it was recorded. A decision can reach back.
ALTER TABLE license_event ADD COLUMN true_from BIGINT NOT NULL DEFAULT 0;
-- Code of the reason, "" for steps of the making.
ALTER TABLE license_event ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- The second person who agreed, "" where none is needed.
ALTER TABLE license_event ADD COLUMN approver_id TEXT NOT NULL DEFAULT '';
