package verify_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

const (
	sign0 = "Doc_0/Signs/Sign_0"
	sign1 = "Doc_0/Signs/Sign_1"
	list  = "Doc_0/Signs/Signatures.xml"
	page0 = "Doc_0/Pages/Page_0/Content.xml"
)

func TestValidFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := verify.File(raw(t, w.sealed(t)), w.options(t))
	expect(t, r, verify.Valid)
	if len(r.Seals) != 2 || r.Seals[0].ID != "s001" || r.Seals[1].ID != "s003" {
		t.Fatalf("seals %+v", r.Seals)
	}
	s := r.Seals[1]
	if s.Name != "测试专用章 b" || s.Code != "35010000b" || s.Signer != "单位 b" || s.Maker != "单位 maker" ||
		!s.SignedAt.Equal(signed) || s.Verdict != verify.Valid || s.TimeTrusted {
		t.Errorf("seal %+v", s)
	}
	if c := r.Coverage; !c.ListClosed || c.SealsDeclared != 2 || c.SealsFound != 2 || c.Files != c.Covered || len(c.Uncovered) != 0 {
		t.Errorf("coverage %+v", c)
	}
	if len(r.License) != 2 || r.License[0] != (verify.Item{Name: "ZZMC", Label: "证照名称", Value: "食品经营许可证"}) {
		t.Errorf("license %v", r.License)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

func TestTrust(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), newWorld(t)
	file := raw(t, w.sealed(t))
	unanchored := []string{"SEAL_MAKER_CERT/anchor s001", "SEAL_MAKER_CERT/anchor s003", "SIGNER_CERT/anchor s001", "SIGNER_CERT/anchor s003"}
	expect(t, verify.File(file, verify.Options{Now: today}), verify.Untrusted, unanchored...)
	expect(t, verify.File(file, other.options(t)), verify.Untrusted, unanchored...)

	// Makers may have anchors of their own: then the general ones do not count for them.
	o := w.options(t)
	o.Makers = other.options(t).Anchors
	expect(t, verify.File(file, o), verify.Untrusted, unanchored[:2]...)
	pinned, err := verify.ParseAnchors(gm.EncodePEM(w.signers["maker"].Cert()))
	if err != nil {
		t.Fatal(err)
	}
	o.Makers = pinned
	expect(t, verify.File(file, o), verify.Valid)
}

func TestNotOFD(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	whole := raw(t, w.sealed(t))
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("证照"), "cut": whole[:len(whole)-10]} {
		r := verify.File(b, w.options(t))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, r, verify.Invalid, "FORMAT_OFD")
		})
	}
	expect(t, verify.File(raw(t, plain(t, 1)), w.options(t)), verify.Invalid, "NO_SEAL")
}

func TestOpenList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := plain(t, 1)
	w.sign(t, p, "a", nil)
	r := verify.File(raw(t, p), w.options(t))
	expect(t, r, verify.Valid, "LIST_OPEN")
	if r.Coverage.ListClosed || r.Coverage.Files != r.Coverage.Covered+1 {
		t.Errorf("coverage %+v", r.Coverage)
	}
	w.sign(t, p, "b", nil)
	expect(t, verify.File(raw(t, p), w.options(t)), verify.Invalid, "COVERAGE/more", "LIST_OPEN")
}

// world.with seals one page with a seal prepared for the case.
func (w *world) with(t testing.TB, change func(*ses.SignRequest)) []byte {
	t.Helper()
	p := plain(t, 1)
	w.sign(t, p, "a", func(r *ses.SignRequest) {
		r.Close = true
		if change != nil {
			change(r)
		}
	})
	return raw(t, p)
}

func TestRevokedCertificates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.with(t, nil)
	lists := func(id string, at time.Time) verify.Options {
		t.Helper()
		der, err := gm.IssueCRL(w.ks, "root", 1, []gm.Revocation{{Cert: w.signers[id].Cert(), At: at}}, today, today.AddDate(0, 1, 0))
		if err != nil {
			t.Fatal(err)
		}
		o := w.options(t)
		if o.CRLs, err = verify.ParseCRLs(der); err != nil {
			t.Fatal(err)
		}
		return o
	}
	expect(t, verify.File(file, lists("a", signed.Add(-time.Hour))), verify.Invalid, "SIGNER_CERT/revoked s001")
	expect(t, verify.File(file, lists("a", signed.Add(time.Hour))), verify.Untrusted, "SIGNER_CERT/unproven s001")
	expect(t, verify.File(file, lists("b", made)), verify.Valid)
	expect(t, verify.File(file, lists("maker", made.Add(-time.Hour))), verify.Invalid, "SEAL_MAKER_CERT/revoked s001")
	expect(t, verify.File(file, lists("maker", made.Add(time.Hour))), verify.Untrusted, "SEAL_MAKER_CERT/revokedLater s001")

	// A list of another CA of the same name must not count.
	liar := newWorld(t)
	der, err := gm.IssueCRL(liar.ks, "root", 1, []gm.Revocation{{Cert: w.signers["a"].Cert(), At: made}}, today, today.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	o := w.options(t)
	if o.CRLs, err = verify.ParseCRLs(der); err != nil {
		t.Fatal(err)
	}
	expect(t, verify.File(file, o), verify.Valid)
}

