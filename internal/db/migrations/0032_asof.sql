-- +goose Up

-- What a license was at a moment is read from this index alone.
CREATE INDEX license_event_course ON license_event (holder_id, license_id, action, at, true_from, seq);
