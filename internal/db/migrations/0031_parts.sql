-- +goose Up

-- Which licenses of the same holder a comprehensive license (行业综合许可证) was made of. How each stands is read from
-- itself, when it is asked.
-- kind: holder
CREATE TABLE license_part (
  holder_id  TEXT   NOT NULL,
  license_id TEXT   NOT NULL, -- the whole
  part_id    TEXT   NOT NULL, -- the version of the part that it was made of
  seq        BIGINT NOT NULL, -- in the order of the type
  PRIMARY KEY (holder_id, license_id, part_id)
);
CREATE INDEX license_part_of ON license_part (holder_id, part_id);