func TestAnnotatedCopy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	note := func(expires string) []ofd.Meta {
		return []ofd.Meta{{Name: "JZJZZSJ", Value: "2026-03-02T17:30:00+08:00"}, {Name: "JZJZZZ", Value: "某某街道"},
			{Name: "JZJZZSY", Value: "办理食品经营许可"}, {Name: "JZJYXQJZSJ", Value: expires},
			{Name: "YX_SXBM", Value: "350100001"}, {Name: "YX_BJBH", Value: "BJ1"}, {Name: "YX_LX", Value: "COPY"},
			{Name: "YX_YJZY", Value: "00ff"}, {Name: "YX_YJYZ", Value: "valid"}}
	}
	r := verify.File(raw(t, w.sealed(t, note("2026-03-10T23:00:00+08:00")...)), w.options(t))
	expect(t, r, verify.Valid)
	c := r.Copy
	if c == nil || c.Expired || c.Creator != "某某街道" || c.Purpose != "办理食品经营许可" || c.Matter != "350100001" || c.Case != "BJ1" ||
		c.OriginalDigest != "00ff" || c.OriginalVerdict != "valid" || !c.Created.Equal(signed) {
		t.Fatalf("copy %+v", c)
	}
	if len(r.License) != 2 {
		t.Errorf("the annotation is mixed with the license: %v", r.License)
	}
	// The last day lasts to its end in Beijing, 16:00 UTC.
	expect(t, verify.File(raw(t, w.sealed(t, note("2026-03-10")...)), w.options(t)), verify.Valid)
	for expires, want := range map[string]string{"2026-03-09T10:00:00+08:00": "COPY_EXPIRED", "2026-03-09": "COPY_EXPIRED",
		"": "COPY_EXPIRED/unknown", "soon": "COPY_EXPIRED/unknown"} {
		r := verify.File(raw(t, w.sealed(t, note(expires)...)), w.options(t))
		expect(t, r, verify.Invalid, want)
		if r.Copy == nil || !r.Copy.Expired {
			t.Errorf("%q: copy not marked expired", expires)
		}
	}
}

// A copy is right for its own use and refused for another, for another unit and after its time; an original names none.
func TestAnnotatedCopyForAnotherUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	copied := raw(t, w.sealed(t, ofd.Meta{Name: "JZJZZSJ", Value: "2026-03-02T17:30:00+08:00"}, ofd.Meta{Name: "JZJZZZ", Value: "某某街道"},
		ofd.Meta{Name: "JZJZZSY", Value: "办理食品经营许可"}, ofd.Meta{Name: "JZJYXQJZSJ", Value: "2026-03-12T23:00:00+08:00"},
		ofd.Meta{Name: "YX_SXBM", Value: "350100001"}, ofd.Meta{Name: "YX_BJBH", Value: "BJ1"}, ofd.Meta{Name: "YX_LX", Value: "COPY"}))
	original := raw(t, w.sealed(t))
	for name, c := range map[string]struct {
		file    []byte
		use     *verify.Intended
		verdict string
		causes  []string
		now     string
	}{
		"after its time, for an earlier day": {copied, &verify.Intended{Case: "BJ1", On: time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)}, verify.Invalid,
			[]string{"COPY_EXPIRED"}, "2026-03-13T09:00:00+08:00"},
		"nothing asked":            {copied, nil, verify.Valid, nil, ""},
		"its own":                  {copied, &verify.Intended{Unit: "某某街道", Case: "BJ1", Matter: "350100001"}, verify.Valid, nil, ""},
		"its own, on its last day": {copied, &verify.Intended{Case: "BJ1", On: time.Date(2026, 3, 12, 14, 59, 0, 0, time.UTC)}, verify.Valid, nil, ""},
		"after its time":           {copied, &verify.Intended{Case: "BJ1", On: time.Date(2026, 3, 12, 15, 0, 1, 0, time.UTC)}, verify.Invalid, []string{"COPY_EXPIRED"}, ""},
		"another unit":             {copied, &verify.Intended{Unit: "另一街道", Case: "BJ1"}, verify.Invalid, []string{"COPY_USE/unit"}, ""},
		"another case":             {copied, &verify.Intended{Unit: "某某街道", Case: "BJ2"}, verify.Invalid, []string{"COPY_USE/case"}, ""},
		"another matter":           {copied, &verify.Intended{Matter: "350100002"}, verify.Invalid, []string{"COPY_USE/matter"}, ""},
		"everything else": {copied, &verify.Intended{Unit: "另一街道", Case: "BJ2", Matter: "350100002", On: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
			verify.Invalid, []string{"COPY_EXPIRED", "COPY_USE/unit", "COPY_USE/case", "COPY_USE/matter"}, ""},
		"an original": {original, &verify.Intended{Case: "BJ1"}, verify.Valid, []string{"COPY_USE/original"}, ""},
	} {
		o := w.options(t)
		o.For = c.use
		if c.now != "" {
			o.Now, _ = time.Parse(time.RFC3339, c.now)
		}
		r := verify.File(c.file, o)
		if len(c.causes) == 0 {
			expect(t, r, c.verdict)
		} else {
			expect(t, r, c.verdict, c.causes...)
		}
		if r.Copy != nil && r.Copy.Asked != (c.use != nil) {
			t.Errorf("%s: asked is %v", name, r.Copy.Asked)
		}
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func FuzzFile(f *testing.F) {
	w := newWorld(f)
	o := w.options(f)
	f.Add(raw(f, w.sealed(f)))
	f.Add(raw(f, w.whole(f)))
	f.Add([]byte("PK\x03\x04"))
	for _, a := range attacks() {
		// Strangers' files too: the world of the attack is another one, which is a case of its own.
		if file, _ := a.make(f, w); len(file) < 200<<10 {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := verify.File(b, o)
		if r.Verdict == verify.Valid && len(r.Seals) == 0 {
			t.Fatal("valid without a seal")
		}
	})
}
