package caller

import (
	"context"
	"fmt"
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

// Follows gives the licenses that a system used in cases which are still open, each with the moment since when.
func (d *Desk) Follows(ctx context.Context, q *db.Tx, systemID string) (map[string]time.Time, error) {
	all, err := d.followed(ctx, q, systemID)
	if err != nil {
		return nil, err
	}
	out, open := map[string]time.Time{}, map[string]bool{}
	for _, f := range all {
		is, known := open[f.caseNo]
		if !known {
			if is, err = d.isOpen(ctx, q, f); err != nil {
				return nil, err
			}
			open[f.caseNo] = is
		}
		if since, ok := out[f.licenseID]; is && (!ok || f.since.Before(since)) {
			out[f.licenseID] = f.since
		}
	}
	return out, nil
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
func (d *Desk) isOpen(ctx context.Context, q *db.Tx, f followed) (bool, error) {
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

// unfollow forgets the licenses of cases that have closed.
func (d *Desk) unfollow(ctx context.Context) error {
	return d.o.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := d.followed(ctx, tx, "")
		if err != nil {
			return err
		}
		for _, f := range all {
			open, err := d.isOpen(ctx, tx, f)
			if err != nil {
				return err
			}
			if open {
				continue
			}
			_, err = tx.Exec(ctx, `
				UPDATE followed_license
				SET ended_at = $1
				WHERE system_id = $2 AND license_id = $3 AND case_no = $4`, db.Micros(d.o.Clock.Now()), f.systemID, f.licenseID, f.caseNo)
			if err != nil {
				return fmt.Errorf("unfollow license: %w", err)
			}
		}
		return nil
	})
}
