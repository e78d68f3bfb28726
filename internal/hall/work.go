package hall

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// opinionMax bounds an opinion in characters; a form value without its own bound, likewise.
const (
	opinionMax = 500
	valueMax   = 500
)

// SetForm enters form values. A value that the rule takes from a license cannot be changed.
func (h *Hall) SetForm(ctx context.Context, actor *authn.Actor, no string, version int64, values map[string]string) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.mine(ctx, tx, actor, no, matter.Accept, version)
		if err != nil {
			return err
		}
		settled, err := h.o.Cases.Materials(ctx, tx, c)
		if err != nil {
			return err
		}
		if len(settled) < len(m.Materials) {
			// What a license says is not known yet; nobody may write in its place.
			return errs.New(errs.Conflict, "case.fetching")
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			text := values[name]
			i := slices.IndexFunc(m.Form, func(f matter.FormField) bool { return f.Name == name })
			if i < 0 {
				return errs.New(errs.Invalid, "case.form-unknown").On(name)
			}
			old := c.Form[name]
			if old.Text == text {
				continue // what a license gave is taken as it is
			}
			if m.Form[i].Locked && old.Seq > 0 {
				return errs.New(errs.Invalid, "case.form-locked").On(name).With("name", m.Form[i].Label).With("nameEn", m.Form[i].LabelEn)
			}
			if err := checkValue(m.Form[i], text); err != nil {
				return err
			}
			c.Form[name] = casefile.Value{Text: text}
		}
		return h.o.Cases.Save(ctx, tx, &c)
	})
}

func checkValue(f matter.FormField, text string) error {
	limit := f.MaxLength
	if limit == 0 {
		limit = valueMax
	}
	if utf8.RuneCountInString(text) > limit {
		return errs.New(errs.Invalid, "field.too-long").On(f.Name).With("max", strconv.Itoa(limit))
	}
	if !clean(text) {
		return errs.New(errs.Invalid, "field.format").On(f.Name)
	}
	if text == "" {
		return nil
	}
	if len(f.Options) > 0 && !slices.Contains(f.Options, text) {
		return errs.New(errs.Invalid, "field.option").On(f.Name)
	}
	switch f.Type {
	case "date":
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return errs.New(errs.Invalid, "field.date").On(f.Name)
		}
	case "number":
		if !decimal.MatchString(text) {
			return errs.New(errs.Invalid, "field.number").On(f.Name)
		}
	}
	return nil
}

// clean reports whether a text can be shown as it is: valid, and without marks that hide or reorder what stands
// around them. Line breaks may stand.
func clean(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
	})
}

// decimal matches what a number field takes; the type of the license that the matter yields may ask for less.
var decimal = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,6})?$`)

// Submit passes a complete case on to be decided. The clerk's grants end.
func (h *Hall) Submit(ctx context.Context, actor *authn.Actor, no string, version int64, opinion string) error {
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, m, err := h.mine(ctx, tx, actor, no, matter.Accept, version)
		if err != nil {
			return err
		}
		materials, err := h.o.Cases.Materials(ctx, tx, c)
		if err != nil {
			return err
		}
		if missing := lacking(m, c, materials); len(missing) > 0 {
			return errs.New(errs.Conflict, "case.incomplete").With("missing", strings.Join(missing, "、"))
		}
		c.Stage, c.ClerkID = matter.Decide, ""
		return h.pass(ctx, tx, &c, "submit", actor, opinion)
	})
}

// lacking names the required materials and form fields that a case does not have.
func lacking(m matter.Matter, c casefile.Case, materials []casefile.Material) []string {
	status := map[int]string{}
	for _, x := range materials {
		status[x.Seq] = x.Status
	}
	var out []string
	for _, x := range m.Materials {
		s := status[x.Seq]
		if x.Required && s != casefile.Lent && s != casefile.Paper && s != casefile.Promised &&
			s != casefile.Attached {
			out = append(out, x.Name)
		}
	}
	for _, f := range m.Form {
		if f.Required && strings.TrimSpace(c.Form[f.Name].Text) == "" {
			out = append(out, f.Label)
		}
	}
	return out
}

// pass saves a step that takes the case out of its clerk's hands: grants given for it end at once.
func (h *Hall) pass(ctx context.Context, tx *db.Tx, c *casefile.Case, action string, actor *authn.Actor, opinion string) error {
	if utf8.RuneCountInString(opinion) > opinionMax {
		return errs.New(errs.Invalid, "field.too-long").On("opinion").With("max", strconv.Itoa(opinionMax))
	}
	if !clean(opinion) {
		return errs.New(errs.Invalid, "field.format").On("opinion")
	}
	// Saving compares versions and so decides between two at once; only the winner goes on to write the step.
	if err := h.o.Cases.Save(ctx, tx, c); err != nil {
		return err
	}
	if err := h.o.Door.EndGrants(ctx, tx, *c); err != nil {
		return err
	}
	if err := h.o.Cases.Add(ctx, tx, *c, action, actor.AccountID, opinion); err != nil {
		return err
	}
	if err := h.owed(ctx, tx, *c, action, actor); err != nil {
		return err
	}
	return h.tell(ctx, tx, *c, action)
}

// Take assigns a case that waits for decision to an approver, who must not have accepted it. Taking it from a
// colleague is possible and recorded (改派留痕). One that came in online and waits to be accepted goes to a clerk.
func (h *Hall) Take(ctx context.Context, actor *authn.Actor, no string, version int64) error {
	said, err := h.words(ctx, actor, no)
	if err != nil {
		return err
	}
	return h.o.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := h.ofUnit(ctx, tx, actor, no)
		switch {
		case err != nil:
			return err
		case c.State != casefile.StateOpen:
			return errs.New(errs.Conflict, "case.closed")
		case c.Stage == matter.Accept && c.AppliedBy != "":
			return h.accept(ctx, tx, actor, &c, version)
		case c.Stage != matter.Decide:
			return errs.New(errs.Conflict, "case.stage")
		case !actor.Has(authn.RoleApprover):
			return errs.New(errs.Denied, "denied")
		case version != c.RowVersion:
			return errs.New(errs.Conflict, "conflict")
		case c.ClerkID == actor.AccountID:
			return nil
		}
		if err := h.notAccepted(ctx, tx, c, actor.AccountID); err != nil {
			return err
		}
		c.ClerkID = actor.AccountID
		if err := h.recheck(ctx, tx, &c, said); err != nil {
			return err
		}
		return h.pass(ctx, tx, &c, "take", actor, "")
	})
}
