-- +goose Up

-- Units (机构) in a five-level tree. data: the JSON of org.Unit.
-- kind: reference
CREATE TABLE unit (
  unit_id     TEXT     NOT NULL PRIMARY KEY, -- unified social credit code
  parent_id   TEXT,
  level       SMALLINT NOT NULL,
  region_code TEXT     NOT NULL,
  name        TEXT     NOT NULL,
  data        TEXT     NOT NULL
);

-- Published versions of license types; immutable. data: the JSON of catalog.Type.
-- kind: reference
CREATE TABLE license_type (
  type_code    TEXT   NOT NULL,
  version      BIGINT NOT NULL,
  name         TEXT   NOT NULL,
  data         TEXT   NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (type_code, version)
);

-- Matters with their materials and bindings. data: the JSON of matter.Matter.
-- kind: reference
CREATE TABLE matter (
  matter_code TEXT NOT NULL PRIMARY KEY,
  unit_id     TEXT NOT NULL,
  name        TEXT NOT NULL,
  data        TEXT NOT NULL
);

-- Seals (电子印章): eseal is the DER of SESeal V4; the private key lies in the key store under key_id.
-- kind: reference
CREATE TABLE seal (
  seal_code  TEXT   NOT NULL PRIMARY KEY,
  unit_id    TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  purpose    TEXT   NOT NULL, -- "license" for an issuer's seal, "platform" for the seal of annotated copies
  key_id     TEXT   NOT NULL,
  eseal      BYTEA  NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to   BIGINT NOT NULL,
  state      TEXT   NOT NULL  -- in-use, stopped, revoked
);

-- Numbers given out per numbering scope, so that no license number is given twice.
-- kind: lookup
CREATE TABLE numbering (
  scope TEXT   NOT NULL PRIMARY KEY,
  last  BIGINT NOT NULL
);

-- From the blind index of a holder's code to the holder; several codes may lead to one holder.
-- kind: lookup
CREATE TABLE holder_index (
  code_index BYTEA NOT NULL PRIMARY KEY,
  holder_id  TEXT  NOT NULL
);

-- kind: lookup
CREATE TABLE license_index (
  identifier TEXT NOT NULL PRIMARY KEY,
  holder_id  TEXT NOT NULL,
  license_id TEXT NOT NULL
);

-- From the blind index of type and number (证照编号) to the license.
-- kind: lookup
CREATE TABLE license_number (
  number_index BYTEA NOT NULL PRIMARY KEY,
  holder_id    TEXT  NOT NULL,
  license_id   TEXT  NOT NULL
);

-- The static code printed on a face; it answers with state and type only.
-- kind: lookup
CREATE TABLE license_code (
  code_hash  BYTEA NOT NULL PRIMARY KEY,
  holder_id  TEXT  NOT NULL,
  license_id TEXT  NOT NULL
);

-- kind: lookup
CREATE TABLE case_index (
  case_no   TEXT NOT NULL PRIMARY KEY,
  holder_id TEXT NOT NULL
);

-- kind: lookup
CREATE TABLE presentation_code (
  code_hash       BYTEA NOT NULL PRIMARY KEY,
  holder_id       TEXT  NOT NULL,
  presentation_id TEXT  NOT NULL
);

-- Answers already given to a request key, so that a repeated write changes nothing.
-- kind: lookup
CREATE TABLE idempotency (
  request_key TEXT   NOT NULL PRIMARY KEY, -- account and key
  digest      BYTEA  NOT NULL,
  answer      TEXT   NOT NULL,
  created_at  BIGINT NOT NULL
);

-- Holders (持证主体). profile: ciphertext of name, code, kind of code, phone.
-- kind: holder
CREATE TABLE holder (
  holder_id  TEXT   NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL, -- natural, legal
  profile    BYTEA  NOT NULL,
  created_at BIGINT NOT NULL
);

-- A holder's key, wrapped by the master key.
-- kind: holder
CREATE TABLE holder_key (
  holder_id TEXT  NOT NULL PRIMARY KEY,
  wrapped   BYTEA NOT NULL
);

-- Licenses (证照). data: ciphertext of the fields under the license's own key.
-- kind: holder
CREATE TABLE license (
  holder_id    TEXT     NOT NULL,
  license_id   TEXT     NOT NULL,
  type_code    TEXT     NOT NULL,
  type_version BIGINT   NOT NULL,
  issuer_id    TEXT     NOT NULL,
  version_no   SMALLINT NOT NULL,
  holders      TEXT     NOT NULL, -- JSON array of the ids of all holders, the first one first
  step         TEXT     NOT NULL, -- data, sealed, published, refused
  ended        TEXT     NOT NULL, -- "" or the cause: superseded, cancelled, revoked, penalty, abolished
  hold         TEXT     NOT NULL, -- "" or lost, suspended
  identifier   TEXT     NOT NULL,
  data         BYTEA    NOT NULL,
  case_no      TEXT     NOT NULL, -- "" when not made by a case
  maker_id     TEXT     NOT NULL, -- account that decided or entered it
  reviewer_id  TEXT     NOT NULL,
  issued_on    BIGINT   NOT NULL,
  valid_from   BIGINT   NOT NULL,
  valid_to     BIGINT   NOT NULL, -- first instant it is no longer valid; 0: no end
  file_ref     TEXT     NOT NULL, -- "" until sealed
  file_digest  TEXT     NOT NULL, -- SM3 of the file, hex
  made_at      BIGINT   NOT NULL,
  due_at       BIGINT   NOT NULL,
  published_at BIGINT   NOT NULL,
  row_version  BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, license_id)
);
CREATE INDEX license_by_type ON license (holder_id, type_code);

