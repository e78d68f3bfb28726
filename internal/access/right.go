package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/cedar-policy/cedar-go"
	"golang.org/x/text/width"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// right is what somebody may do with a license in a case (FZ-12: 查询、验证、比对、取文件): each is asked for and decided by itself.
type right string

// The rights, the least first. What a matter's binding gives of them says ADR 27.
const (
	rightList    right = "list"    // what licenses of a bound type a party has; nothing of their faces
	rightVerify  right = "verify"  // whether a license is genuine and in force
	rightCompare right = "compare" // whether values that somebody told stand on it; it gives none away
	rightRead    right = "read"    // the bound fields
	rightCopy    right = "copy"    // the annotated copy or its picture
)

// inCase is the action that the five rights are members of, so that one rule can hold for all of them.
var inCase = cedar.NewEntityUID("Action", "inCase")

// inCaseActions are the actions of ground case.
var inCaseActions = map[right]cedar.EntityUID{
	rightList:    cedar.NewEntityUID("Action", "listInCase"),
	rightVerify:  cedar.NewEntityUID("Action", "verifyInCase"),
	rightCompare: cedar.NewEntityUID("Action", "compareInCase"),
	rightRead:    cedar.NewEntityUID("Action", "readInCase"),
	rightCopy:    cedar.NewEntityUID("Action", "copyInCase"),
}

// toldFields may be held against what somebody told wherever a type is bound: what a person says who names a license.
// Of the rest only what the matter binds for reading, so that comparing tells nothing that reading would not.
var toldFields = []string{"CZZT", "CZZTDM", "ZZBH", "ZZBFJG", "ZZBFRQ", "ZZYXQQSRQ", "ZZYXQJZRQ"}

// ListAsk asks which licenses of a type a party of a case has.
type ListAsk struct {
	CaseNo     string
	MatterCode string // the matter the caller says it works on
	HolderID   string
	TypeCode   string
	System     *System // nil: a clerk at this platform's own pages
}

// Listing names the licenses of a party, the newest first: identifier, type, issuer, state and dates, and no face.
type Listing struct {
	Licenses []license.License
	RecordNo string
	At       time.Time
}

// List says which published licenses of a bound type a party of a case has, whatever their state.
func (d *Door) List(ctx context.Context, actor *authn.Actor, a ListAsk) (Listing, error) {
	var out Listing
	u, err := d.worked(ctx, func(tx *db.Tx) (use, error) {
		l := license.License{TypeCode: a.TypeCode, Holders: []string{a.HolderID}}
		u, err := d.judgeCase(ctx, tx, actor, Ask{CaseNo: a.CaseNo, MatterCode: a.MatterCode, LicenseHolderID: a.HolderID, System: a.System},
			l, demand{right: rightList, life: lifeOf(actor, d.o.Clock.Now())})
		u.fields = []string{}
		if err != nil || len(u.reasons) > 0 {
			return u, err
		}
		held, err := d.o.Licenses.Held(ctx, tx, a.HolderID, a.TypeCode)
		out.Licenses = license.Told(held, d.o.Clock.Now())
		return u, err
	})
	if err != nil {
		return Listing{}, err
	}
	out.RecordNo, out.At = u.recordNo, u.at
	return out, nil
}

// Claim is a license as somebody tells of it. Where the Ask names no license, it is looked for among those of the holder by
// its type and its number (证照编号) or identifier (电子证照标识).
type Claim struct {
	TypeCode string
	Number   string
	Told     map[string]string // values that should stand on it; may be empty
}

// The answers of a verification of information (信息验证), GB/T 36906. Code 7 means the same as 6 and is not used.
const (
	VerifiedValid      = 0 // 正确且有效
	VerifiedNotYet     = 1 // 正确且未激活
	VerifiedSuspended  = 2 // 正确且暂时失效
	VerifiedEnded      = 3 // 正确且已失效
	VerifiedIncomplete = 4 // 信息不全无法验证
	VerifiedUnknown    = 5 // 查无此信息
	VerifiedWrong      = 6 // 部分信息有误
)

// Verdict is the answer of a verification.
type Verdict struct {
	Code     int
	License  license.License // zero when nothing was found
	State    license.State   // as its source says, where it has one
	RecordNo string
	At       time.Time
}

