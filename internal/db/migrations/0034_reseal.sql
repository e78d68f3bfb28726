-- +goose Up

-- Licenses under a burned seal are sealed anew (重新用印), as its unit ordered. One row a burned seal; it moves on in the
-- transaction that keeps what was sealed.
-- kind: local
CREATE TABLE reseal (
  seal_code   TEXT     NOT NULL PRIMARY KEY, -- the burned seal
  unproven    SMALLINT NOT NULL, -- 1: only what is not provably older than the theft; 0: all
  account_id  TEXT     NOT NULL, -- of the unit, who ordered it and so consents; "" for the operator
  state       TEXT     NOT NULL, -- running, done
  at_holder   TEXT     NOT NULL, -- the last license that was looked at
  at_license  TEXT     NOT NULL,
  kept        BIGINT   NOT NULL, -- bear the seal, are proven and were left as they are
  sealed      BIGINT   NOT NULL, -- sealed anew, in this run and those before
  started_at  BIGINT   NOT NULL,
  updated_at  BIGINT   NOT NULL,
  row_version BIGINT   NOT NULL
);

-- Licenses that could not be sealed anew, until they are.
-- kind: local
CREATE TABLE reseal_missed (
  seal_code  TEXT NOT NULL,
  license_id TEXT NOT NULL,
  holder_id  TEXT NOT NULL,
  cause      TEXT NOT NULL, -- code of the error
  PRIMARY KEY (seal_code, license_id)
);

-- The files that licenses had before they were sealed anew. They are kept, and prove what they prove.
-- kind: holder
CREATE TABLE license_file (
  holder_id   TEXT   NOT NULL,
  license_id  TEXT   NOT NULL,
  file_digest TEXT   NOT NULL, -- SM3 of the file, hex
  file_ref    TEXT   NOT NULL,
  until_at    BIGINT NOT NULL, -- when another took its place
  PRIMARY KEY (holder_id, license_id, file_digest)
);
