-- +goose Up

-- Life events (一件事): matters that people need together. data: the JSON of matter.Event.
-- kind: reference
CREATE TABLE life_event (
  event_code TEXT   NOT NULL PRIMARY KEY,
  search     TEXT   NOT NULL, -- name, pinyin and initials, words
  data       TEXT   NOT NULL,
  version    BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- One application for several matters (一件事). steps: JSON, the case of each matter and the cases it waits for.
-- kind: holder
CREATE TABLE bundle (
  holder_id    TEXT   NOT NULL,
  bundle_id    TEXT   NOT NULL,
  event_code   TEXT   NOT NULL,
  applied_by   TEXT   NOT NULL, -- account of the applicant or their agent
  steps        TEXT   NOT NULL,
  created_at   BIGINT NOT NULL,
  submitted_at BIGINT NOT NULL, -- 0 while it is filled in
  PRIMARY KEY (holder_id, bundle_id)
);

-- Cases of bundles that wait for the results of others: what goes on with them is found here, also after a crash.
-- kind: local
CREATE TABLE bundle_wait (
  case_no   TEXT   NOT NULL PRIMARY KEY,
  bundle_id TEXT   NOT NULL,
  holder_id TEXT   NOT NULL,
  since     BIGINT NOT NULL
);

-- Files that applicants hand in with a case. The file is ciphertext in the store, its name ciphertext here.
-- kind: holder
CREATE TABLE case_attachment (
  holder_id     TEXT     NOT NULL,
  case_no       TEXT     NOT NULL,
  attachment_id TEXT     NOT NULL,
  seq           SMALLINT NOT NULL, -- material
  ground        TEXT     NOT NULL, -- plain, or why a file stands in for a license: missing, unusable
  name          BYTEA    NOT NULL,
  media         TEXT     NOT NULL,
  size          BIGINT   NOT NULL,
  file_ref      TEXT     NOT NULL,
  added_by      TEXT     NOT NULL, -- account
  added_at      BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, case_no, attachment_id)
);

-- What a clerk asked an applicant to correct (补正). items: ciphertext, JSON.
-- kind: holder
CREATE TABLE case_correction (
  holder_id    TEXT   NOT NULL,
  case_no      TEXT   NOT NULL,
  round        BIGINT NOT NULL,
  items        BYTEA  NOT NULL,
  requested_by TEXT   NOT NULL, -- account
  requested_at BIGINT NOT NULL,
  answered_at  BIGINT NOT NULL, -- 0 until the case was handed in again
  PRIMARY KEY (holder_id, case_no, round)
);
