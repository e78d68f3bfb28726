-- +goose Up

-- How many materials of a case rest on a commitment, for the queue.
ALTER TABLE unit_case ADD COLUMN promised BIGINT NOT NULL DEFAULT 0;

-- What an applicant committed to where a license could not be had (容缺受理, 告知承诺): one for a material.
-- kind: holder
CREATE TABLE commitment (
  holder_id   TEXT     NOT NULL, -- the case's first applicant
  case_no     TEXT     NOT NULL,
  seq         SMALLINT NOT NULL, -- the material
  kind        TEXT     NOT NULL, -- later, pledge
  text        BYTEA    NOT NULL, -- ciphertext: the words that were signed
  reason      TEXT     NOT NULL, -- why the license could not be had
  clerk_id    TEXT     NOT NULL, -- who took it in
  signed_by   TEXT     NOT NULL, -- account that signed; "" at a counter
  signed_at   BIGINT   NOT NULL, -- 0: offered, not signed yet
  due_at      BIGINT   NOT NULL,
  record_no   TEXT     NOT NULL,
  state       TEXT     NOT NULL, -- offered, waiting, kept, contradicted, handed
  overdue_at  BIGINT   NOT NULL,
  differs     TEXT     NOT NULL, -- JSON: names of the form's fields that what came contradicts
  settled_at  BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, case_no, seq)
);

-- One request to whoever is responsible that a license be there (催办), once a day for a material.
-- kind: holder
CREATE TABLE chase (
  holder_id   TEXT     NOT NULL,
  case_no     TEXT     NOT NULL,
  seq         SMALLINT NOT NULL,
  day         TEXT     NOT NULL,
  reason      TEXT     NOT NULL,
  unit_id     TEXT     NOT NULL, -- who is asked; "" whoever holds the role
  account_id  TEXT     NOT NULL,
  at          BIGINT   NOT NULL,
  due_at      BIGINT   NOT NULL,
  answered_at BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, case_no, seq, day)
);

-- What waits for a license to come: commitments and chases, looked at again and again until it is there.
-- kind: local
CREATE TABLE late_license (
  case_no   TEXT     NOT NULL,
  seq       SMALLINT NOT NULL,
  kind      TEXT     NOT NULL, -- commitment, chase
  holder_id TEXT     NOT NULL,
  next_at   BIGINT   NOT NULL,
  PRIMARY KEY (case_no, seq, kind)
);
CREATE INDEX late_license_by_next ON late_license (next_at);
