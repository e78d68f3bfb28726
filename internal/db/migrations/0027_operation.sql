-- +goose Up

-- What people of an issuing unit ask to be done to a license, until a second person has agreed or refused. The state of
-- a license does not follow from here but from its own events.
-- kind: holder
CREATE TABLE life_operation (
  holder_id    TEXT   NOT NULL,
  operation_id TEXT   NOT NULL,
  license_id   TEXT   NOT NULL,
  open_key     TEXT   NOT NULL, -- the license while it is open, so that one waits at a time; then its id
  unit_id      TEXT   NOT NULL, -- of the issuer
  state        TEXT   NOT NULL, -- open, done, refused, withdrawn
  action       TEXT   NOT NULL,
  reason       TEXT   NOT NULL, -- code
  ground       TEXT   NOT NULL, -- number of the decision
  true_from    BIGINT NOT NULL, -- 0: from when it is done
  words        BYTEA,           -- ciphertext: the pledgee and their consent
  asked_by     TEXT   NOT NULL, -- account
  asked_at     BIGINT NOT NULL,
  closed_by    TEXT   NOT NULL, -- account
  closed_at    BIGINT NOT NULL,
  answer       BYTEA,           -- ciphertext of why it was refused
  row_version  BIGINT NOT NULL,
  PRIMARY KEY (holder_id, operation_id),
  UNIQUE (holder_id, open_key)
);

-- A unit's list of what was asked for.
-- kind: local
CREATE TABLE unit_operation (
  unit_id      TEXT   NOT NULL,
  operation_id TEXT   NOT NULL,
  holder_id    TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  PRIMARY KEY (unit_id, operation_id)
);
