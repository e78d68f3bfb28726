package license

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// StateAt is what a license was at a past moment, from its row and the events of its life: an end or a hold that came
// later was not there yet, and a report of loss that was taken back later still was. One whose event is not known
// counts as having been there.
func (s *Store) StateAt(ctx context.Context, q *db.Tx, l License, at time.Time) (State, error) {
	if l.Step != StepPublished || l.PublishedAt.After(at) {
		return InMaking, nil
	}
	rows, err := q.Query(ctx, `
		SELECT action, at FROM license_event
		WHERE holder_id = $1 AND license_id = $2
		ORDER BY seq`, l.HolderID, l.ID)
	if err != nil {
		return "", fmt.Errorf("list license events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	last := map[string]time.Time{}
	reported, lost := false, "" // whether a loss was ever reported, and whether it was at that moment
	held := ""                  // whether it was suspended at that moment
	for rows.Next() {
		var action string
		var us int64
		if err := rows.Scan(&action, &us); err != nil {
			return "", fmt.Errorf("list license events: %w", err)
		}
		last[action] = db.Time(us)
		switch {
		case last[action].After(at):
		case action == string(Suspended):
			held = action
		case action == released:
			held = ""
		}
		switch {
		case action != string(Lost) && action != recovered:
		case last[action].After(at):
			reported = true
		case action == string(Lost):
			reported, lost = true, string(Lost)
		default:
			reported, lost = true, ""
		}
	}
	if l.Ended != "" && last[l.Ended].After(at) {
		l.Ended = ""
	}
	_, suspended := last[string(Suspended)]
	switch {
	case held != "":
		l.Hold = held
	case suspended && l.Hold == string(Suspended), suspended && l.Hold == "":
		l.Hold = lost
	case reported && (l.Hold == "" || l.Hold == string(Lost)):
		l.Hold = lost
	case l.Hold != "" && last[l.Hold].After(at):
		l.Hold = ""
	}
	return l.State(at), rows.Err()
}
