package license

import (
	"context"
	"errors"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/status"
	"github.com/yinxin-org/yinxin/statuslist"
)

// The application's own values in the status lists: in force, with a claim of others on it.
const (
	ListedPledged  statuslist.Status = 12
	ListedDisputed statuslist.Status = 13
)

// listed is what a status list says of a license. What follows from dates alone, its period and its inspections, is no business
// of the list: who checks knows the dates.
func (l License) listed() statuslist.Status {
	if l.Ended != "" {
		return statuslist.Invalid
	}
	switch l.Holds.word() {
	case Suspended, Lost:
		return statuslist.Suspended
	case Disputed:
		return ListedDisputed
	case Pledged:
		return ListedPledged
	default:
		return statuslist.Valid
	}
}

// Listed gives the place of a published license in the status lists; when it is first asked for, the license gets one. What a
// national system keeps has none (status.ErrNone): its state is known there.
func (s *Store) Listed(ctx context.Context, l License) (p status.Place, err error) {
	if l.Step != StepPublished {
		return status.Place{}, errs.New(errs.Conflict, "license.stage")
	}
	if l.Indexed() {
		return status.Place{}, status.ErrNone
	}
	err = s.o.DB.Read(ctx, func(q *db.Tx) error {
		p, err = status.Find(ctx, q, l.HolderID, l.ID)
		return err
	})
	if !errors.Is(err, status.ErrNone) {
		return p, err
	}
	err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
		p, err = s.place(ctx, tx, l.HolderID, l.ID)
		return err
	})
	return p, err
}

// place gives a license a place unless somebody else just has. Once it is pinned, nothing happens to the license until the place
// is durable.
func (s *Store) place(ctx context.Context, tx *db.Tx, holderID, licenseID string) (status.Place, error) {
	l, err := s.Get(ctx, tx, holderID, licenseID)
	if err != nil {
		return status.Place{}, err
	}
	if err := s.Pin(ctx, tx, l); err != nil {
		return status.Place{}, err
	}
	if p, err := status.Find(ctx, tx, l.HolderID, l.ID); !errors.Is(err, status.ErrNone) {
		return p, err
	}
	return status.Assign(ctx, tx, l.HolderID, l.ID, l.listed())
}

// tell keeps the status list in step with what has just been written of a license.
func (l License) tell(ctx context.Context, tx *db.Tx) error {
	return status.Tell(ctx, tx, l.HolderID, l.ID, l.listed())
}
