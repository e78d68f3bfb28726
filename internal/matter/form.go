package matter

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// areaFrom is the length from which a field is written on several lines.
const areaFrom = 60

// FormOf is the form that asks for what the fields of a license type need, and how its answers fill them: what an
// item gets whose result is made here and that brings no form of its own. Pictures are not asked for by a form.
func FormOf(t *catalog.Type) (form []FormField, fill map[string]string) {
	fill = map[string]string{}
	fields := t.Fields
	if t.Validity.Rule == catalog.Until {
		until, _ := t.Field("ZZYXQJZRQ")
		until.Required = true
		fields = append([]catalog.Field{until}, fields...)
	}
	for _, f := range fields {
		if f.Type == "photo" {
			continue
		}
		x := FormField{Name: f.Name, Label: f.Label, LabelEn: f.LabelEn, Type: f.Type, Required: f.Required, MaxLength: f.MaxLen}
		switch f.Type {
		case "code":
			x.Type, x.Options, x.MaxLength = "select", f.Options, 0
		case "text":
			if f.MaxLen > areaFrom {
				x.Type = "area"
			}
		default:
			x.MaxLength = 0
		}
		form = append(form, x)
		fill[f.Name] = f.Name
	}
	return form, fill
}

// ask gives an item whose result is made here, and that brings no form, the form of its result's fields.
func (s *Store) ask(ctx context.Context, q *db.Tx, i *Item) error {
	if len(i.Form) > 0 || i.ResultFields != nil || !i.MadeHere() {
		return nil
	}
	t, err := s.o.Types.Current(ctx, q, i.Result)
	if err != nil {
		if errs.Of(err).Kind != errs.Internal {
			return nil // said elsewhere: a matter may be entered before its result is published
		}
		return err
	}
	i.Form, i.ResultFields = FormOf(t)
	return nil
}
