-- +goose Up

-- 授权下载: a holder lets a named receiver download an annotated copy, by a link and a code told apart from it.
-- receiver and purpose: ciphertext under the holder's key; code: keyed digest.
-- kind: holder
CREATE TABLE license_share (
  holder_id         TEXT     NOT NULL,
  share_id          TEXT     NOT NULL, -- UUIDv7
  license_holder_id TEXT     NOT NULL,
  license_id        TEXT     NOT NULL,
  receiver          BYTEA    NOT NULL,
  purpose           BYTEA    NOT NULL,
  code              BYTEA    NOT NULL,
  ofd_ref           TEXT     NOT NULL,
  pdf_ref           TEXT     NOT NULL,
  downloads_max     SMALLINT NOT NULL,
  downloads         SMALLINT NOT NULL,
  tries_left        SMALLINT NOT NULL, -- wrong codes still borne
  created_at        BIGINT   NOT NULL,
  expires_at        BIGINT   NOT NULL,
  ended_at          BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, share_id)
);

-- kind: lookup
CREATE TABLE share_link (
  token_hash BYTEA NOT NULL PRIMARY KEY,
  holder_id  TEXT  NOT NULL,
  share_id   TEXT  NOT NULL
);

-- What happened to an authorisation, for its holder.
-- kind: holder
CREATE TABLE share_event (
  holder_id TEXT     NOT NULL,
  share_id  TEXT     NOT NULL,
  seq       BIGINT   NOT NULL,
  action    TEXT     NOT NULL, -- made, downloaded, wrong-code, locked, ended
  format    TEXT     NOT NULL, -- ofd, pdf; "" when no file was given
  record_no TEXT     NOT NULL, -- 存证编号 of the use
  at        BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, share_id, seq)
);

-- PDF copies that were given out: the mark in the file leads to the digest it must have.
-- kind: lookup
CREATE TABLE pdf_copy (
  mark       TEXT   NOT NULL PRIMARY KEY,
  digest     TEXT   NOT NULL, -- SM3 of the file, hex
  holder_id  TEXT   NOT NULL, -- of the license
  license_id TEXT   NOT NULL,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