-- A license's key, wrapped by the key of each of its holders.
-- kind: holder
CREATE TABLE license_key (
  holder_id  TEXT  NOT NULL,
  license_id TEXT  NOT NULL,
  wrapped    BYTEA NOT NULL,
  PRIMARY KEY (holder_id, license_id)
);

-- The further holders of a license: in their own shard, a link to the first holder's.
-- kind: holder
CREATE TABLE license_link (
  holder_id       TEXT NOT NULL,
  license_id      TEXT NOT NULL,
  first_holder_id TEXT NOT NULL,
  PRIMARY KEY (holder_id, license_id)
);

-- What happened to a license, in order.
-- kind: holder
CREATE TABLE license_event (
  holder_id  TEXT   NOT NULL,
  license_id TEXT   NOT NULL,
  seq        BIGINT NOT NULL,
  action     TEXT   NOT NULL,
  account_id TEXT   NOT NULL,
  unit_id    TEXT   NOT NULL,
  ground     TEXT   NOT NULL, -- case number or decision number
  at         BIGINT NOT NULL,
  leaf_id    TEXT   NOT NULL,
  PRIMARY KEY (holder_id, license_id, seq)
);

-- Cases (办件), in the shard of the first applicant. form: ciphertext under the holder's key.
-- kind: holder
CREATE TABLE case_file (
  holder_id   TEXT   NOT NULL,
  case_no     TEXT   NOT NULL,
  matter_code TEXT   NOT NULL,
  unit_id     TEXT   NOT NULL,
  clerk_id    TEXT   NOT NULL, -- account now assigned
  accepted_by TEXT   NOT NULL,
  stage       TEXT   NOT NULL, -- accept, decide, making, done
  state       TEXT   NOT NULL, -- open, closed
  outcome     TEXT   NOT NULL, -- "", approved, refused
  form        BYTEA  NOT NULL,
  license_id  TEXT   NOT NULL, -- the result, once there is one
  opened_at   BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,
  closed_at   BIGINT NOT NULL,
  row_version BIGINT NOT NULL,
  PRIMARY KEY (holder_id, case_no)
);

-- kind: holder
CREATE TABLE case_party (
  holder_id       TEXT NOT NULL,
  case_no         TEXT NOT NULL,
  role            TEXT NOT NULL, -- applicant, representative, spouse
  party_holder_id TEXT NOT NULL,
  PRIMARY KEY (holder_id, case_no, role)
);

-- kind: holder
CREATE TABLE case_material (
  holder_id         TEXT     NOT NULL,
  case_no           TEXT     NOT NULL,
  seq               SMALLINT NOT NULL,
  status            TEXT     NOT NULL, -- lent, missing, refused, unusable, plain, paper
  reason            TEXT     NOT NULL, -- stable code, "" when lent
  detail            TEXT     NOT NULL, -- arguments of the reason, JSON
  license_holder_id TEXT     NOT NULL,
  license_id        TEXT     NOT NULL,
  license_state     TEXT     NOT NULL, -- when it was lent
  grant_id          TEXT     NOT NULL,
  record_no         TEXT     NOT NULL, -- 存证编号 of the first use
  rechecked_state   TEXT     NOT NULL,
  rechecked_at      BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, case_no, seq)
);

-- kind: holder
CREATE TABLE case_event (
  holder_id  TEXT   NOT NULL,
  case_no    TEXT   NOT NULL,
  seq        BIGINT NOT NULL,
  action     TEXT   NOT NULL,
  account_id TEXT   NOT NULL,
  opinion    BYTEA  NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (holder_id, case_no, seq)
);

-- Use grants (用证码): one license, one case, one clerk. In the license's shard.
-- kind: holder
CREATE TABLE use_grant (
  holder_id    TEXT     NOT NULL,
  grant_id     TEXT     NOT NULL,
  license_id   TEXT     NOT NULL,
  case_no      TEXT     NOT NULL,
  material_seq SMALLINT NOT NULL,
  account_id   TEXT     NOT NULL,
  unit_id      TEXT     NOT NULL,
  created_at   BIGINT   NOT NULL,
  expires_at   BIGINT   NOT NULL,
  ended_at     BIGINT   NOT NULL,
  copy_ref     TEXT     NOT NULL, -- annotated copy (加注件), "" until made
  PRIMARY KEY (holder_id, grant_id)
);

-- One-shot tokens that redeem a grant; only the hash is kept.
-- kind: holder
CREATE TABLE use_token (
  holder_id   TEXT   NOT NULL,
  token_hash  BYTEA  NOT NULL,
  grant_id    TEXT   NOT NULL,
  expires_at  BIGINT NOT NULL,
  redeemed_at BIGINT NOT NULL,
  PRIMARY KEY (holder_id, token_hash)
);

