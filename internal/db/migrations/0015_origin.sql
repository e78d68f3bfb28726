-- +goose Up

-- How a license came to be. origin: "case" (联机制证), "offline" (脱机制证), "batch" (批量制证), "stock" (存量转换),
-- "vertical" (垂管系统), "external" (taken over from its source), "appeal" (申领补录). origin_id: the batch or the system.
-- converter_id: the unit that converted an old license, where it is another than the issuer (闽政办〔2022〕33号).
-- paper_serial: the printed number of the paper license that goes with it. follows: the license of the version before.
ALTER TABLE license ADD COLUMN origin       TEXT NOT NULL DEFAULT 'case';
ALTER TABLE license ADD COLUMN origin_id    TEXT NOT NULL DEFAULT '';
ALTER TABLE license ADD COLUMN converter_id TEXT NOT NULL DEFAULT '';
ALTER TABLE license ADD COLUMN paper_serial TEXT NOT NULL DEFAULT '';
ALTER TABLE license ADD COLUMN follows      TEXT NOT NULL DEFAULT '';
