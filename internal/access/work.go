package access

import (
	"context"
	"fmt"
	"regexp"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Page is a license as a job of the platform sees it, for as long as the call lasts.
type Page struct {
	License license.License
	Type    *catalog.Type
	Values  map[string]string
	File    []byte // for archive and the quality rule "file"
}

// Finding is what a check of quality may say of a license: which field has which kind of fault, and nothing of what it says.
type Finding struct{ Field, Code string }

// smallest is the least number of licenses of which a sum is told.
const smallest = 5

// kindOfFault is what the code of a finding, or a group of a count, looks like: a word of the program, no value of a license.
var kindOfFault = regexp.MustCompile(`^[a-z][a-z0-9.-]{0,39}$`)

// Archived lets the archiving job pack a license and gives the package.
func (d *Door) Archived(ctx context.Context, holderID, licenseID string, pack func(Page) ([]byte, error)) ([]byte, error) {
	p, err := d.page(ctx, Archive, "package", holderID, licenseID, true)
	if err != nil {
		return nil, err
	}
	return pack(p)
}

// Checked lets the quality job look for faults by a named rule and gives the findings. One that names no field of the type,
// or anything but a kind of fault, gives nothing away but an error.
func (d *Door) Checked(ctx context.Context, rule, holderID, licenseID string, check func(Page) ([]Finding, error)) ([]Finding, error) {
	p, err := d.page(ctx, Quality, rule, holderID, licenseID, rule == "file")
	if err != nil {
		return nil, err
	}
	found, err := check(p)
	if err != nil {
		return nil, fmt.Errorf("check license by rule %s: the check failed", rule) // its words might say what it read
	}
	for _, f := range found {
		if _, ok := p.Type.Field(f.Field); (!ok && f.Field != "") || !kindOfFault.MatchString(f.Code) {
			return nil, fmt.Errorf("check license by rule %s: a finding that is none", rule)
		}
	}
	return found, nil
}

// Counted lets the analysis job put licenses into groups, named by words of the program, and gives how many there are of each. A
// group of fewer than five is left out.
func (d *Door) Counted(ctx context.Context, licenses []license.License, group func(Page) string) (map[string]int, error) {
	sums := map[string]int{}
	for _, l := range licenses {
		p, err := d.page(ctx, Analysis, "count", l.HolderID, l.ID, false)
		if err != nil {
			return nil, err
		}
		g := group(p)
		if !kindOfFault.MatchString(g) {
			return nil, fmt.Errorf("count licenses: a group that is none")
		}
		sums[g]++
	}
	for g, n := range sums {
		if n < smallest {
			delete(sums, g)
		}
	}
	return sums, nil
}

// page decides and records a reading by a job of the platform and opens the license for it.
func (d *Door) page(ctx context.Context, ground Ground, rule, holderID, licenseID string, file bool) (Page, error) {
	u, err := d.decided(ctx, &authn.Actor{Kind: rolePlatform, Roles: []string{rolePlatform}}, func(ctx context.Context, tx *db.Tx) (use, cedar.RecordMap, error) {
		l, err := d.o.Licenses.Get(ctx, tx, holderID, licenseID)
		if err != nil && errs.Code(err) != "license.unknown" {
			return use{}, nil, err
		}
		l.ID = licenseID
		facts := cedar.RecordMap{"rule": cedar.String(rule)}
		if ground == Archive {
			facts["published"] = cedar.Boolean(l.Step == license.StepPublished)
		}
		return use{ground: ground, purpose: rule, license: l, holderID: l.HolderID, whole: file}, facts, nil
	}, nil)
	if err != nil {
		return Page{}, err
	}
	b, err := d.o.Reader.Read(ctx, u.license)
	if err != nil {
		return Page{}, err
	}
	p := Page{License: u.license, Type: b.Type, Values: b.Values}
	if file {
		p.File, err = d.o.Reader.File(ctx, b)
	}
	return p, err
}
