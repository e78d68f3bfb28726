-- +goose Up

-- How far the messages of a vertical system (垂管系统) about one license were carried out, and which license that is.
-- kind: local
CREATE TABLE vertical_license (
  system_id   TEXT   NOT NULL,
  license_key TEXT   NOT NULL, -- the system's own name for the license, nothing personal
  applied     BIGINT NOT NULL, -- the number of the last message carried out, 0: none
  holder_id   TEXT   NOT NULL, -- in whose shard it lives, "" before the first
  license_id  TEXT   NOT NULL, -- its newest version
  stands      TEXT   NOT NULL, -- by the messages: valid, suspended, or how it ended
  PRIMARY KEY (system_id, license_key)
);

-- Every message that came. What it says lies here, sealed, until it is carried out.
-- kind: local
CREATE TABLE vertical_message (
  system_id   TEXT   NOT NULL,
  license_key TEXT   NOT NULL,
  seq         BIGINT NOT NULL,
  action      TEXT   NOT NULL,
  day         TEXT   NOT NULL, -- on which it happened there
  fingerprint TEXT   NOT NULL, -- as the system names its content
  digest      BYTEA  NOT NULL, -- keyed, of the content
  payload     BYTEA  NOT NULL, -- sealed; empty once carried out
  state       TEXT   NOT NULL, -- parked, applied, failed
  reason      TEXT   NOT NULL, -- why it failed: a code
  args        TEXT   NOT NULL, -- JSON: what fills its words; nothing personal
  tries       BIGINT NOT NULL,
  next_at     BIGINT NOT NULL, -- when a failed one is tried again
  received_at BIGINT NOT NULL,
  applied_at  BIGINT NOT NULL,
  PRIMARY KEY (system_id, license_key, seq)
);
CREATE INDEX vertical_message_open ON vertical_message (system_id, state, next_at) WHERE state <> 'applied';
CREATE INDEX vertical_message_day ON vertical_message (system_id, day);

-- What a vertical system sent so far, counted.
-- kind: local
CREATE TABLE vertical_system (
  system_id TEXT   NOT NULL PRIMARY KEY,
  last_at   BIGINT NOT NULL,
  taken     BIGINT NOT NULL,
  repeated  BIGINT NOT NULL,
  refused   BIGINT NOT NULL,
  reason    TEXT   NOT NULL -- why the last refused one was: a code
);

-- How a day of a vertical system compares with what came of it (对账).
-- kind: local
CREATE TABLE vertical_day (
  system_id  TEXT   NOT NULL,
  day        TEXT   NOT NULL,
  theirs     BIGINT NOT NULL, -- messages by its manifest
  ours       BIGINT NOT NULL, -- carried out here
  listed     BIGINT NOT NULL, -- 1: its list was compared, not only its hash
  found      TEXT   NOT NULL, -- JSON: the differences
  checked_at BIGINT NOT NULL,
  PRIMARY KEY (system_id, day)
);

-- What a vertical system is asked to send again (补传): told with every answer until the system says that it is done.
-- kind: local
CREATE TABLE vertical_wish (
  wish_id     TEXT   NOT NULL PRIMARY KEY,
  system_id   TEXT   NOT NULL,
  day         TEXT   NOT NULL, -- all of this day, or
  license_key TEXT   NOT NULL, -- all of this license
  from_seq    BIGINT NOT NULL, -- from this number on
  account_id  TEXT   NOT NULL, -- who asked, "" for the reconciliation
  created_at  BIGINT NOT NULL,
  done_at     BIGINT NOT NULL
);
CREATE INDEX vertical_wish_open ON vertical_wish (system_id) WHERE done_at = 0;
