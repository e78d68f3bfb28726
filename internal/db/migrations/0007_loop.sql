-- +goose Up

-- A case may be opened by the applicant (online), at a front desk that works for several units, as part of one
-- application for several matters (一件事), or come in from a department's system.
ALTER TABLE case_file ADD COLUMN channel TEXT NOT NULL DEFAULT 'window'; -- window, online, event, system
ALTER TABLE case_file ADD COLUMN applied_by TEXT NOT NULL DEFAULT ''; -- account of the applicant or agent
ALTER TABLE case_file ADD COLUMN desk_unit_id TEXT NOT NULL DEFAULT ''; -- front desk that accepts it for the unit
ALTER TABLE case_file ADD COLUMN bundle_id TEXT NOT NULL DEFAULT '';
ALTER TABLE case_file ADD COLUMN submitted_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX case_file_by_bundle ON case_file (holder_id, bundle_id);

-- What the platform tells a holder (消息). The words are made when it is shown; nothing personal stands here.
-- kind: holder
CREATE TABLE notice (
  holder_id TEXT   NOT NULL,
  notice_id TEXT   NOT NULL, -- UUIDv7
  kind      TEXT   NOT NULL,
  subject   TEXT   NOT NULL, -- number of the case, id of the license or appeal …
  detail    TEXT   NOT NULL, -- JSON
  at        BIGINT NOT NULL,
  read_at   BIGINT NOT NULL,
  PRIMARY KEY (holder_id, notice_id)
);
