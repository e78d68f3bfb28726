package sealpic_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/sealpic"
	"github.com/yinxin-org/yinxin/ofd"
)

var unit = sealpic.Spec{UnitName: "榕城市市场监督管理局", Centre: "★", Bottom: "电子证照专用章", Code: "3501020012345"}

func draw(t *testing.T, s sealpic.Spec) (image.Image, []byte) {
	t.Helper()
	data, w, h, err := sealpic.Draw(s)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != w*12 || b.Dy() != h*12 {
		t.Errorf("%d by %d pixels for %d by %d mm", b.Dx(), b.Dy(), w, h)
	}
	return img, data
}

// inked reports whether the seal is opaque at a place in millimetres.
func inked(img image.Image, x, y float64) bool {
	_, _, _, a := img.At(int(x*12), int(y*12)).RGBA()
	return a > 0x8000
}

func TestDrawPutsEverythingInItsPlace(t *testing.T) {
	t.Parallel()
	img, data := draw(t, unit)
	if len(data) > 20_000 {
		t.Errorf("picture has %d bytes; every file carries it twice", len(data))
	}
	for name, c := range map[string]struct {
		x, y float64
		want bool
	}{
		"corner": {1, 1, false}, "ring left": {0.7, 21, true}, "ring top": {21, 0.7, true},
		"star": {21, 21, true}, "beside the star": {21, 29.5, false}, "between": {10.5, 21, false},
	} {
		if inked(img, c.x, c.y) != c.want {
			t.Errorf("%s: ink = %v, want %v", name, !c.want, c.want)
		}
	}
	bare := unit
	bare.Centre = ""
	if img, _ := draw(t, bare); inked(img, 21, 21) {
		t.Error("a seal without a star has ink in the centre")
	}
}

func TestDrawIsDeterministic(t *testing.T) {
	t.Parallel()
	_, first := draw(t, unit)
	_, second := draw(t, unit)
	if !bytes.Equal(first, second) {
		t.Error("two pictures of one seal differ")
	}
}

// The ring and the free space inside it stay clear of characters however long
// the name is.
func TestNameStaysInsideTheRing(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 5, 9, 14, 22, 30} {
		for _, shape := range []sealpic.Shape{sealpic.Round, sealpic.Oval} {
			s := unit
			s.UnitName, s.Shape = strings.Repeat("翼", n), shape
			img, _ := draw(t, s)
			h := float64(img.Bounds().Dy()) / 12
			if inked(img, float64(img.Bounds().Dx())/24, 1.6) || inked(img, 1.6, h/2) {
				t.Errorf("%d characters, shape %d: the name touches the ring", n, shape)
			}
		}
	}
}

func TestDrawRefuses(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*sealpic.Spec){
		"no name":     func(s *sealpic.Spec) { s.UnitName = "" },
		"long name":   func(s *sealpic.Spec) { s.UnitName = strings.Repeat("局", 31) },
		"centre":      func(s *sealpic.Spec) { s.Centre = "☆" },
		"long bottom": func(s *sealpic.Spec) { s.Bottom = strings.Repeat("章", 13) },
		"code":        func(s *sealpic.Spec) { s.Code = "三五" },
		"shape":       func(s *sealpic.Spec) { s.Shape = 9 },
	} {
		s := unit
		spoil(&s)
		if _, _, _, err := sealpic.Draw(s); err == nil {
			t.Errorf("%s: drawn", name)
		}
	}
	s := unit
	s.UnitName += "\U0010FFFD"
	var missing *ofd.MissingGlyph
	if _, _, _, err := sealpic.Draw(s); !errors.As(err, &missing) {
		t.Errorf("got %v, want MissingGlyph", err)
	}
}
