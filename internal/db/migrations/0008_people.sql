-- +goose Up

-- Who may act for whom (授权代理、法定代表人、监护、赡养). The row stands in the shard of each of the two, the same in
-- both, so that each finds it at home.
-- kind: holder
CREATE TABLE relation (
  holder_id      TEXT   NOT NULL,
  relation_id    TEXT   NOT NULL, -- UUIDv7
  principal_id   TEXT   NOT NULL, -- for whom is acted
  agent_id       TEXT   NOT NULL, -- who acts
  kind           TEXT   NOT NULL, -- agent, representative, guardian, care
  powers         TEXT   NOT NULL, -- JSON array: apply, show, read
  step           TEXT   NOT NULL, -- asked, active, declined, ended
  asked_by       TEXT   NOT NULL, -- holder who asked
  proof          TEXT   NOT NULL, -- "", license, clerk
  proof_no       TEXT   NOT NULL, -- 存证编号 of the look at the license that proves it
  confirmed_by   TEXT   NOT NULL, -- account of the clerk who saw the proof
  confirmed_unit TEXT   NOT NULL,
  valid_to       BIGINT NOT NULL, -- first instant it is no longer in force; 0: no end
  asked_at       BIGINT NOT NULL,
  answered_at    BIGINT NOT NULL,
  ended_at       BIGINT NOT NULL,
  ended_by       TEXT   NOT NULL, -- holder who ended it
  row_version    BIGINT NOT NULL,
  PRIMARY KEY (holder_id, relation_id)
);

-- For whom a session acts; "" for the account itself.
ALTER TABLE session ADD COLUMN relation_id TEXT NOT NULL DEFAULT '';

-- A use by somebody who acted for the holder names the relation.
ALTER TABLE access_record ADD COLUMN relation_id TEXT NOT NULL DEFAULT '';

-- Presence codes (到场码): a holder stands at the counter and shows, or reads out, a code that lives a minute.
-- kind: lookup
CREATE TABLE presence_code (
  code_index  BYTEA  NOT NULL PRIMARY KEY, -- keyed digest
  holder_id   TEXT   NOT NULL,
  account_id  TEXT   NOT NULL,
  relation_id TEXT   NOT NULL, -- for whom the holder was acting; "" for themselves
  expires_at  BIGINT NOT NULL,
  used_at     BIGINT NOT NULL,
  used_by     TEXT   NOT NULL -- clerk's account
);

-- Visits to a counter: who stands there, and how the clerk knows. people: JSON of holder ids and means.
-- kind: local
CREATE TABLE window_visit (
  visit_id   TEXT   NOT NULL PRIMARY KEY,
  account_id TEXT   NOT NULL,
  unit_id    TEXT   NOT NULL,
  people     TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Who brought a case to the counter, and on what ground they act for the applicant.
-- kind: holder
CREATE TABLE case_visitor (
  holder_id   TEXT   NOT NULL,
  case_no     TEXT   NOT NULL,
  visitor_id  TEXT   NOT NULL, -- holder
  relation_id TEXT   NOT NULL, -- "" when they apply for themselves
  means       TEXT   NOT NULL, -- presence-code, id-reader
  at          BIGINT NOT NULL,
  PRIMARY KEY (holder_id, case_no)
);
