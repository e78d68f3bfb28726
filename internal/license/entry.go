package license

import (
	"context"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// findings lists all that the type's rules at entry find wrong with a draft, with how grave each is: its fields, its
// rules, and whether its holders have one in force. Licenses that were made elsewhere or are converted are not held
// against others: which of two is the right one was decided where they come from.
func (s *Store) findings(ctx context.Context, q *db.Tx, t *catalog.Type, d Draft) ([]catalog.Fault, error) {
	found := t.Faults(d.Fields)
	if t.Duplicate == "" || d.Follows != "" || d.origin() == Stock || d.External || d.origin() == Pushed {
		return found, nil
	}
	for _, id := range d.Holders {
		held, err := s.inForce(ctx, q, id, t.Code)
		if err != nil {
			return nil, err
		}
		if held {
			return append(found, catalog.Fault{Error: errs.New(errs.Conflict, "license.held").On("CZZT"), Severity: t.Duplicate}), nil
		}
	}
	return found, nil
}

// inForce reports whether a holder has a license of a type in force, or in the making.
func (s *Store) inForce(ctx context.Context, q *db.Tx, holderID, typeCode string) (bool, error) {
	held, err := s.Held(ctx, q, holderID, typeCode)
	if err != nil {
		return false, err
	}
	now := s.o.Clock.Now()
	for _, l := range held {
		if state := l.State(now); state.Usable() || state == InMaking {
			return true, nil
		}
	}
	return false, nil
}

// parted tells findings apart: the first that forbids is an error, and of the others the words are given.
func parted(found []catalog.Fault) (warnings string, err error) {
	var words []string
	for _, f := range found {
		if f.Severity == catalog.Block {
			return "", f.Error
		}
		words = append(words, errs.Text(f.Code, "zh", f.Args))
	}
	return strings.Join(words, "\n"), nil
}
