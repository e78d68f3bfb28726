package present_test

import (
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/yinxin-org/yinxin/internal/present"
)

var run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// draw paints the path of the SVG as a phone's camera would see it, some pixels to a module.
func draw(t *testing.T, svg string) image.Image {
	t.Helper()
	side, err := strconv.Atoi(regexp.MustCompile(`viewBox="0 0 (\d+) `).FindStringSubmatch(svg)[1])
	if err != nil {
		t.Fatal(err)
	}
	const px = 6
	img := image.NewGray(image.Rect(0, 0, side*px, side*px))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, m := range run.FindAllStringSubmatch(svg, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		w, _ := strconv.Atoi(m[3])
		for dy := range px {
			for dx := range w * px {
				img.SetGray(x*px+dx, y*px+dy, color.Gray{})
			}
		}
	}
	return img
}

// A reader that we did not write reads what is shown. GB/T 18284.
func TestQRCodeIsRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"https://yinxin.example/s/" + strings.Repeat("A9_-", 8), "http://127.0.0.1:8080/s/x", "福州"} {
		svg, err := present.QRSVG(text)
		if err != nil {
			t.Fatal(err)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(draw(t, svg))
		if err != nil {
			t.Fatal(err)
		}
		got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil || got.GetText() != text {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	if _, err := present.QRSVG(strings.Repeat("x", 5000)); err == nil {
		t.Error("a novel was put into a code")
	}
}
