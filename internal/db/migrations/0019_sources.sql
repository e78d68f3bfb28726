-- +goose Up

-- What base registers (基础库) answered before a license was made; values never come back from a register.
-- subject_id: the license, or the number of the case that was turned down. rule: which comparison of the type, from 0.
-- person: whose code was asked for, from 0. fields: by name of the license's field: match, mismatch, unknown.
-- result: match, mismatch, unknown, absent (the register knows nobody of the code), down.
-- effect: "" (agreed), warn, wait, refuse, block.
-- kind: holder
CREATE TABLE register_answer (
  holder_id  TEXT     NOT NULL,
  subject_id TEXT     NOT NULL,
  rule       SMALLINT NOT NULL,
  person     SMALLINT NOT NULL,
  register   TEXT     NOT NULL,
  name       TEXT     NOT NULL, -- of the system that answered
  result     TEXT     NOT NULL,
  effect     TEXT     NOT NULL,
  fields     TEXT     NOT NULL,
  asked      INTEGER  NOT NULL, -- how often
  first_at   BIGINT   NOT NULL,
  at         BIGINT   NOT NULL,
  PRIMARY KEY (holder_id, subject_id, rule, person)
);
