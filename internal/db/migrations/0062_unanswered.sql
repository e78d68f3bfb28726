-- +goose Up

-- Requests for authorisations that were never answered, or taken back, go two weeks after the time for the answer: remind_at of
-- authorisation_index tells when. Those that stood before get their time here.
UPDATE authorisation_index
SET remind_at = (SELECT a.answer_by + 1209600000000 FROM authorisation a
	WHERE a.holder_id = authorisation_index.holder_id AND a.authorisation_id = authorisation_index.authorisation_id)
WHERE EXISTS (SELECT 1 FROM authorisation a
	WHERE a.holder_id = authorisation_index.holder_id AND a.authorisation_id = authorisation_index.authorisation_id
		AND a.step IN ('asked', 'retracted'));
