-- +goose Up

-- A record names the use grant (用证码) under which a license was read.
ALTER TABLE access_record ADD COLUMN grant_id TEXT NOT NULL DEFAULT '';
