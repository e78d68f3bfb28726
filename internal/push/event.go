// Package push tells other systems what happens to licenses (证照状态推送): each change once it stands, in the order of the
// log, at least once. LIFE-5; 闽政办〔2022〕33号 任务8.
//
// There is no second list of events: a change of a license is a leaf of the log, written in the transaction of the
// change, and the log gives every leaf its one place. A cursor is a place in it. A receiver that was away goes on where
// it stood. An event names a license and says how it stands; nothing in it is personal.
package push

import (
	"context"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Event is a change of a license.
type Event struct {
	Cursor     int64         `json:"cursor"` // its place in the log
	Identifier string        `json:"identifier"`
	TypeCode   string        `json:"typeCode"`
	IssuerID   string        `json:"issuerId"`
	VersionNo  int           `json:"versionNo"`
	Seq        int           `json:"seq"`    // its place in the life of the license
	Action     string        `json:"action"` // publish, lost, found, suspended, release, or what ended it
	At         time.Time     `json:"at"`
	State      license.State `json:"state"` // as the license stands when it is told
}

// inside are the steps of making, of which nobody outside is told.
var inside = []string{"draft", "seal", "refuse"}

// window bounds how many places of the log are looked at for one page.
const window = 5000

// Events gives the changes behind a cursor of licenses that a unit issues, and the cursor to go on from: beyond all that
// was looked at, whether or not there was something to tell.
func (d *Desk) Events(ctx context.Context, q *db.Tx, unitID string, types []string, cursor int64, limit int) (events []Event, next int64, err error) {
	return d.changes(ctx, q, unitID, cursor, limit, func(c license.Change) bool {
		return len(types) == 0 || slices.Contains(types, c.License.TypeCode)
	})
}

// changes gives the published changes behind a cursor of a unit's licenses, of all units' for "", that are wanted.
func (d *Desk) changes(ctx context.Context, q *db.Tx, unitID string, cursor int64, limit int, wanted func(license.Change) bool) (events []Event, next int64, err error) {
	last, err := d.Last(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	until := min(last, cursor+window)
	changes, err := d.o.Licenses.Changes(ctx, q, unitID, cursor, until)
	if err != nil {
		return nil, 0, err
	}
	now := d.o.Clock.Now()
	for _, c := range changes {
		if slices.Contains(inside, c.Action) || !wanted(c) {
			continue
		}
		l := c.License
		events = append(events, Event{Cursor: c.Index, Identifier: l.Identifier, TypeCode: l.TypeCode, IssuerID: l.IssuerID, VersionNo: l.VersionNo,
			Seq: c.Seq, Action: c.Action, At: c.At, State: l.State(now)})
		if len(events) == limit {
			return events, c.Index, nil
		}
	}
	return events, until, nil
}

// Used gives the changes behind a cursor of the licenses that a system uses in open cases, of each since it was used first. Once
// a case has closed, nothing more of its licenses is told.
func (d *Desk) Used(ctx context.Context, q *db.Tx, systemID string, types []string, cursor int64, limit int) (events []Event, next int64, err error) {
	follows, err := d.follows(ctx, q, systemID)
	if err != nil {
		return nil, 0, err
	}
	if len(follows) == 0 {
		last, err := d.Last(ctx, q)
		return nil, last, err
	}
	return d.changes(ctx, q, "", cursor, limit, func(c license.Change) bool {
		since, used := follows[c.License.ID]
		return used && !c.At.Before(since) && (len(types) == 0 || slices.Contains(types, c.License.TypeCode))
	})
}
