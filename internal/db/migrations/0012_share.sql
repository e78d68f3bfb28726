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

-- Public keys (SM2) with which a department's system signs what it sends.
-- kind: reference
CREATE TABLE system_key (
  key_id     TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  system_id  TEXT   NOT NULL,
  public_key TEXT   NOT NULL, -- PEM
  created_at BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL
);
CREATE INDEX system_key_by_system ON system_key (system_id);

-- Cases (办件) that came from a department's system, in the shard of their applicant, or of the platform when the
-- applicant is not known here. detail: ciphertext of what the system said.
-- kind: holder
CREATE TABLE fed_case (
  holder_id   TEXT   NOT NULL,
  system_id   TEXT   NOT NULL,
  case_no     TEXT   NOT NULL,
  matter_code TEXT   NOT NULL,
  unit_id     TEXT   NOT NULL,
  outcome     TEXT   NOT NULL, -- "" while open; approved, refused, withdrawn
  detail      BYTEA  NOT NULL,
  opened_at   BIGINT NOT NULL, -- 0: its opening never came
  closed_at   BIGINT NOT NULL,
  PRIMARY KEY (holder_id, system_id, case_no)
);

-- kind: lookup
CREATE TABLE fed_case_index (
  case_key  TEXT NOT NULL PRIMARY KEY, -- system and case number
  holder_id TEXT NOT NULL
);

-- What came, one row a message: what the gaps are measured by.
-- kind: local
CREATE TABLE feed_message (
  system_id   TEXT     NOT NULL,
  seq         BIGINT   NOT NULL, -- of the system, from 1
  digest      BYTEA    NOT NULL, -- keyed
  day         TEXT     NOT NULL, -- of the event, in Beijing
  matter_code TEXT     NOT NULL,
  event       TEXT     NOT NULL, -- opened, closed
  late        SMALLINT NOT NULL,
  faults      TEXT     NOT NULL, -- JSON array of codes
  received_at BIGINT   NOT NULL,
  PRIMARY KEY (system_id, seq)
);
CREATE INDEX feed_message_by_day ON feed_message (day, system_id, matter_code);

-- What a system says that there was on a day: what should have come.
-- kind: local
CREATE TABLE feed_tally (
  system_id   TEXT   NOT NULL,
  day         TEXT   NOT NULL,
  matter_code TEXT   NOT NULL,
  opened      BIGINT NOT NULL,
  closed      BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (system_id, day, matter_code)
);
