// Package status keeps the status lists (状态列表) of the platform's licenses and publishes them, so that anybody can tell offline
// whether a license is in force and nobody learns which one was asked for; see package statuslist for their form.
//
// It guarantees that a value which was written in a transaction is in the next publication after it, whatever is cut off in
// between, and that what was published is never replaced by something older, however many nodes publish.
//
// It knows places and values, not licenses: package license says what a value is, in the transaction in which it changes.
package status

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/statuslist"
)

const (
	// bits an entry takes: the registered statuses and the application's own.
	bits = 4
	// entries of a list. At least half stay free, so that the number of a place tells nothing.
	entries = 1 << 20
	// tries bounds the search for a free place; each hits one in a list that is half full with a chance of a half.
	tries = 64
)

// Place is where a status list tells of a license.
type Place struct {
	List  string // id of the list
	Index int
}

// ErrNone says that a license has no place yet.
var ErrNone = errors.New("status: the license has no place in a list")

// Find gives the place of a license, or ErrNone.
func Find(ctx context.Context, q *db.Tx, holderID, licenseID string) (Place, error) {
	var p Place
	err := q.QueryRow(ctx, `
		SELECT list_id, idx FROM status_entry
		WHERE holder_id = $1 AND license_id = $2`, holderID, licenseID).Scan(&p.List, &p.Index)
	if errors.Is(err, db.ErrNoRows) {
		return Place{}, ErrNone
	}
	if err != nil {
		return Place{}, fmt.Errorf("find status entry: %w", err)
	}
	return p, nil
}

// Assign gives a license a random free place in the open list, with its value. The caller makes sure that the license has none
// and does not change until its transaction ends.
func Assign(ctx context.Context, tx *db.Tx, holderID, licenseID string, v statuslist.Status) (Place, error) {
	p, err := take(ctx, tx, v)
	if err != nil {
		return Place{}, err
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO status_entry (holder_id, license_id, list_id, idx) VALUES ($1, $2, $3, $4)`, holderID, licenseID, p.List, p.Index); err != nil {
		return Place{}, fmt.Errorf("put status entry: %w", err)
	}
	if v == statuslist.Valid { // what the list says already
		return p, nil
	}
	return p, changed(ctx, tx, p.List)
}

func take(ctx context.Context, tx *db.Tx, v statuslist.Status) (Place, error) {
	list, size, err := open(ctx, tx)
	if err != nil {
		return Place{}, err
	}
	for range tries {
		i, err := rand.Int(rand.Reader, big.NewInt(size))
		if err != nil {
			return Place{}, fmt.Errorf("choose status entry: %w", err)
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO status_value (list_id, idx, value) VALUES ($1, $2, $3)
			ON CONFLICT (list_id, idx) DO NOTHING`, list, i.Int64(), int64(v))
		if err != nil {
			return Place{}, fmt.Errorf("take status entry: %w", err)
		}
		if n == 1 {
			return Place{list, int(i.Int64())}, nil
		}
	}
	return Place{}, errors.New("status: no free place found in the open list")
}

// open gives a list that has places to give, and makes one where there is none. Two made at the same moment do no harm: both
// are filled, one after the other.
func open(ctx context.Context, tx *db.Tx) (id string, size int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT list_id, entries FROM status_list
		WHERE is_open = 1
		ORDER BY list_id
		LIMIT 1`).Scan(&id, &size)
	if err == nil {
		return id, size, nil
	}
	if !errors.Is(err, db.ErrNoRows) {
		return "", 0, fmt.Errorf("find open status list: %w", err)
	}
	id = db.NewRandomID()
	if _, err := tx.Exec(ctx, `
		INSERT INTO status_list (list_id, entries, is_open, token, published_at, version) VALUES ($1, $2, 1, $3, 0, 0)`,
		id, int64(entries), []byte{}); err != nil {
		return "", 0, fmt.Errorf("open status list: %w", err)
	}
	return id, entries, nil
}

// Tell notes what is now true of a license, in the transaction that made it so. Of one that has no place nothing is noted.
func Tell(ctx context.Context, tx *db.Tx, holderID, licenseID string, v statuslist.Status) error {
	p, err := Find(ctx, tx, holderID, licenseID)
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE status_value SET value = $1
		WHERE list_id = $2 AND idx = $3 AND value <> $1`, int64(v), p.List, p.Index)
	if err != nil {
		return fmt.Errorf("change status: %w", err)
	}
	if n == 0 {
		return nil
	}
	return changed(ctx, tx, p.List)
}

// changed has a row of its own for each change: a counter in the list's row would make all changes wait for each other.
func changed(ctx context.Context, tx *db.Tx, list string) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO status_change (change_id, list_id) VALUES ($1, $2)`, db.NewID(), list); err != nil {
		return fmt.Errorf("note changed status: %w", err)
	}
	return nil
}
