-- +goose Up

-- After the factors of an account were reset because its owner lost them: of staff, 1 until one was enrolled anew; of holders,
-- the moment before which nothing but a face check confirms, 0 for none.
ALTER TABLE account ADD COLUMN must_enrol BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN strong_from BIGINT NOT NULL DEFAULT 0;
CREATE INDEX account_by_holder ON account (holder_id) WHERE holder_id IS NOT NULL;

-- Face checks (实人核验) that were answered, without the picture: what each said, so that no answer is taken twice.
-- kind: local
CREATE TABLE face_check (
  answer_id  TEXT   NOT NULL PRIMARY KEY, -- of the service
  account_id TEXT   NOT NULL,
  result     TEXT   NOT NULL, -- match, mismatch
  score      BIGINT NOT NULL, -- 0 to 100
  at         BIGINT NOT NULL
);
CREATE INDEX face_check_by_account ON face_check (account_id, at);
