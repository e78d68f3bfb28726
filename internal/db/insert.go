package db

import (
	"context"
	"strconv"
	"strings"
)

// insertRows is how many rows one INSERT of Insert has at most. Fewer stand in statements of halving sizes, so that each
// table has few texts and all stay prepared.
const insertRows = 64

// insertParameters bounds the parameters of one statement: SQLite takes 32,766 and PostgreSQL 65,535.
const insertParameters = 30_000

// Insert enters many rows at once: into names the table and its columns, as "seal (seal_code, name)"; then is empty or an
// ON CONFLICT clause. It gives the number of rows that were entered.
func (t *Tx) Insert(ctx context.Context, into, then string, rows [][]any) (int64, error) {
	var total int64
	args := make([]any, 0, 32*insertRows)
	for at := 0; at < len(rows); {
		n := insertRows
		for n > 1 && (n > len(rows)-at || n*len(rows[at]) > insertParameters) {
			n /= 2
		}
		args = args[:0]
		for _, row := range rows[at : at+n] {
			args = append(args, row...)
		}
		done, err := t.Exec(ctx, t.insertText(into, then, n, len(rows[at])), args...)
		if err != nil {
			return total, err
		}
		total += done
		at += n
	}
	return total, nil
}

// insertText is the statement of n rows. The parameters of SQLite are not numbered: it would look each of them up.
func (t *Tx) insertText(into, then string, n, columns int) string {
	var b strings.Builder
	b.Grow(len(into) + len(then) + 32 + n*columns*6)
	b.WriteString("INSERT INTO ")
	b.WriteString(into)
	b.WriteString(" VALUES ")
	number := make([]byte, 0, 8)
	for i := range n * columns {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		if t.steady {
			b.WriteByte('?')
			continue
		}
		number = strconv.AppendInt(append(number[:0], '$'), int64(i+1), 10)
		b.Write(number)
	}
	b.WriteByte(')')
	if then != "" {
		b.WriteByte(' ')
		b.WriteString(then)
	}
	return b.String()
}
