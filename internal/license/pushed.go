package license

import (
	"context"
	"crypto/rand"
	"regexp"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Laid is what stands ready for a license that another system made: its id, its key and its file, which is stored
// durably and belongs to nothing until the license is entered; bears is what the file says of the license, by element.
type Laid struct {
	id     string
	key    []byte
	ref    string
	digest string
	bears  map[string]string
}

// Lay stores the file of a license that another system made, before the transaction that enters the license. Not every
// one has a file. What the file bears is what the caller read in it when it was verified.
func (s *Store) Lay(ctx context.Context, file []byte, bears map[string]string) (Laid, error) {
	key, err := gm.NewKey()
	if err != nil {
		return Laid{}, err
	}
	laid := Laid{id: db.NewID(), key: key}
	if len(file) == 0 {
		return laid, nil
	}
	laid.digest, laid.bears = digest(file), bears
	laid.ref, err = s.store(ctx, key, file, laid.id)
	return laid, err
}

// Push enters a license that the system of its issuer made (垂管系统), published: it was reviewed and sealed there, and is
// never sealed here. identifier is the one the file bears, or "" where the system gives none. 榕政办〔2018〕214号 第七条.
func (s *Store) Push(ctx context.Context, tx *db.Tx, d Draft, identifier string, laid Laid) (License, error) {
	t, err := s.o.Types.Current(ctx, tx, d.TypeCode)
	if err != nil {
		return License{}, err
	}
	if t.Making == catalog.External {
		return License{}, errs.New(errs.Conflict, "type.external")
	}
	if t.Making != catalog.Vertical {
		return License{}, errs.New(errs.Conflict, "license.made-here")
	}
	issuer, err := s.o.Units.Get(ctx, tx, d.IssuerID)
	if err != nil {
		return License{}, err
	}
	if err := s.mayIssue(ctx, tx, t.Code, issuer.ID); err != nil {
		return License{}, err
	}
	holders, err := s.suits(ctx, tx, t, d)
	if err != nil {
		return License{}, err
	}
	before, err := s.before(ctx, tx, d)
	if err != nil {
		return License{}, err
	}
	if d.Number == "" && t.Number == "" && before.ID == "" {
		return License{}, errs.New(errs.Invalid, "license.number-missing").On("number")
	}
	values, err := s.values(ctx, tx, t, holders, issuer, d, before)
	if err != nil {
		return License{}, err
	}
	version := before.VersionNo + 1
	if identifier != "" {
		if version, err = versionOf(t, issuer, before, identifier); err != nil {
			return License{}, err
		}
		values["ZZBS"] = identifier
	}
	if laid.ref != "" {
		if err := agrees(t, values, laid.bears); err != nil {
			return License{}, err
		}
	}
	now := s.o.Clock.Now()
	l := License{
		HolderID: d.Holders[0], ID: laid.id, TypeCode: t.Code, TypeVersion: t.Version, IssuerID: issuer.ID,
		VersionNo: version, Follows: before.ID, Holders: d.Holders, Step: StepPublished, Identifier: values["ZZBS"],
		CaseNo: d.CaseNo, IssuedOn: clock.Date(d.IssuedOn), FileRef: laid.ref, FileDigest: laid.digest, MadeAt: now, PublishedAt: now, DueAt: now,
		Origin: Pushed, OriginID: d.OriginID, PaperSerial: d.PaperSerial, RowVersion: 1,
	}
	if l.ValidFrom, l.ValidTo, err = t.Validity.Period(l.IssuedOn, d.Fields[endOfValidity]); err != nil {
		return License{}, err
	}
	l.begin(t, before)
	if before, err = s.supersede(ctx, tx, l, ""); err != nil {
		return License{}, err
	}
	if err := s.insert(ctx, tx, l, body{Values: values, Code: strings.ToLower(rand.Text()), Renamed: d.Renamed}, laid.key); err != nil {
		return License{}, err
	}
	if err := s.rename(ctx, tx, l); err != nil {
		return License{}, err
	}
	if err := s.join(ctx, tx, t, l); err != nil {
		return License{}, err
	}
	if err := s.record(ctx, tx, l, Operation{Action: "publish", UnitID: issuer.ID, Ground: d.CaseNo}); err != nil {
		return License{}, err
	}
	if l, err = s.carryOn(ctx, tx, before, l, ""); err != nil {
		return License{}, err
	}
	return l, s.followParts(ctx, tx, before, l)
}

// versionOf holds the identifier that a system gave against what is known of its license, and gives the version in it. A
// license that had versions before it came here begins with a higher one.
func versionOf(t *catalog.Type, issuer org.Unit, before License, identifier string) (int, error) {
	wrong := errs.New(errs.Invalid, "license.identifier").On("identifier")
	id, err := gbcode.ParseIdentifier(identifier)
	if err != nil || id.TypeCode != t.Code || id.IssuerCode != issuer.ID {
		return 0, wrong
	}
	if before.ID == "" {
		return id.Version, nil
	}
	next, err := nextIdentifier(before)
	if err == nil && next != identifier {
		err = wrong
	}
	return id.Version, err
}

// told are the elements in which a file must agree with what is entered of its license, beside the type's own fields. The
// names of types, units and kinds of codes change; their codes do not.
var told = []string{"ZZLXDM", "ZZBH", "ZZBS", "ZZBFJGDM", "ZZBFRQ", "ZZYXQQSRQ", "ZZYXQJZRQ", "CZZT", "CZZTDM"}

// agrees holds what a file says of a license against what is entered of it: the two are one license, so that nobody is
// shown another's. Identifier and holders every file must name; of the rest, what both name.
func agrees(t *catalog.Type, values, bears map[string]string) error {
	names := slices.Clone(told)
	for _, f := range t.Own() {
		names = append(names, f.Name)
	}
	for _, name := range names {
		f, _ := t.Field(name)
		said, here := plainDay(strings.TrimSpace(bears[name])), plainDay(values[name])
		needed := name == "ZZBS" || name == "CZZTDM"
		if f.Type == "photo" || !needed && (said == "" || here == "") || said == here {
			continue
		}
		return errs.New(errs.Invalid, "license.file-other").With("field", f.Label).With("fieldEn", f.LabelEn)
	}
	return nil
}

var dayForm = regexp.MustCompile(`^(\d{4})[-/年]?(\d{2})[-/月]?(\d{2})日?$`)

// plainDay writes a day as files do (GB/T 36903-2018: YYYYMMDD), and leaves all else as it is.
func plainDay(text string) string { return dayForm.ReplaceAllString(text, "$1$2$3") }
