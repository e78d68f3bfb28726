package license

import (
	"context"
	"fmt"
	"slices"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// ByNumber finds the licenses of a unit that bear a number (证照编号), among the types named. The way is the keyed
// index, so that no number is looked for in clear.
func (s *Store) ByNumber(ctx context.Context, q *db.Tx, issuerID, number string, types []string) ([]License, error) {
	var found []License
	for _, code := range types {
		index := s.numberIndex(License{TypeCode: code, IssuerID: issuerID}, body{Values: map[string]string{"ZZBH": number}})
		l, err := s.lookup(ctx, q, `SELECT holder_id, license_id FROM license_number WHERE number_index = $1`, index)
		if errs.Code(err) == "license.unknown" {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, nil
}

// ByPaper finds the licenses of a unit whose paper bears a printed number (纸质证照印刷编号), the newest first.
func (s *Store) ByPaper(ctx context.Context, q *db.Tx, issuerID, serial string) ([]License, error) {
	return s.list(ctx, q, `
		SELECT `+columns+`
		FROM license
		WHERE issuer_id = $1 AND paper_serial = $2 AND paper_serial <> ''
		ORDER BY license_id DESC`, issuerID, serial)
}

// Versions lists a license with the versions before and after it, the first one first.
func (s *Store) Versions(ctx context.Context, q *db.Tx, l License) ([]License, error) {
	all := []License{l}
	for all[0].Follows != "" {
		before, err := s.Get(ctx, q, l.HolderID, all[0].Follows)
		if err != nil {
			return nil, err
		}
		all = slices.Insert(all, 0, before)
	}
	for {
		after, err := s.list(ctx, q, `
			SELECT `+columns+`
			FROM license
			WHERE holder_id = $1 AND follows = $2 AND step <> $3
			ORDER BY license_id`, l.HolderID, all[len(all)-1].ID, string(StepRefused))
		if err != nil || len(after) == 0 {
			return all, err
		}
		all = append(all, after[len(after)-1])
	}
}

// BindPaper notes the printed number of the paper license that goes with a published one (纸电同步), so that each knows
// the other. A blank serves one license; a spoilt one is replaced by noting the next.
func (s *Store) BindPaper(ctx context.Context, tx *db.Tx, l License, serial, accountID string) (License, error) {
	if l.Step != StepPublished {
		return License{}, errs.New(errs.Conflict, "license.stage")
	}
	if serial == l.PaperSerial {
		return l, nil
	}
	if err := s.PaperFree(ctx, tx, l.TypeCode, l.IssuerID, serial); err != nil {
		return License{}, err
	}
	n, err := tx.Exec(ctx, `
		UPDATE license
		SET paper_serial = $1, row_version = row_version + 1
		WHERE holder_id = $2 AND license_id = $3 AND row_version = $4`, serial, l.HolderID, l.ID, l.RowVersion)
	if err != nil {
		return License{}, fmt.Errorf("bind paper: %w", err)
	}
	if n == 0 {
		return License{}, errs.New(errs.Conflict, "conflict")
	}
	l.PaperSerial, l.RowVersion = serial, l.RowVersion+1
	return l, s.record(ctx, tx, l, Operation{Action: "paper", AccountID: accountID, UnitID: l.IssuerID, Ground: serial})
}

// PaperFree refuses a printed number that another license of the type bears already. One whose making was refused has
// given its blank back.
func (s *Store) PaperFree(ctx context.Context, q *db.Tx, typeCode, issuerID, serial string) error {
	found, err := s.ByPaper(ctx, q, issuerID, serial)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(found, func(l License) bool { return l.TypeCode == typeCode && l.Step != StepRefused }) {
		return errs.New(errs.Conflict, "license.paper-used").On("paperSerial")
	}
	return nil
}
