package hall_test

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/reference"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

// withArchive makes a reference source the keeper of the owner's identity card, of which the platform has no more than the
// index entry.
func (o *office) withArchive() (*reference.Source, license.License) {
	o.t.Helper()
	x, other := o.Elsewhere(o.t, demo.IdentityCard, "owner", "SOURCE0001", true), o.Elsewhere(o.t, demo.IdentityCard, "owner", "SOURCE0002", true)
	signer, err := o.SourceAsker(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	source, err := reference.NewSource(o.t.Context(), signer.Public(), o.Now)
	if err != nil {
		o.t.Fatal(err)
	}
	o.instruct(source, reference.Order{Files: [][]byte{x.File, other.File}})
	key, err := source.Key()
	if err != nil {
		o.t.Fatal(err)
	}
	server := httptest.NewServer(source)
	o.t.Cleanup(server.Close)
	c, err := connect.OpenLicenseSource(connect.SourceOptions{Name: "人口库", Base: server.URL, Key: key, Signer: signer, Clock: o.Now,
		Wait: 2 * time.Second, Pause: -1})
	if err != nil {
		o.t.Fatal(err)
	}
	o.UseSource(c, x.TypeCode)
	var l license.License
	o.Write(o.t, func(ctx context.Context, tx *db.Tx) error {
		l, err = o.Licenses.Index(ctx, tx, license.Draft{TypeCode: x.TypeCode, IssuerID: x.IssuerID, Holders: []string{x.HolderID}, IssuedOn: world.Start},
			x.Identifier, x.Digest)
		return err
	})
	return source, l
}

func (o *office) instruct(s *reference.Source, order reference.Order) {
	o.t.Helper()
	if err := s.Tell(order); err != nil {
		o.t.Fatal(err)
	}
}

// kept counts what the platform holds of licenses beside their index: keys, files and copies under grants.
func (o *office) kept(l license.License) int {
	return o.Count(o.t, `SELECT count(*) FROM license_key WHERE license_id = $1`, l.ID) +
		o.Count(o.t, `SELECT count(*) FROM license WHERE license_id = $1 AND (length(data) > 0 OR file_ref <> '')`, l.ID) +
		o.Count(o.t, `SELECT count(*) FROM use_grant WHERE license_id = $1 AND copy_ref <> ''`, l.ID)
}

// ISS-13: a case uses a license that is kept elsewhere: fetched and verified there at each reading, and never kept.
func TestACaseUsesALicenseThatIsKeptElsewhere(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		source, l := o.withArchive()
		no := o.open(o.request("external"))
		m := o.cardOf(no)
		if m.Status != casefile.Lent || m.LicenseID != l.ID || m.RecordNo == "" {
			t.Fatalf("%+v", m)
		}
		ctx := context.Background()
		r, _, err := o.Hall.Read(ctx, o.clerk, no, m.Seq, access.File)
		if err != nil {
			t.Fatal(err)
		}
		if report := w.VerifyFile(r.Content); report.Verdict != verify.Valid || report.Copy == nil {
			t.Errorf("the annotated copy: %s", report.Verdict)
		}
		again, _, err := o.Hall.Read(ctx, o.clerk, no, m.Seq, access.File)
		if err != nil || bytes.Equal(r.Content, again.Content) {
			t.Errorf("the copy was kept: %v", err)
		}
		if r, _, err = o.Hall.Read(ctx, o.clerk, no, m.Seq, access.Picture); err != nil || !bytes.HasPrefix(r.Content, []byte("<svg")) {
			t.Errorf("its picture: %v", err)
		}
		o.fill(no)
		o.submit(no)
		o.take(no)
		o.instruct(source, reference.Order{SourceFaults: reference.SourceFaults{Tamper: true}})
		_, _, err = o.Hall.Read(ctx, o.approver, no, m.Seq, access.Fields)
		wantCode(t, "a changed file", err, "license.source-wrong")
		o.instruct(source, reference.Order{SourceFaults: reference.SourceFaults{Down: true}})
		_, _, err = o.Hall.Read(ctx, o.approver, no, m.Seq, access.Fields)
		wantCode(t, "a source that is down", err, "license.source-down")
		o.instruct(source, reference.Order{})
		if _, _, err := o.Hall.Read(ctx, o.approver, no, m.Seq, access.Fields); err != nil {
			t.Error(err)
		}
		if err := o.decide(no, hall.Approve); err != nil {
			t.Fatal(err)
		}
		if n := o.kept(l); n != 0 {
			t.Errorf("%d things were kept", n)
		}
	})
}

