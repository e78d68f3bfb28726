-- +goose Up

-- The unit of who asked for an emergency look: its supervisors, those above it and those over the issuer of the license read the
-- report. '' of looks from before, which the topmost supervisors and those of the platform see.
ALTER TABLE break_glass ADD COLUMN unit_id TEXT NOT NULL DEFAULT '';
ALTER TABLE break_glass ADD COLUMN issuer_id TEXT NOT NULL DEFAULT '';
