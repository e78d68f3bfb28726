-- +goose Up

-- What holders ask for, object to and complain of (诉求), in the shard of whom it concerns.
-- kind: holder
CREATE TABLE appeal (
  holder_id         TEXT   NOT NULL,
  appeal_id         TEXT   NOT NULL,
  kind              TEXT   NOT NULL, -- supplement, correction, loss, complaint
  state             TEXT   NOT NULL, -- waiting, taken, making, closed
  outcome           TEXT   NOT NULL, -- "" until closed
  open_key          TEXT   NOT NULL, -- kind and subject while it is open, so that the same is asked once; then its id
  unit_id           TEXT   NOT NULL, -- who answers
  clerk_id          TEXT   NOT NULL, -- account that has taken it
  origin            TEXT   NOT NULL, -- holder, desk
  raised_by         TEXT   NOT NULL, -- account
  raised_unit_id    TEXT   NOT NULL, -- of a desk
  type_code         TEXT   NOT NULL,
  license_holder_id TEXT   NOT NULL,
  license_id        TEXT   NOT NULL, -- what it is about; of a supplement: what was made for it
  matter_code       TEXT   NOT NULL,
  case_no           TEXT   NOT NULL,
  seq               BIGINT NOT NULL, -- material of the case
  against_id        TEXT   NOT NULL, -- unit complained of
  ground            TEXT   NOT NULL, -- of a complaint: paper, refused
  proof_id          TEXT   NOT NULL, -- availability proof that goes with it
  words             BYTEA  NOT NULL, -- ciphertext of what was written
  raised_at         BIGINT NOT NULL,
  due_at            BIGINT NOT NULL,
  closed_at         BIGINT NOT NULL,
  row_version       BIGINT NOT NULL,
  PRIMARY KEY (holder_id, appeal_id),
  UNIQUE (holder_id, open_key)
);
CREATE INDEX appeal_by_license ON appeal (holder_id, license_id);

-- kind: holder
CREATE TABLE appeal_event (
  holder_id  TEXT   NOT NULL,
  appeal_id  TEXT   NOT NULL,
  seq        BIGINT NOT NULL,
  action     TEXT   NOT NULL,
  account_id TEXT   NOT NULL,
  words      BYTEA  NOT NULL, -- ciphertext
  at         BIGINT NOT NULL,
  PRIMARY KEY (holder_id, appeal_id, seq)
);

-- A unit's desk: the appeals it answers, closed ones too.
-- kind: local
CREATE TABLE unit_appeal (
  unit_id   TEXT   NOT NULL,
  appeal_id TEXT   NOT NULL,
  holder_id TEXT   NOT NULL,
  kind      TEXT   NOT NULL,
  state     TEXT   NOT NULL,
  clerk_id  TEXT   NOT NULL,
  due_at    BIGINT NOT NULL,
  raised_at BIGINT NOT NULL,
  PRIMARY KEY (unit_id, appeal_id)
);

-- Proofs that at a moment a unit could use a license (可用证明); the leaf of the log has the same id.
-- kind: holder
CREATE TABLE availability (
  holder_id         TEXT   NOT NULL,
  proof_id          TEXT   NOT NULL,
  at                BIGINT NOT NULL,
  license_holder_id TEXT   NOT NULL,
  license_id        TEXT   NOT NULL,
  license_version   BIGINT NOT NULL, -- row version of the license that was pinned
  type_code         TEXT   NOT NULL,
  license_state     TEXT   NOT NULL,
  matter_code       TEXT   NOT NULL,
  seq               BIGINT NOT NULL,
  unit_id           TEXT   NOT NULL,
  PRIMARY KEY (holder_id, proof_id)
);

-- kind: lookup
CREATE TABLE availability_index (
  proof_id  TEXT NOT NULL PRIMARY KEY,
  holder_id TEXT NOT NULL
);

-- Violations that the system recognised or a complaint proved (违规), in the shard of whom they concern.
-- 榕政办〔2018〕214号 第二十条.
-- kind: holder
CREATE TABLE violation (
  holder_id         TEXT   NOT NULL,
  violation_id      TEXT   NOT NULL,
  once_key          TEXT   NOT NULL, -- the same act is recorded once
  kind              TEXT   NOT NULL, -- paper, refused
  source            TEXT   NOT NULL, -- desk, correction, complaint
  unit_id           TEXT   NOT NULL, -- whose
  account_id        TEXT   NOT NULL, -- "" where not known
  supervisor_id     TEXT   NOT NULL, -- unit that supervises
  case_no           TEXT   NOT NULL,
  matter_code       TEXT   NOT NULL,
  seq               BIGINT NOT NULL,
  license_holder_id TEXT   NOT NULL,
  license_id        TEXT   NOT NULL,
  type_code         TEXT   NOT NULL,
  license_state     TEXT   NOT NULL, -- at that moment
  ground            TEXT   NOT NULL, -- that was claimed
  appeal_id         TEXT   NOT NULL,
  proof_id          TEXT   NOT NULL,
  leaf_id           TEXT   NOT NULL,
  at                BIGINT NOT NULL,
  state             TEXT   NOT NULL, -- waiting, settled
  outcome           TEXT   NOT NULL, -- "", upheld, dismissed
  words             BYTEA  NOT NULL, -- ciphertext of what the supervisor decided
  settled_by        TEXT   NOT NULL,
  settled_at        BIGINT NOT NULL,
  row_version       BIGINT NOT NULL,
  PRIMARY KEY (holder_id, violation_id),
  UNIQUE (holder_id, once_key)
);

-- kind: local
CREATE TABLE supervisor_violation (
  unit_id      TEXT   NOT NULL, -- that supervises
  violation_id TEXT   NOT NULL,
  holder_id    TEXT   NOT NULL,
  of_unit_id   TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (unit_id, violation_id)
);
