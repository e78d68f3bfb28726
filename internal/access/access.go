// Package access is the door (用证): the only way a license's body leaves the platform.
// 榕政办〔2018〕214号 第十二条; 闽政办〔2022〕33号 任务11 "一事一查".
//
// No ground, no data; no record, no data. Whoever wants a license names a ground; the rules in package policy
// decide on the facts read in the same transaction; the decision is recorded, as a row and as a leaf of the
// log, in that transaction, refusals too; only when it is durable are data given out, and only the fields that
// the ground needs.
package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/once"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/recent"
	"github.com/yinxin-org/yinxin/internal/task"
)

// Ground is why a license is read (用证依据): one of a closed list.
type Ground string

// The grounds that exist today.
const (
	Case         Ground = "case"
	Self         Ground = "self"
	Presentation Ground = "presentation"
	Consent      Ground = "consent"
	Issuing      Ground = "issuing"
	Share        Ground = "share"
	Commitment   Ground = "commitment"
	Inspection   Ground = "inspection"
	BreakGlass   Ground = "break-glass"
	Archive      Ground = "archive"
	Quality      Ground = "quality"
	Analysis     Ground = "analysis"
)

// grounds are all of them, in the order in which they are told.
var grounds = []Ground{Case, Consent, Presentation, Inspection, Self, Share, Issuing, Commitment, BreakGlass, Archive, Quality, Analysis}

// grantLife bounds a use grant (用证码), and copyLife the annotated copy made under it.
const (
	grantLife = 24 * time.Hour
	copyLife  = 30 * 24 * time.Hour
)

// Want is what a reading is to give besides the fields.
type Want int

// What can be wanted.
const (
	Fields   Want = iota // the fields alone
	Prepared             // the fields; the annotated copy is made and kept beside the grant, but not handed out
	Picture              // the face as SVG: of the annotated copy for a case, all but the bound and open fields masked; of the license otherwise
	File                 // the OFD file, likewise
)

// Options are the parts the door works with.
type Options struct {
	DB         *db.DB
	Clock      clock.Clock
	Reader     *license.BodyReader
	Licenses   *license.Store
	Cases      *casefile.Store
	Matters    *matter.Store
	Units      *org.Store
	Holders    *holder.Store
	Book       *evidence.Book
	Tasks      *task.Store // the supervisor's reports
	Notices    *notice.Store
	Trail      *change.Trail
	Signer     *gm.Signer // signs use grants and tokens
	PlatformID string     // the unit whose seal stands on annotated copies
}

// Door decides, records and hands out.
type Door struct {
	o       Options
	rules   *rules
	book    []Chapter
	once    *once.Store
	written *recent.Map[[32]byte, struct{}] // the last tokens that this process wrote, by their digest
}

// Open reads the rules and gives the door.
func Open(o Options) (*Door, error) {
	r, err := readRules()
	if err != nil {
		return nil, fmt.Errorf("read the door's rules: %w", err)
	}
	book, err := rulebook()
	if err != nil {
		return nil, fmt.Errorf("read the door's rulebook: %w", err)
	}
	return &Door{o: o, rules: r, book: book, once: once.Open(o.Holders, o.Clock), written: recent.New[[32]byte, struct{}](tokensKnown)}, nil
}

// Field is one value given out.
type Field struct{ Name, Label, LabelEn, Value string }

// Reading is what the door gave out, with the record of it.
type Reading struct {
	License  license.License
	Type     *catalog.Type
	Fields   []Field
	Content  []byte // the picture or file, when wanted
	Code     string // the check code on the face; on ground self only
	RecordNo string // 存证编号
	At       time.Time
}

// Refusal is the door's no, with every rule that said it.
type Refusal struct {
	Reasons  []string // codes, the first one leads
	RecordNo string
}

// Error names the reasons for the log.
func (r *Refusal) Error() string { return "access refused: " + r.Reasons[0] }

// Told are the reasons that whoever asked is told. That a license is no party's is the last one then: what else there is to say of
// it, or that there is none, would tell somebody with no ground of the holder's licenses. The record has them all.
func (r *Refusal) Told() []string {
	if i := slices.Index(r.Reasons, "access.case.party"); i >= 0 {
		return r.Reasons[:i+1]
	}
	return r.Reasons
}

// Unwrap gives the leading reason as an answer for outsiders.
func (r *Refusal) Unwrap() error {
	return errs.New(errs.Denied, r.Reasons[0]).With("recordNo", r.RecordNo)
}

// open reads a body after its use was recorded, and cuts it to the fields of the use.
func (d *Door) open(ctx context.Context, u use, want Want, p *license.Purpose) (Reading, error) {
	r := Reading{License: u.license, RecordNo: u.recordNo, At: u.at}
	b, err := d.o.Reader.Read(ctx, u.license)
	if err != nil {
		return Reading{}, err
	}
	if err := u.bears(b); err != nil {
		return Reading{}, err
	}
	r.Type = b.Type
	r.Fields = cut(b, u.fields)
	if u.ground == Self {
		r.Code = b.CheckCode()
	}
	switch {
	case want == Fields:
	case want == Prepared:
		_, err = d.copy(ctx, u, b, *p, want)
	case p != nil:
		r.Content, err = d.copy(ctx, u, b, *p, want)
	case want == File:
		r.Content, err = d.o.Reader.File(ctx, b)
	case want == Picture:
		r.Content, err = d.o.Reader.Preview(ctx, b)
	}
	return r, err
}

// bears refuses a license of which its source said otherwise, while it was fetched, than the rules knew. Its holder and its
// issuer may read it in whatever state it is.
func (u use) bears(b license.Body) error {
	if b.Said == "" || b.Said.Usable() || u.ground == Self || u.ground == Issuing {
		return nil
	}
	return errs.New(errs.Conflict, "license.source-says").With("source", b.Source).With("state", b.Said.Text("zh")).With("stateEn", b.Said.Text("en"))
}

// cut keeps the named fields of a body, in their order; nil keeps all.
func cut(b license.Body, names []string) []Field {
	if names == nil {
		names = faceFields(b.Type)
	}
	var out []Field
	for _, n := range names {
		f, ok := b.Type.Field(n)
		if value := b.Values[n]; ok && value != "" {
			out = append(out, Field{Name: n, Label: f.Label, LabelEn: f.LabelEn, Value: value})
		}
	}
	return out
}

// faceFields are all fields of a type: the base ones that people read, then its own.
func faceFields(t *catalog.Type) []string {
	names := []string{"CZZT", "CZZTDM", "ZZBH", "ZZBFJG", "ZZBFRQ", "ZZYXQQSRQ", "ZZYXQJZRQ"}
	for _, f := range t.Fields {
		names = append(names, f.Name)
	}
	return names
}

// actorName is how a record names who looked: by account, never by a person's name.
func actorID(a *authn.Actor) string {
	if a == nil {
		return ""
	}
	return a.AccountID
}
