package license_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
)

// archive is a source that gives what the test puts into it; nothing: it is down.
type archive struct{ sent *license.Sent }

func (a *archive) Name() string { return "人口库" }

func (a *archive) State(context.Context, string) (license.State, error) { return license.Valid, nil }

func (a *archive) Fetch(context.Context, string) (license.Sent, error) {
	if a.sent == nil {
		return license.Sent{}, errors.New("no answer")
	}
	return *a.sent, nil
}

func index(w *world.World, x world.Elsewhere, change func(*license.Draft)) (license.License, error) {
	d := license.Draft{TypeCode: x.TypeCode, IssuerID: x.IssuerID, Holders: []string{x.HolderID}, IssuedOn: world.Start, OriginID: "system"}
	if change != nil {
		change(&d)
	}
	var l license.License
	err := w.TryWrite(func(ctx context.Context, tx *db.Tx) error {
		var err error
		l, err = w.Licenses.Index(ctx, tx, d, x.Identifier, x.Digest)
		return err
	})
	return l, err
}

// ISS-13: of a license that a national system makes there is the index entry, once, and nothing else.
func TestAnIndexEntryKeepsNothing(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		x := w.Elsewhere(t, demo.IdentityCard, "owner", "SOURCE0001", true)
		first, err := index(w, x, nil)
		if err != nil {
			t.Fatal(err)
		}
		first = get(t, w, first)
		if !first.Indexed() || first.Origin != license.Foreign || first.State(world.Start) != license.Valid || first.FileDigest != x.Digest || first.FileRef != "" {
			t.Errorf("%+v", first)
		}
		for what, query := range map[string]string{
			"a key": `SELECT count(*) FROM license_key WHERE license_id = $1`, "a number": `SELECT count(*) FROM license_number WHERE license_id = $1`,
			"a check code": `SELECT count(*) FROM license_code WHERE license_id = $1`, "data": `SELECT length(data) FROM license WHERE license_id = $1`,
			"work": `SELECT count(*) FROM unit_making WHERE license_id = $1`,
		} {
			if n := w.Count(t, query, first.ID); n != 0 {
				t.Errorf("of the entry there is %s", what)
			}
		}
		if number := masked(t, w, first); number != "" {
			t.Errorf("number %q", number)
		}
		again, err := index(w, x, nil)
		if err != nil || again.ID != first.ID {
			t.Errorf("the same entry again: %+v, %v", again, err)
		}
		if made := make1(t, w, first); made.FileRef != "" || made.Step != license.StepPublished {
			t.Errorf("it was sealed here: %+v", made)
		}
		_, err = index(w, x, func(d *license.Draft) { d.Holders = []string{w.HolderID(t, "baker")} })
		wantCode(t, err, "license.identifier-used")
		other := x
		other.Digest = fmt.Sprintf("%x", gm.SM3([]byte("another file")))
		wantCode(t, second(index(w, other, nil)), "license.identifier-used")

		other = w.Elsewhere(t, demo.IdentityCard, "owner", "SOURCE0002", true)
		wantCode(t, second(index(w, other, func(d *license.Draft) { d.Holders = []string{w.HolderID(t, "food-firm")} })), "license.holder-kind")
		wantCode(t, second(index(w, other, func(d *license.Draft) { d.Holders = nil })), "license.holders")
		wantCode(t, second(index(w, other, func(d *license.Draft) { d.IssuerID = food(t, w).IssuerID })), "type.unclaimed")
		other.Identifier = "1.2.156"
		wantCode(t, second(index(w, other, nil)), "license.identifier")
		for _, key := range []string{demo.FoodPermit, "tax-proof"} {
			typ, err := w.City.Type(key)
			if err != nil {
				t.Fatal(err)
			}
			wantCode(t, second(index(w, other, func(d *license.Draft) { d.TypeCode, d.IssuerID = typ.Code, typ.Issuers[0] })), "license.not-external")
		}
	})
}

// What an index entry says is read at its source and held against the entry and the trust anchors; what does not hold is not
// given out, and neither is anything kept.
func TestAnIndexEntryIsVerifiedAtItsSource(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		serial := 0
		entry := func(cast string, sealed bool) (license.License, world.Elsewhere) {
			serial++
			x := w.Elsewhere(t, demo.IdentityCard, "owner", fmt.Sprintf("SOURCE%04d", serial), sealed)
			l, err := index(w, x, func(d *license.Draft) { d.Holders = []string{w.HolderID(t, cast)} })
			if err != nil {
				t.Fatal(err)
			}
			return l, x
		}
		source := &archive{}
		l, x := entry("owner", true)
		read := func(l license.License, want access.Want) (access.Reading, error) {
			return w.Door.Own(t.Context(), &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: l.HolderID, Roles: []string{"holder"}}, l.ID, want)
		}
		wantCode(t, second(read(l, access.Fields)), "license.source-none")
		w.UseSource(source, l.TypeCode)
		wantCode(t, second(read(l, access.Fields)), "license.source-down")

		sent := license.Sent{State: license.Valid, Values: map[string]string{"ZZBS": x.Identifier, "ZZBFRQ": "20260302"}, File: x.File}
		source.sent = &sent
		if got := values(t, w, l, l.HolderID); got["CZZTDM"] != w.Cast(t, "owner").Code || got["ZZBFRQ"] != "2026-03-02" || got["CZZT"] != w.Cast(t, "owner").Name {
			t.Errorf("%d values", len(got))
		}
		if r, err := read(l, access.File); err != nil || !bytes.Equal(r.Content, x.File) {
			t.Errorf("its file: %v", err)
		}
		if r, err := read(l, access.Picture); err != nil || !bytes.HasPrefix(r.Content, []byte("<svg")) {
			t.Errorf("its picture: %v", err)
		}
		sent.State = license.Cancelled // its holder may read it all the same
		if _, err := read(l, access.Fields); err != nil {
			t.Error(err)
		}

		_, other := entry("owner", true)
		unsealed, bare := entry("owner", false)
		others, theirs := entry("baker", true) // the entry names the baker, the file the owner
		for name, c := range map[string]struct {
			l    license.License
			sent license.Sent
		}{
			"another license's": {l, license.Sent{File: other.File}},
			"changed":           {l, license.Sent{File: append(bytes.Clone(x.File[:len(x.File)-1]), x.File[len(x.File)-1]^1)}},
			"nothing":           {l, license.Sent{}},
			"never sealed":      {unsealed, license.Sent{File: bare.File}},
			"another holder's":  {others, license.Sent{File: theirs.File}},
			"other words":       {l, license.Sent{File: x.File, Values: map[string]string{"ZZBH": "1"}}},
		} {
			source.sent = &c.sent
			if _, err := read(c.l, access.Fields); err == nil {
				t.Errorf("%s: it is read", name)
			} else {
				wantCode(t, err, "license.source-wrong")
			}
		}
		if n := w.Count(t, `SELECT length(data) FROM license WHERE license_id = $1`, l.ID); n != 0 {
			t.Error("something was kept")
		}
	})
}