// Verify says whether a license is genuine and in force. It gives nothing of it away: of values that were told, only whether
// all of them are right, and that as rarely as Compare does.
func (d *Door) Verify(ctx context.Context, actor *authn.Actor, a Ask, c Claim) (Verdict, error) {
	u, asked, err := d.held(ctx, actor, a, c, rightVerify)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{License: u.license, State: u.license.State(u.at), RecordNo: u.recordNo, At: u.at}
	switch {
	case a.LicenseID == "" && (c.Number == "" || c.TypeCode == ""):
		return Verdict{Code: VerifiedIncomplete, RecordNo: v.RecordNo, At: v.At}, nil
	case u.license.ID == "" || u.license.Step != license.StepPublished:
		return Verdict{Code: VerifiedUnknown, RecordNo: v.RecordNo, At: v.At}, nil
	case len(asked) < len(c.Told):
		v.Code = VerifiedIncomplete
		return v, nil
	}
	if len(asked) > 0 || u.license.Indexed() {
		b, err := d.o.Reader.Read(ctx, u.license)
		if err != nil {
			return Verdict{}, err
		}
		if b.Said != "" {
			v.State = b.Said
		}
		for _, name := range asked {
			if !sameValue(c.Told[name], b.Values[name]) {
				v.Code = VerifiedWrong
				return v, nil
			}
		}
	}
	v.Code = map[string]int{"valid": VerifiedValid, "notInForce": VerifiedNotYet, "suspended": VerifiedSuspended, "ended": VerifiedEnded}[v.State.Verdict()]
	return v, nil
}

// Match is what comparing says of one field.
type Match string

// The answers. A field that the type does not have and one that may not be compared here are told apart to nobody.
const (
	Matches      Match = "match"
	Differs      Match = "differs"
	UnknownField Match = "unknown"
)

// Comparison is the answer to values that were told, by field name.
type Comparison struct {
	License  license.License
	Fields   map[string]Match
	RecordNo string
	At       time.Time
}

// Compare holds values that somebody told against a license and says of each whether it stands there. The values of the
// license never leave; how often it is asked is bounded by rule case.tries, so that nobody finds them by trying.
func (d *Door) Compare(ctx context.Context, actor *authn.Actor, a Ask, values map[string]string) (Comparison, error) {
	if len(values) == 0 {
		return Comparison{}, errs.New(errs.Invalid, "compare.nothing").On("values")
	}
	u, asked, err := d.held(ctx, actor, a, Claim{Told: values}, rightCompare)
	if err != nil {
		return Comparison{}, err
	}
	b, err := d.o.Reader.Read(ctx, u.license)
	if err != nil {
		return Comparison{}, err
	}
	if err := u.bears(b); err != nil {
		return Comparison{}, err
	}
	c := Comparison{License: u.license, Fields: map[string]Match{}, RecordNo: u.recordNo, At: u.at}
	for name := range values {
		c.Fields[name] = UnknownField
	}
	for _, name := range asked {
		if _, there := b.Type.Field(name); !there {
			continue
		}
		c.Fields[name] = Differs
		if sameValue(values[name], b.Values[name]) {
			c.Fields[name] = Matches
		}
	}
	return c, nil
}

// held decides and records that a license is held against what was told of it, and gives the fields that may be held
// against it. Nothing has been read when it returns.
func (d *Door) held(ctx context.Context, actor *authn.Actor, a Ask, c Claim, r right) (use, []string, error) {
	var asked []string
	u, err := d.worked(ctx, func(tx *db.Tx) (use, error) {
		l, err := d.claimed(ctx, tx, a, c)
		if err != nil {
			return use{}, err
		}
		guessed, err := d.guessed(ctx, tx, actor, a, c, l)
		if err != nil {
			return use{}, err
		}
		tries, err := d.tries(ctx, tx, guessed)
		if err != nil {
			return use{}, err
		}
		u, err := d.judgeCase(ctx, tx, actor, a, l, demand{right: r, tries: tries, life: lifeOf(actor, d.o.Clock.Now())})
		if err != nil {
			return use{}, err
		}
		may := slices.Concat(toldFields, u.fields)
		asked = nil
		for name := range c.Told {
			if slices.Contains(may, name) {
				asked = append(asked, name)
			}
		}
		slices.Sort(asked)
		u.fields = append([]string{}, asked...)
		if len(u.reasons) == 0 {
			return u, d.count(ctx, tx, guessed)
		}
		return u, nil
	})
	return u, asked, err
}

