package license

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// Trace is one step in a license's life (全过程留痕).
type Trace struct {
	Action    string
	AccountID string
	UnitID    string
	Ground    string // case, decision or printed number that it rests on
	Words     string // what was said with it
	At        time.Time

	// Of an operation on what was published.
	Reason     string    // code
	ApproverID string    // the second person
	TrueFrom   time.Time // since when it is so; zero: since At
}

// History lists what happened to a license, oldest first.
func (s *Store) History(ctx context.Context, q *db.Tx, l License) ([]Trace, error) {
	rows, err := q.Query(ctx, `
		SELECT action, account_id, unit_id, ground, words, at, reason, approver_id, true_from
		FROM license_event
		WHERE holder_id = $1 AND license_id = $2
		ORDER BY seq`, l.HolderID, l.ID)
	if err != nil {
		return nil, fmt.Errorf("read history of license: %w", err)
	}
	var found []Trace
	var words [][]byte
	for rows.Next() {
		var x Trace
		var at, from int64
		var sealed []byte
		if err := rows.Scan(&x.Action, &x.AccountID, &x.UnitID, &x.Ground, &sealed, &at, &x.Reason, &x.ApproverID, &from); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("read history of license: %w", err)
		}
		x.At, x.TrueFrom = db.Time(at), db.Time(from)
		found, words = append(found, x), append(words, sealed)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("read history of license: %w", err)
	}
	for i, sealed := range words {
		if len(sealed) == 0 {
			continue
		}
		plain, err := s.o.Holders.Open(ctx, q, l.HolderID, sealed)
		if err != nil {
			return nil, err
		}
		found[i].Words = string(plain)
	}
	return found, nil
}
