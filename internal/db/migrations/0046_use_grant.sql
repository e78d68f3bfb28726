-- +goose Up

-- A record names the use grant (用证码) under which a license was read.
ALTER TABLE access_record ADD COLUMN grant_id TEXT NOT NULL DEFAULT '';

-- The grants of a case are looked for at each of its readings and end together.
CREATE INDEX use_grant_by_case ON use_grant (holder_id, case_no);
