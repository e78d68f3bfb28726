package demo_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
)

func TestLicenses(t *testing.T) {
	t.Parallel()
	everyCity(t, checkLicenses)
}

func checkLicenses(t *testing.T, c *demo.City) {
	t.Helper()
	expired, lost := 0, 0
	has := map[string]bool{}
	for _, l := range c.Licenses {
		typ, ok := typeOf(c, l.Type)
		if !ok {
			t.Fatalf("type %s is unknown", l.Type)
		}
		if err := typ.CheckFields(l.Fields); err != nil {
			var e *errs.Error
			errors.As(err, &e)
			t.Errorf("%s of %v: %v %+v %q", typ.Name, l.Holders, err, e, l.Fields[e.Field])
		}
		if !slices.Contains(typ.Issuers, l.Issuer) || len(l.Holders) != typ.Holders {
			t.Errorf("%s: issuer %s, %d holders", typ.Name, l.Issuer, len(l.Holders))
		}
		if l.IssuedOn.After(c.Today) {
			t.Errorf("%s: issued on %s", typ.Name, l.IssuedOn)
		}
		for _, code := range l.Holders {
			h, ok := c.Holder(code)
			if !ok || (typ.HolderKind != catalog.Mixed && typ.HolderKind != h.Kind) {
				t.Errorf("%s: holder of kind %s", typ.Name, h.Kind)
			}
			if l.IssuedOn.Before(h.Born) || l.IssuedOn.Before(h.Founded) {
				t.Errorf("%s of %s: issued before the holder was there", typ.Name, h.Name)
			}
			if has[l.Type+code] && typ.Code != "11100000MB03271699001" {
				t.Errorf("%s of %s: given twice", typ.Name, h.Name)
			}
			has[l.Type+code] = true
		}
		if y := typ.Validity.Years; y > 0 && !l.IssuedOn.AddDate(y, 0, 0).After(c.Today) {
			expired++
		}
		if l.Hold == "lost" {
			lost++
		}
	}
	if expired < 1 || expired > 3 || lost != 1 || len(c.Licenses) < 400 {
		t.Errorf("%d licenses, %d expired, %d lost", len(c.Licenses), expired, lost)
	}
	for _, typ := range c.Types {
		if !slices.ContainsFunc(c.Licenses, func(l demo.License) bool { return l.Type == typ.Code }) {
			t.Errorf("nobody has %s", typ.Name)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := demo.Load(demo.Seed, today); err != nil {
			b.Fatal(err)
		}
	}
}