// claimed finds the license that is asked about. One that is not there is an unnamed license of the holder's of that type, so
// that the rules can say whether its absence may be told.
func (d *Door) claimed(ctx context.Context, tx *db.Tx, a Ask, c Claim) (license.License, error) {
	if a.LicenseID != "" {
		return d.licenseOf(ctx, tx, a)
	}
	none := license.License{TypeCode: c.TypeCode, Holders: []string{a.LicenseHolderID}}
	if c.Number == "" || c.TypeCode == "" {
		return none, nil
	}
	all, err := d.o.Licenses.Held(ctx, tx, a.LicenseHolderID, c.TypeCode)
	if err != nil {
		return license.License{}, err
	}
	for _, l := range all {
		if l.Identifier == c.Number {
			return l, nil
		}
	}
	for _, l := range all {
		bear, err := d.o.Licenses.ByNumber(ctx, tx, l.IssuerID, c.Number, []string{c.TypeCode})
		if err != nil {
			return license.License{}, err
		}
		if len(bear) > 0 && bear[0].ID == l.ID {
			return l, nil
		}
	}
	return none, nil
}

// worked is a use that is decided, recorded and, when it was refused, answered as such.
func (d *Door) worked(ctx context.Context, decide func(tx *db.Tx) (use, error)) (use, error) {
	var u use
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if u, err = decide(tx); err != nil {
			return err
		}
		return d.record(ctx, tx, &u)
	})
	if err != nil {
		return use{}, err
	}
	return u, u.refusal()
}

// tried is how often something was held against a license before.
type tried struct{ inCase, today int }

// guess is what one try is counted on: a license, or a type of which somebody tells a number; in a case, or on a day by a unit.
type guess struct {
	holderID, of, in string
	right            bool // it counts nothing itself; but it is one too many where too many were wrong
}

// guessed is what a try is counted on. Values told are held against the license that is there. A number told is a value as well:
// where it is on none of the holder's licenses, it counts on their type; and nobody goes on to tell numbers of a type of which too
// many were wrong. Neither a case nor a license has a name with "/" in it.
func (d *Door) guessed(ctx context.Context, tx *db.Tx, actor *authn.Actor, a Ask, c Claim, l license.License) ([]guess, error) {
	today := actor.UnitID + "/" + d.o.Clock.Now().In(clock.Shanghai).Format(time.DateOnly)
	var all []guess
	if a.LicenseID == "" && c.Number != "" && c.Number != l.Identifier {
		known, err := d.shardOf(ctx, tx, a.LicenseHolderID)
		if err != nil {
			return nil, err
		}
		for _, in := range []string{a.CaseNo, today} {
			if known != "" {
				all = append(all, guess{a.LicenseHolderID, "type/" + c.TypeCode, in, l.ID != ""})
			}
		}
	}
	if len(c.Told) > 0 && l.ID != "" {
		all = append(all, guess{l.HolderID, l.ID, a.CaseNo, false}, guess{l.HolderID, l.ID, today, false})
	}
	return all, nil
}

// tries is how often was tried what is tried now. The rows are locked from here to the end of the transaction, so that two at once
// are counted one after the other.
func (d *Door) tries(ctx context.Context, tx *db.Tx, all []guess) (tried, error) {
	var most tried
	for _, g := range all {
		var n int
		err := tx.QueryRow(ctx, `
			INSERT INTO use_told (holder_id, license_id, case_no, tries)
			VALUES ($1, $2, $3, 0)
			ON CONFLICT (holder_id, license_id, case_no) DO UPDATE SET tries = use_told.tries
			RETURNING tries`, g.holderID, g.of, g.in).Scan(&n)
		if err != nil {
			return tried{}, fmt.Errorf("count comparisons: %w", err)
		}
		if strings.Contains(g.in, "/") {
			most.today = max(most.today, n)
		} else {
			most.inCase = max(most.inCase, n)
		}
	}
	return most, nil
}

// count counts a try on all that it is counted on.
func (d *Door) count(ctx context.Context, tx *db.Tx, all []guess) error {
	for _, g := range all {
		if g.right {
			continue
		}
		n, err := tx.Exec(ctx, `
			UPDATE use_told SET tries = tries + 1
			WHERE holder_id = $1 AND license_id = $2 AND case_no = $3`, g.holderID, g.of, g.in)
		if err == nil && n != 1 {
			err = errors.New("no row")
		}
		if err != nil {
			return fmt.Errorf("count comparison: %w", err)
		}
	}
	return nil
}

// sameValue compares what a person told with what stands on a license: the width of characters, spaces, the case of letters and
// the way in which a date is written make no difference. What is not there is told by nobody.
func sameValue(told, stands string) bool {
	a, b := plainValue(told), plainValue(stands)
	return a == b && a != ""
}

func plainValue(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case strings.ContainsRune("·•・‧∙", r):
			return '·'
		}
		return unicode.ToUpper(r)
	}, width.Fold.String(s))
	for _, form := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2006年1月2日"} {
		if day, err := time.Parse(form, s); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	return s
}
