package verify_test

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

var (
	made   = time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC)  // seals are made
	signed = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) // documents are sealed
	today  = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC) // files are checked
)

// world is a CA, a maker of seals, and units with certificates and seals.
type world struct {
	ks      *gm.KeyStore
	root    []byte
	signers map[string]*gm.Signer
	seals   map[string][]byte
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ks, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{ks: ks, signers: map[string]*gm.Signer{}, seals: map[string][]byte{}}
	if w.root, err = gm.NewCA(ks, "root", "测试根", made.AddDate(-2, 0, 0), 30); err != nil {
		t.Fatal(err)
	}
	w.cert(t, "maker", gm.SealMaker, made.AddDate(-1, 0, 0), made.AddDate(9, 0, 0))
	for _, unit := range []string{"a", "b"} {
		w.cert(t, unit, gm.SealSigner, made.AddDate(-1, 0, 0), made.AddDate(5, 0, 0))
		w.seal(t, unit, unit, "maker", nil)
	}
	return w
}

func (w *world) cert(t testing.TB, id string, usage gm.Usage, from, to time.Time) {
	t.Helper()
	der, err := gm.IssueCert(w.ks, "root", id, gm.CertRequest{CommonName: "单位 " + id, Usage: usage, NotBefore: from, NotAfter: to})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.ks.Signer(id)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.Cert(), der) {
		t.Fatal("signer without its certificate")
	}
	w.signers[id] = s
}

// seal makes the seal called name for a signer.
func (w *world) seal(t testing.TB, name, signer, maker string, change func(*ses.SealInfo)) {
	t.Helper()
	info := ses.SealInfo{
		VendorID: "YINXIN", ID: "35010000" + name, Type: 1, Name: "测试专用章 " + name,
		Certs: [][]byte{w.signers[signer].Cert()}, Created: made, ValidFrom: made, ValidTo: made.AddDate(3, 0, 0),
		Picture: ses.Picture{Type: "png", Data: []byte("\x89PNG"), Width: 40, Height: 40},
	}
	if change != nil {
		change(&info)
	}
	der, err := ses.MakeSeal(info, w.signers[maker])
	if err != nil {
		t.Fatal(err)
	}
	w.seals[name] = der
}

func (w *world) options(t testing.TB) verify.Options {
	t.Helper()
	a, err := verify.ParseAnchors(gm.EncodePEM(w.root))
	if err != nil {
		t.Fatal(err)
	}
	return verify.Options{Anchors: a, Now: today}
}

// plain is an unsealed license of one page.
func plain(t testing.TB, seals int, meta ...ofd.Meta) *ofd.Package {
	t.Helper()
	black := ofd.RGB{}
	p, err := ofd.Build(&ofd.Document{
		ID: strings.Repeat("0a", 16), Title: "测试证照", Created: made, SignaturesExpected: seals,
		Meta:  append([]ofd.Meta{{Name: "ZZMC", Value: "食品经营许可证"}, {Name: "ZZBH", Value: "JY1"}}, meta...),
		Pages: []ofd.Page{{Width: 210, Height: 297, Content: []ofd.Object{ofd.QR{X: 10, Y: 10, W: 30, Value: "YX", Color: black}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) sign(t testing.TB, p *ofd.Package, unit string, change func(*ses.SignRequest)) {
	t.Helper()
	sealer, err := ses.NewSealer(w.seals[unit], w.signers[unit])
	if err != nil {
		t.Fatal(err)
	}
	req := ses.SignRequest{Sealer: sealer, Time: signed, Provider: "Yinxin"}
	req.At = []ses.Placement{{PageID: p.PageIDs()[0], Box: ofd.Box{X: 120, Y: 200, W: 40, H: 40}}}
	if change != nil {
		change(&req)
	}
	if err := ses.Sign(p, req); err != nil {
		t.Fatal(err)
	}
}

func closing(r *ses.SignRequest) { r.Close = true }

// sealed is a finished license with two seals.
func (w *world) sealed(t testing.TB, meta ...ofd.Meta) *ofd.Package {
	t.Helper()
	p := plain(t, 2, meta...)
	w.sign(t, p, "a", nil)
	w.sign(t, p, "b", closing)
	return p
}

func raw(t testing.TB, p *ofd.Package) []byte {
	t.Helper()
	b, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// loose is a package taken apart, to be damaged in ways a Package forbids.
type loose struct {
	names []string
	files map[string][]byte
}

func takeApart(p *ofd.Package) *loose {
	l := &loose{names: p.Names(), files: map[string][]byte{}}
	for _, name := range l.names {
		l.files[name], _ = p.Entry(name)
	}
	return l
}

func (l *loose) remove(name string) {
	l.names = slices.DeleteFunc(l.names, func(n string) bool { return n == name })
}

func (l *loose) put(name string, data []byte) {
	if _, ok := l.files[name]; !ok {
		l.names = append(l.names, name)
	}
	l.files[name] = data
}

func (l *loose) replace(t testing.TB, name, old, with string) {
	t.Helper()
	data, ok := l.files[name]
	if !ok || !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	l.files[name] = bytes.Replace(data, []byte(old), []byte(with), 1)
}

func (l *loose) zip(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range l.names {
		data := l.files[name]
		f, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data),
			CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// found lists the causes of a report as "CODE/reason part".
func found(r verify.Report) []string {
	var list []string
	for _, c := range r.Causes {
		s := string(c.Code)
		if c.Reason != "" {
			s += "/" + c.Reason
		}
		if c.Part != "" {
			s += " " + c.Part
		}
		list = append(list, s)
	}
	return list
}

// expect compares verdict and causes exactly.
func expect(t *testing.T, r verify.Report, verdict string, causes ...string) {
	t.Helper()
	if got := found(r); r.Verdict != verdict || !slices.Equal(got, causes) {
		t.Errorf("verdict %s with\n  %s\nwant %s with\n  %s", r.Verdict, strings.Join(got, "\n  "), verdict, strings.Join(causes, "\n  "))
	}
}
