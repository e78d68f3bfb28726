-- +goose Up

-- What the door asks of a case in another system: at which stage it is and whose work, as of the moment the system spoke of.
-- "" where it never said so. The clerk is named by a keyed digest of the user name in that system.
ALTER TABLE fed_case ADD COLUMN stage TEXT NOT NULL DEFAULT '';
ALTER TABLE fed_case ADD COLUMN clerk_id TEXT NOT NULL DEFAULT '';
ALTER TABLE fed_case ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;

-- Who is meant by the name of a clerk in a department's system. name: ciphertext under the platform's key.
-- kind: local
CREATE TABLE system_clerk (
  clerk_id  TEXT   NOT NULL PRIMARY KEY,
  system_id TEXT   NOT NULL,
  name      BYTEA  NOT NULL
);

-- What a department's system may ask for by the share interface (应用登记): from which addresses, which types, fields
-- and rights, how often a day, from when until when. GB/T 36906.
-- kind: reference
CREATE TABLE application (
  system_id   TEXT   NOT NULL PRIMARY KEY,
  addresses   TEXT   NOT NULL, -- JSON array of prefixes
  types       TEXT   NOT NULL, -- JSON array of type, fields, rights, daily limit
  valid_from  BIGINT NOT NULL,
  valid_until BIGINT NOT NULL, -- the first instant it is not valid any more; 0: no end
  row_version BIGINT NOT NULL
);

-- How often a system used a type on a day. In slots, so that uses at the same moment do not wait for one another.
-- kind: local
CREATE TABLE application_use (
  system_id TEXT     NOT NULL,
  day       TEXT     NOT NULL, -- in Beijing
  type_code TEXT     NOT NULL,
  slot      SMALLINT NOT NULL,
  used      BIGINT   NOT NULL,
  PRIMARY KEY (system_id, day, type_code, slot)
);

-- Nonces of signed requests, kept for as long as their time would be accepted again.
-- kind: local
CREATE TABLE request_nonce (
  system_id  TEXT   NOT NULL,
  nonce      TEXT   NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (system_id, nonce)
);
CREATE INDEX request_nonce_by_expiry ON request_nonce (expires_at);

-- Cases that a system vouched for in a signed request before their data came (暂认办件), in the shard of their applicant.
-- detail: ciphertext of what the system said.
-- kind: holder
CREATE TABLE provisional_case (
  holder_id   TEXT   NOT NULL,
  system_id   TEXT   NOT NULL,
  case_no     TEXT   NOT NULL,
  matter_code TEXT   NOT NULL,
  unit_id     TEXT   NOT NULL,
  stage       TEXT   NOT NULL,
  clerk_id    TEXT   NOT NULL,
  detail      BYTEA  NOT NULL,
  state       TEXT   NOT NULL, -- open, confirmed, contradicted, overdue
  differs     TEXT   NOT NULL, -- JSON array: in what the data contradict it
  uses        BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,
  settled_at  BIGINT NOT NULL,
  PRIMARY KEY (holder_id, system_id, case_no)
);
CREATE INDEX provisional_case_by_system ON provisional_case (system_id, state, due_at);

-- Licenses that a system used in a case: while the case is open, the system is told of their changes.
-- kind: local
CREATE TABLE followed_license (
  system_id  TEXT   NOT NULL,
  license_id TEXT   NOT NULL,
  case_no    TEXT   NOT NULL,
  since      BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,
  PRIMARY KEY (system_id, license_id, case_no)
);

-- What a subscription is about: the licenses that its unit issues, or those that its system uses in open cases.
ALTER TABLE subscription ADD COLUMN about TEXT NOT NULL DEFAULT 'issued';
