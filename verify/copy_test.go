package verify_test

import (
	"bytes"
	"encoding/hex"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// picture is the smallest picture of a seal that can be drawn.
func picture(t testing.TB) ses.Picture {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return ses.Picture{Type: "png", Data: b.Bytes(), Width: 40, Height: 40}
}

// A copy derived from a sealed file of three pages is valid for its purpose under the seal of its maker alone; the
// original stays valid, and the note cannot be taken from the copy.
func TestDerivedCopyIsValidForItsPurpose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seal(t, "a", "a", "maker", func(i *ses.SealInfo) { i.Picture = picture(t) })
	sans, err := font.Sans()
	if err != nil {
		t.Fatal(err)
	}
	line := func(s string) []ofd.Object { return []ofd.Object{ofd.Text{X: 20, Y: 30, Size: 5, Value: s}} }
	original, err := ofd.Build(&ofd.Document{
		ID: strings.Repeat("0a", 16), Title: "测试证照", Created: made, SignaturesExpected: 1, Fonts: []*ofd.Font{sans},
		Meta: []ofd.Meta{{Name: "ZZMC", Value: "食品经营许可证"}},
		Pages: []ofd.Page{{Width: 210, Height: 297, Content: line("第一页")}, {Width: 210, Height: 297, Content: line("第二页")},
			{Width: 297, Height: 210, Content: line("第三页")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.sign(t, original, "a", func(r *ses.SignRequest) {
		r.Close = true
		r.At = append(r.At, ses.AcrossPages(original.PageIDs()[:2], 210, 100, 40, 40)...)
	})
	file := raw(t, original)
	expect(t, verify.File(file, w.options(t)), verify.Valid)

	read, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	stamps, err := ses.Stamps(read)
	if err != nil || len(stamps) != 3 {
		t.Fatalf("%d stamps: %v", len(stamps), err)
	}
	n := ofd.Note{
		ID: strings.Repeat("0b", 16), Created: signed, Expires: today.AddDate(0, 1, 0), User: "某某街道", Purpose: "办理食品经营许可",
		Matter: "350100001", Case: "BJ1", Digest: ses.Digest(file), Verdict: "有效", Font: sans, Stamps: stamps,
	}
	copied, err := read.Annotate(n)
	if err != nil {
		t.Fatal(err)
	}
	if r := verify.File(raw(t, copied), w.options(t)); r.Verdict != verify.Invalid || r.Copy == nil {
		t.Errorf("a copy without a seal is %s", r.Verdict)
	}
	info, err := copied.Info()
	if err != nil {
		t.Fatal(err)
	}
	w.sign(t, copied, "b", func(r *ses.SignRequest) {
		r.Close, r.At = true, nil
		for _, page := range info.Pages {
			r.At = append(r.At, ses.Placement{PageID: page.ID, Box: ofd.NoteSeal(page)})
		}
	})
	r := verify.File(raw(t, copied), w.options(t))
	expect(t, r, verify.Valid)
	if r.Copy == nil || r.Copy.Creator != "某某街道" || r.Copy.Purpose != "办理食品经营许可" || r.Copy.Case != "BJ1" || r.Copy.Expired ||
		r.Copy.OriginalVerdict != "有效" || !r.Copy.Created.Equal(signed) {
		t.Fatalf("copy = %+v", r.Copy)
	}
	sum := ses.Digest(file)
	if r.Copy.OriginalDigest != hex.EncodeToString(sum[:]) {
		t.Errorf("the copy names the original %s", r.Copy.OriginalDigest)
	}
	if len(r.Seals) != 1 || !strings.HasSuffix(r.Seals[0].Name, "b") {
		t.Errorf("seals = %+v", r.Seals)
	}
	if again := raw(t, read); !bytes.Equal(again, raw(t, original)) {
		t.Error("the original has changed")
	}

	// Taken away, the note is missed.
	bare := takeApart(copied)
	bare.replace(t, "Doc_0/Annots/Page_1/Annotation.xml", "用于其他用途无效", "用途不限")
	if r := verify.File(bare.zip(t), w.options(t)); r.Verdict != verify.Invalid {
		t.Errorf("a copy with another note is %s", r.Verdict)
	}
}
