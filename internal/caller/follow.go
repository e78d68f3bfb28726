package caller

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// followed is a license that a system used in a case.
type followed struct {
	systemID, licenseID, caseNo string
	since                       time.Time
}

// usedIn is a case of a system in which it used licenses.
type usedIn struct{ systemID, caseNo string }

func (f followed) in() usedIn { return usedIn{f.systemID, f.caseNo} }

// Follows gives the licenses that a system used in cases which are still open, each with the moment since when.
func (d *Desk) Follows(ctx context.Context, q *db.Tx, systemID string) (map[string]time.Time, error) {
	all, err := d.followed(ctx, q, systemID)
	if err != nil {
		return nil, err
	}
	open, err := d.openOf(ctx, q, all)
	if err != nil {
		return nil, err
	}
	out := map[string]time.Time{}
	for _, f := range all {
		if since, ok := out[f.licenseID]; open[f.in()] && (!ok || f.since.Before(since)) {
			out[f.licenseID] = f.since
		}
	}
	return out, nil
}

// openOf tells of the cases in which licenses are followed whether they are still worked on, asking once for each.
func (d *Desk) openOf(ctx context.Context, q *db.Tx, all []followed) (map[usedIn]bool, error) {
	open := map[usedIn]bool{}
	for _, f := range all {
		if _, known := open[f.in()]; known {
			continue
		}
		is, err := d.isOpen(ctx, q, f.in())
		if err != nil {
			return nil, err
		}
		open[f.in()] = is
	}
	return open, nil
}

func (d *Desk) followed(ctx context.Context, q *db.Tx, systemID string) ([]followed, error) {
	rows, err := q.Query(ctx, `
		SELECT system_id, license_id, case_no, since
		FROM followed_license
		WHERE ended_at = 0 AND ($1 = '' OR system_id = $1)`, systemID)
	if err != nil {
		return nil, fmt.Errorf("list followed licenses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []followed
	for rows.Next() {
		var f followed
		var since int64
		if err := rows.Scan(&f.systemID, &f.licenseID, &f.caseNo, &since); err != nil {
			return nil, fmt.Errorf("list followed licenses: %w", err)
		}
		f.since = db.Time(since)
		found = append(found, f)
	}
	return found, rows.Err()
}

// isOpen reports whether a case is still worked on: by its own data, by this platform's, or as its system vouches for it.
func (d *Desk) isOpen(ctx context.Context, q *db.Tx, f usedIn) (bool, error) {
	fed, err := d.o.Feed.Case(ctx, q, f.systemID, f.caseNo)
	if err != nil && errs.Of(err).Kind != errs.NotFound {
		return false, err
	}
	if err == nil && (fed.Opened || fed.Closed) {
		return !fed.Closed, nil
	}
	p, err := d.provisionalOf(ctx, q, f.systemID, f.caseNo)
	if err == nil || errs.Of(err).Kind != errs.NotFound {
		return err == nil && p.State == Open && d.o.Clock.Now().Before(p.DueAt), err
	}
	own, err := d.o.Cases.Get(ctx, q, f.caseNo)
	if errs.Of(err).Kind == errs.NotFound {
		return false, nil
	}
	return own.State == casefile.StateOpen, err
}

// unfollow forgets the licenses of cases that have closed. The looking, which opens what the
// systems told of each case, is done apart, so that it holds no writer up.
func (d *Desk) unfollow(ctx context.Context) error {
	var open map[usedIn]bool
	err := d.o.DB.Read(ctx, func(q *db.Tx) error {
		all, err := d.followed(ctx, q, "")
		if err != nil {
			return err
		}
		open, err = d.openOf(ctx, q, all)
		return err
	})
	if err != nil {
		return err
	}
	maps.DeleteFunc(open, func(_ usedIn, is bool) bool { return is })
	if len(open) == 0 {
		return nil
	}
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		for f := range open {
			_, err := tx.Exec(ctx, `
				UPDATE followed_license
				SET ended_at = $1
				WHERE system_id = $2 AND case_no = $3 AND ended_at = 0`, db.Micros(d.o.Clock.Now()), f.systemID, f.caseNo)
			if err != nil {
				return fmt.Errorf("unfollow license: %w", err)
			}
		}
		return nil
	})
}