-- Uses of licenses (用证记录), refusals too. Kept for ten years at least.
-- kind: holder
CREATE TABLE access_record (
  holder_id   TEXT   NOT NULL,
  record_id   TEXT   NOT NULL, -- the leaf's id
  at          BIGINT NOT NULL,
  ground      TEXT   NOT NULL,
  result      TEXT   NOT NULL, -- given, refused
  reasons     TEXT   NOT NULL, -- JSON array of codes
  account_id  TEXT   NOT NULL,
  unit_id     TEXT   NOT NULL,
  role        TEXT   NOT NULL,
  case_no     TEXT   NOT NULL,
  matter_code TEXT   NOT NULL,
  license_id  TEXT   NOT NULL,
  version_no  SMALLINT NOT NULL,
  type_code   TEXT   NOT NULL,
  fields      TEXT   NOT NULL, -- JSON array of names
  purpose     BYTEA  NOT NULL, -- ciphertext: a verifier may write whatever words
  place       TEXT   NOT NULL,
  PRIMARY KEY (holder_id, record_id)
);

-- 亮证: a holder shows a license. fields: JSON array of the names shown.
-- kind: holder
CREATE TABLE presentation (
  holder_id       TEXT     NOT NULL,
  presentation_id TEXT     NOT NULL,
  license_holder_id TEXT   NOT NULL,
  license_id      TEXT     NOT NULL,
  fields          TEXT     NOT NULL,
  created_at      BIGINT   NOT NULL,
  expires_at      BIGINT   NOT NULL,
  uses_left       SMALLINT NOT NULL,
  ended_at        BIGINT   NOT NULL,
  checked_at      BIGINT   NOT NULL,
  checked_by      TEXT     NOT NULL, -- account, "" for the public
  record_id       TEXT     NOT NULL,
  PRIMARY KEY (holder_id, presentation_id)
);

-- Leaves of the log, without index until the sequencer takes them. opening: ciphertext of salt and body.
-- kind: holder
CREATE TABLE log_leaf (
  holder_id  TEXT   NOT NULL,
  leaf_id    TEXT   NOT NULL,
  kind       TEXT   NOT NULL,
  leaf       BYTEA  NOT NULL,
  opening    BYTEA  NOT NULL,
  promise    BYTEA  NOT NULL,
  created_at BIGINT NOT NULL,
  idx        BIGINT,
  PRIMARY KEY (holder_id, leaf_id)
);
CREATE INDEX log_leaf_open ON log_leaf (leaf_id) WHERE idx IS NULL;

-- kind: local
CREATE TABLE log_entry (
  idx       BIGINT NOT NULL PRIMARY KEY,
  leaf_id   TEXT   NOT NULL UNIQUE,
  holder_id TEXT   NOT NULL,
  leaf_hash BYTEA  NOT NULL
);

-- kind: local
CREATE TABLE log_lease (
  name     TEXT   NOT NULL PRIMARY KEY,
  owner    TEXT   NOT NULL,
  until_at BIGINT NOT NULL
);

-- A unit's queue of cases, a projection keyed by unit.
-- kind: local
CREATE TABLE unit_case (
  unit_id    TEXT     NOT NULL,
  case_no    TEXT     NOT NULL,
  holder_id  TEXT     NOT NULL,
  clerk_id   TEXT     NOT NULL,
  stage      TEXT     NOT NULL,
  electronic SMALLINT NOT NULL,
  missing    BIGINT   NOT NULL,
  due_at     BIGINT   NOT NULL,
  updated_at BIGINT   NOT NULL,
  PRIMARY KEY (unit_id, case_no)
);

-- An issuer's queue of licenses in the making, a projection keyed by unit.
-- kind: local
CREATE TABLE unit_making (
  unit_id    TEXT   NOT NULL,
  license_id TEXT   NOT NULL,
  holder_id  TEXT   NOT NULL,
  step       TEXT   NOT NULL,
  due_at     BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (unit_id, license_id)
);

-- kind: lookup
CREATE TABLE account (
  account_id    TEXT   NOT NULL PRIMARY KEY,
  login_index   BYTEA  NOT NULL UNIQUE,
  password_hash TEXT   NOT NULL,
  kind          TEXT   NOT NULL, -- staff, holder
  holder_id     TEXT   NOT NULL,
  unit_id       TEXT   NOT NULL,
  roles         TEXT   NOT NULL, -- JSON array
  name          BYTEA  NOT NULL, -- ciphertext
  state         TEXT   NOT NULL, -- active, stopped
  created_at    BIGINT NOT NULL
);

-- kind: local
CREATE TABLE session (
  token_hash BYTEA  NOT NULL PRIMARY KEY,
  account_id TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- kind: local
CREATE TABLE login_attempt (
  login_index  BYTEA  NOT NULL PRIMARY KEY,
  fails        BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
);

-- Facts about this installation: for example that its data are a demonstration's.
-- kind: local
CREATE TABLE installation (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);
