package batch

import (
	"context"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// Cell is what a row says in one column, masked.
type Cell struct {
	Column sheet.Column
	Value  string
}

// Shown is what rows say, masked, for those who judge them; rows that are not good say nothing: in a faulty one, anything
// may stand anywhere.
func (d *Desk) Shown(ctx context.Context, q *db.Tx, b Batch, rows []Row) ([][]Cell, error) {
	t, err := d.o.Types.Current(ctx, q, b.TypeCode)
	if err != nil {
		return nil, err
	}
	f, list := form(t, b.Kind), make([][]Cell, len(rows))
	for i, r := range rows {
		if r.State != Good || len(r.payload) == 0 {
			continue
		}
		v, err := d.vault(b)
		if err != nil {
			return nil, err
		}
		values, err := v.open(r)
		if err != nil {
			return nil, err
		}
		list[i] = cells(t, f, values)
	}
	return list, nil
}

func cells(t *catalog.Type, f sheet.Form, values map[string]string) []Cell {
	var list []Cell
	for _, c := range f.Columns {
		if values[c.Name] != "" {
			list = append(list, Cell{c, covered(t, c.Name, values)})
		}
	}
	return list
}

// covered masks a value as the face of the license is masked for those who may not know it.
func covered(t *catalog.Type, column string, values map[string]string) string {
	value := values[column]
	if x, ok := t.Field(column); ok {
		return license.Covered(x, value)
	}
	name := strings.TrimRight(column, "0123456789")
	_, kind, err := holder.ParseCode(values[colCode+column[len(name):]], colCode)
	switch {
	case err == nil && kind == holder.CodeUSCC && (name == colName || name == colNumber):
		return value // of an organisation, both are public
	case name == colName:
		return holder.MaskName(value)
	case name == colCode, name == colPhone, name == colNumber:
		return holder.MaskCode(value)
	}
	return value
}