// Whatever the source does wrong, the case says so, nothing is filled in, and the next look has the license.
func TestASourceThatErrsStopsNoCase(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		source, l := o.withArchive()
		if m := o.cardOf(o.open(o.request("right"))); m.Status != casefile.Lent { // so that there are answers to give again
			t.Fatalf("%+v", m)
		}
		for name, c := range map[string]struct {
			faults reference.SourceFaults
			reason string
		}{
			"down":     {reference.SourceFaults{Down: true}, "material.source-down"},
			"slow":     {reference.SourceFaults{Slow: time.Minute}, "material.source-down"},
			"forged":   {reference.SourceFaults{Forged: true}, "material.source-down"},
			"replayed": {reference.SourceFaults{Replay: true}, "material.source-down"},
			"wrong":    {reference.SourceFaults{Wrong: true}, "material.source-down"},
			"broken":   {reference.SourceFaults{Broken: true}, "material.source-down"},
			"tampered": {reference.SourceFaults{Tamper: true}, "material.source-wrong"},
		} {
			o.instruct(source, reference.Order{SourceFaults: c.faults})
			no := o.open(o.request(name))
			m := o.cardOf(no)
			if m.Status != casefile.Down || m.Reason != c.reason || m.Detail["source"] != "人口库" || m.GrantID != "" {
				t.Errorf("%s: %+v", name, m)
			}
			if !hall.MayPromise(m) || !hall.MayChase(m) {
				t.Errorf("%s: the case cannot go on", name)
			}
			wantCode(t, name, o.Hall.Submit(t.Context(), o.clerk, no, o.version(no), ""), "case.incomplete")
			o.instruct(source, reference.Order{})
			if m = o.cardOf(no); m.Status != casefile.Lent || m.Reason != "" || m.LicenseID != l.ID {
				t.Errorf("%s, after it was right again: %+v", name, m)
			}
		}
		if n := o.kept(l); n != 0 {
			t.Errorf("%d things were kept", n)
		}
	})
}

// mixing is a source whose answers pass the connector and are another license's, or change while the case asks.
type mixing struct {
	*keeper
	sent license.Sent
}

func (m *mixing) Fetch(context.Context, string) (license.Sent, error) { return m.sent, nil }

// A source that gives another license under the right name is found out; one that says, with the license, that it is not in
// force any more ends the use.
func TestASourceThatGivesAnotherLicense(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		o := newOffice(t, w)
		_, l := o.withArchive()
		x := w.Elsewhere(t, demo.IdentityCard, "owner", "SOURCE0003", true)
		m := &mixing{keeper: &keeper{state: license.Valid}, sent: license.Sent{State: license.Valid, File: x.File}}
		w.UseSource(m, l.TypeCode)
		no := o.open(o.request("mixed"))
		if got := o.cardOf(no); got.Status != casefile.Down || got.Reason != "material.source-wrong" {
			t.Errorf("%+v", got)
		}
		w.Write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Licenses.Index(ctx, tx, license.Draft{TypeCode: x.TypeCode, IssuerID: x.IssuerID, Holders: []string{x.HolderID},
				IssuedOn: world.Start}, x.Identifier, x.Digest)
			return err
		})
		m.sent.State = license.Cancelled
		no = o.open(o.request("ended"))
		if got := o.cardOf(no); got.Status != casefile.Unusable || got.Reason != "material.source-says" || got.Detail["state"] != "已注销" {
			t.Errorf("%+v", got)
		}
		var coded *errs.Error
		if _, err := w.Door.Copy(t.Context(), w.Actor(t, "owner"), l.ID, "x", license.Purpose{Use: "试验"}); !errors.As(err, &coded) || coded.Code != "license.kept-elsewhere" {
			t.Errorf("a copy to keep: %v", err)
		}
	})
}
