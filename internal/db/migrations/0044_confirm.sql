-- +goose Up

-- When the account behind a session last confirmed itself strongly, and by what; 0: not in this session.
ALTER TABLE session ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN confirmed_by TEXT NOT NULL DEFAULT '';

-- What an account confirms itself with besides its password (第二因素).
-- kind: local
CREATE TABLE account_factor (
  factor_id  TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
  account_id TEXT   NOT NULL,
  kind       TEXT   NOT NULL, -- totp, passkey
  name       BYTEA  NOT NULL, -- ciphertext: what the owner calls it
  secret     BYTEA  NOT NULL, -- ciphertext: the secret of codes, or the credential of a passkey
  counter    BIGINT NOT NULL, -- the last code or signature that was taken
  created_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL  -- 0: not yet
);
CREATE INDEX account_factor_by_account ON account_factor (account_id);

-- A confirmation or an enrolment that was begun in a session and waits for its answer: one of each kind, taken once.
-- kind: local
CREATE TABLE session_step (
  token_hash BYTEA  NOT NULL,
  kind       TEXT   NOT NULL,
  state      BYTEA  NOT NULL, -- ciphertext
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash, kind)
);
