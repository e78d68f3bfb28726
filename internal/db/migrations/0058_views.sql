-- +goose Up

-- The unit that issued the license of a use (签发单位); "" where no license was found. It is for the issuer's own view.
ALTER TABLE access_record ADD COLUMN issuer_id TEXT NOT NULL DEFAULT '';

UPDATE access_record
SET issuer_id = COALESCE((
  SELECT l.issuer_id
  FROM license l
  WHERE l.holder_id = access_record.holder_id AND l.license_id = access_record.license_id
), '');

-- Issuers and auditors look across holders, always within a span of time.
CREATE INDEX access_record_by_issuer ON access_record (issuer_id, at);
CREATE INDEX access_record_by_time ON access_record (at, record_id);
