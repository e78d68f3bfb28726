-- +goose Up

-- A request that names nobody whom the platform knows under that code and name stands like any other, in the platform's own
-- shard, and lapses: whoever asks learns nothing. told: ciphertext of the name and the kind of code, for who asked; empty or
-- NULL where the holder is known.
ALTER TABLE authorisation ADD COLUMN told BYTEA;

-- The requests that one asker has made of one code within the time in which they wait: so many places as there may be.
-- kind: lookup
CREATE TABLE authorisation_place (
  place            BYTEA  NOT NULL PRIMARY KEY, -- keyed digest of who asks, the code and the number of the place
  authorisation_id TEXT   NOT NULL,
  until_at         BIGINT NOT NULL
);
