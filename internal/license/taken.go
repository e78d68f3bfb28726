package license

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
)

// Taken tells of each row whether its number was given to a license before. A number that the type's rule counts up is
// not known yet, and free.
func (b *Bulk) Taken(ctx context.Context, q *db.Tx, rows []Row) ([]bool, error) {
	taken := make([]bool, len(rows))
	at := map[string][]int{}
	var keys [][]byte
	for i, r := range rows {
		if r.Number == "" {
			continue
		}
		key := b.s.numberIndex(License{TypeCode: b.t.Code, IssuerID: b.issuer.ID}, body{Values: map[string]string{"ZZBH": r.Number}})
		if at[string(key)] == nil {
			keys = append(keys, key)
		}
		at[string(key)] = append(at[string(key)], i)
	}
	const most = 200
	for len(keys) > 0 {
		n := min(len(keys), most)
		var marks []string
		var args []any
		for _, k := range keys[:n] {
			args = append(args, k)
			marks = append(marks, "$"+strconv.Itoa(len(args)))
		}
		keys = keys[n:]
		found, err := q.Query(ctx, `SELECT number_index FROM license_number WHERE number_index IN (`+strings.Join(marks, ", ")+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("look for numbers: %w", err)
		}
		for found.Next() {
			var key []byte
			if err := found.Scan(&key); err != nil {
				_ = found.Close()
				return nil, fmt.Errorf("look for numbers: %w", err)
			}
			for _, i := range at[string(key)] {
				taken[i] = true
			}
		}
		if err := errors.Join(found.Err(), found.Close()); err != nil {
			return nil, fmt.Errorf("look for numbers: %w", err)
		}
	}
	return taken, nil
}
