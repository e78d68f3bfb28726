package license

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Held tells of each row which license of the type in force its first holder has already of the same issuer, the newest
// one; the zero License where there is none. Whether it is the same license as the row's is for a person to say.
func (b *Bulk) Held(ctx context.Context, q *db.Tx, rows []Row) ([]License, error) {
	held := make([]License, len(rows))
	at := map[string][]int{}
	var indexes []any
	for i, r := range rows {
		if len(r.Holders) == 0 {
			continue
		}
		index := b.s.o.Holders.Index(r.Holders[0].Code)
		if at[index] == nil {
			indexes = append(indexes, []byte(index))
		}
		at[index] = append(at[index], i)
	}
	const most = 200
	for len(indexes) > 0 {
		n := min(len(indexes), most)
		if err := b.held(ctx, q, indexes[:n], held, at); err != nil {
			return nil, err
		}
		indexes = indexes[n:]
	}
	return held, nil
}

func (b *Bulk) held(ctx context.Context, q *db.Tx, indexes []any, held []License, at map[string][]int) error {
	holders, err := b.s.o.Holders.FindMany(ctx, q, indexes)
	if err != nil || len(holders) == 0 {
		return err
	}
	args := []any{b.t.Code, string(StepPublished), db.Micros(b.s.o.Clock.Now()), b.issuer.ID}
	var marks []string
	for id := range holders {
		args = append(args, id)
		marks = append(marks, "$"+strconv.Itoa(len(args)))
	}
	rows, err := q.Query(ctx, `
		SELECT `+columns+`
		FROM license
		WHERE type_code = $1 AND step = $2 AND issuer_id = $4 AND ended = '' AND (valid_to = 0 OR valid_to > $3) AND holder_id IN (`+strings.Join(marks, ", ")+`)
		ORDER BY issued_on, license_id`, args...)
	if err != nil {
		return fmt.Errorf("look for licenses of holders: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return err
		}
		for _, i := range at[holders[l.HolderID]] {
			held[i] = l
		}
	}
	return rows.Err()
}

// keeper is the unit whose seals stand on a license: its issuer; for an old one that is converted, whoever answers now
// for what the issuer issued (机构改革). It refuses who may not make licenses of the type.
// Where the department changed, the unit that holds the data converts.
func (s *Store) keeper(ctx context.Context, q *db.Tx, o Order) (string, error) {
	if o.Origin != Stock {
		return o.IssuerID, s.mayIssue(ctx, q, o.TypeCode, o.IssuerID)
	}
	keeper, err := s.o.Units.Caretaker(ctx, q, o.IssuerID, o.TypeCode)
	if err != nil {
		return "", err
	}
	if converter := cmp.Or(o.ConverterID, o.IssuerID); converter != keeper {
		mandators, err := s.o.Units.Mandated(ctx, q, org.Convert, converter, o.TypeCode, s.o.Clock.Now())
		if err != nil {
			return "", err
		}
		if !slices.Contains(mandators, keeper) {
			return "", errs.New(errs.Denied, "stock.not-converter")
		}
	}
	return keeper, s.mayIssue(ctx, q, o.TypeCode, keeper)
}
