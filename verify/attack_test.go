package verify_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// attack is one way to cheat with a license file.
type attack struct {
	name    string
	make    func(testing.TB, *world) ([]byte, verify.Options)
	verdict string
	want    []string // all causes, as found writes them
}

// attacks is the corpus. Each stands for a kind: what it does to the file is in its name.
func attacks() []attack {
	return slices.Concat(archiveAttacks(), documentAttacks(), partAttacks(), sealAttacks(), structureAttacks(), certificateAttacks(), forgedAttacks())
}

// TestAttacks: every attack is found out, by its own cause and by nothing that does not follow from it.
func TestAttacks(t *testing.T) {
	t.Parallel()
	all := attacks()
	names := map[string]bool{}
	for _, a := range all {
		if names[a.name] {
			t.Errorf("two attacks are called %q", a.name)
		}
		names[a.name] = true
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			file, o := a.make(t, newWorld(t))
			expect(t, verify.File(file, o), a.verdict, a.want...)
		})
	}
	if len(all) < 60 {
		t.Errorf("the corpus has %d kinds", len(all))
	}
}

// Bounds of what any file may cost, however it is made.
const (
	mostTime   = time.Second // of processor time
	mostMemory = 256 << 10   // of resident memory, in KiB
)

// TestAttacksAreCheap judges and draws every file of the corpus in a process of its own, and looks at what that took.
func TestAttacksAreCheap(t *testing.T) {
	t.Parallel()
	if file := os.Getenv("YINXIN_ATTACK"); file != "" {
		endure(t, file)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for i, a := range attacks() {
		file, _ := a.make(t, newWorld(t))
		name := filepath.Join(dir, fmt.Sprintf("%d.ofd", i))
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(self, "-test.run", "^TestAttacksAreCheap$")
		cmd.Env = append(os.Environ(), "YINXIN_ATTACK="+name)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", a.name, err, out)
			continue
		}
		used := cmd.ProcessState
		took := used.UserTime() + used.SystemTime()
		memory := used.SysUsage().(*syscall.Rusage).Maxrss // KiB on Linux
		if took > mostTime || memory > mostMemory {
			t.Errorf("%s: took %v and %d KiB", a.name, took, memory)
		}
	}
}

// endure does to a file all that a check page does.
func endure(t testing.TB, file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := verify.File(b, verify.Options{Now: today})
	if r.Verdict == verify.Valid {
		t.Error("valid without an anchor")
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
	p, err := ofd.Read(b, ofd.Limits{})
	if err != nil {
		return
	}
	// Refusals are fine here: what counts is that each comes soon.
	_, _ = p.Info()
	stamps, _ := ses.Stamps(p)
	_, _ = p.SVG(0, stamps...)
}

// rich is an unsealed license of two pages that has everything: a template, text with a data index, a picture, a
// code, an annotation and an attachment.
func rich(t testing.TB, seals int) *ofd.Package {
	t.Helper()
	serif, err := font.Serif()
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	text := func(y float64, value, tag string) ofd.Object {
		return ofd.Text{X: 20, Y: y, Size: 5, Value: value, Tag: tag}
	}
	blank := &ofd.TemplatePage{Objects: []ofd.Object{text(30, "食品经营许可证", "")}}
	p, err := ofd.Build(&ofd.Document{
		ID: strings.Repeat("0b", 16), Title: "测试证照", Created: made, SignaturesExpected: seals, Fonts: []*ofd.Font{serif},
		Meta: []ofd.Meta{{Name: "ZZMC", Value: "食品经营许可证"}, {Name: "ZZBH", Value: "JY1"}},
		Pages: []ofd.Page{
			{Width: 210, Height: 297, Template: blank, Content: []ofd.Object{text(60, "JY1", "ZZBH"),
				ofd.Image{X: 100, Y: 40, W: 30, H: 40, Data: photo.Bytes()}, ofd.QR{X: 20, Y: 200, W: 30, Value: "YX"}},
				Annots: []ofd.Object{text(150, "测试", "")}},
			{Width: 210, Height: 297, Template: blank, Content: []ofd.Object{text(60, "续页", "")}},
		},
		Attachments: []ofd.Attachment{{Name: "license.json", Format: "json", Data: []byte(`{"ZZBH":"JY1"}`)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// whole is the rich license under two seals, the second closing.
func (w *world) whole(t testing.TB) *ofd.Package {
	t.Helper()
	p := rich(t, 2)
	w.sign(t, p, "a", nil)
	w.sign(t, p, "b", closing)
	return p
}

// archive is an attack on the ZIP of a whole license.
func archive(name string, change func(testing.TB, *loose) []byte, want ...string) attack {
	return attack{name: name, verdict: verify.Invalid, want: want, make: func(t testing.TB, w *world) ([]byte, verify.Options) {
		t.Helper()
		return change(t, takeApart(w.whole(t))), w.options(t)
	}}
}

// part is an attack on the entries of a whole license.
func part(name string, change func(testing.TB, *world, *loose), want ...string) attack {
	return attack{name: name, verdict: verify.Invalid, want: want, make: func(t testing.TB, w *world) ([]byte, verify.Options) {
		t.Helper()
		l := takeApart(w.whole(t))
		change(t, w, l)
		return l.zip(t), w.options(t)
	}}
}

// changed are the causes of a protected file that is not what both seals protect.
func changed(name string) []string {
	return []string{"REF_DIGEST s001 " + name, "REF_DIGEST s003 " + name}
}

func TestWholeLicenseIsValid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	expect(t, verify.File(raw(t, w.whole(t)), w.options(t)), verify.Valid)
	expect(t, verify.File(takeApart(w.whole(t)).zip(t), w.options(t)), verify.Valid)
}

// hold puts a certificate on hold from a moment on.
func (w *world) hold(t testing.TB, id string, at time.Time) *verify.CRLs {
	t.Helper()
	return w.crl(t, gm.Revocation{Cert: w.signers[id].Cert(), At: at, Hold: true})
}

func (w *world) crl(t testing.TB, r gm.Revocation) *verify.CRLs {
	t.Helper()
	der, err := gm.IssueCRL(w.ks, "root", 1, []gm.Revocation{r}, today, today.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	lists, err := verify.ParseCRLs(der)
	if err != nil {
		t.Fatal(err)
	}
	return lists
}
