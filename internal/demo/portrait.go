package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"math"
	"sync"
)

// The size of a portrait in pixels: a passport photo (35 by 49 mm) at 75 dots an inch.
const (
	portraitW = 105
	portraitH = 147
)

// looks is how many portraits there are of each sex and age.
const looks = 6

// look is which portrait a person has. There are no faces in them, only head and shoulders of nobody.
type look struct {
	woman, old bool
	n          int
}

// portrait gives a person's portrait, always the same one, as the base64 of a small PNG.
func (m *maker) portrait(h Holder) (string, error) {
	sum := fnv.New32a()
	if _, err := sum.Write([]byte(h.Code)); err != nil {
		return "", err
	}
	l := look{woman: h.Sex == "女", old: h.age(m.city.Today) >= 60, n: int(sum.Sum32() % looks)}
	all, err := portraits()
	return all[l], err
}

// portraits are those of every look, drawn once in a process.
var portraits = sync.OnceValues(func() (map[look]string, error) {
	all := map[look]string{}
	for n := range looks {
		for _, l := range []look{{false, false, n}, {false, true, n}, {true, false, n}, {true, true, n}} {
			var out bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, l.draw()); err != nil {
				return nil, fmt.Errorf("encode portrait: %w", err)
			}
			all[l] = base64.StdEncoding.EncodeToString(out.Bytes())
		}
	}
	return all, nil
})

// The parts of a portrait, each of one colour.
const (
	ground = iota
	hair
	cloth
	skin
	shade
	collar
	parts
)

func (l look) colours() [parts]color.RGBA {
	c := [parts]color.RGBA{skin: {0xE9, 0xCB, 0xB0, 255}, shade: {0xD9, 0xB6, 0x98, 255}, collar: {0xFF, 0xFF, 0xFF, 255}}
	c[ground] = []color.RGBA{{0xCF, 0xE2, 0xF3, 255}, {0xD8, 0xE8, 0xDF, 255}, {0xE4, 0xE6, 0xEE, 255}}[l.n%3]
	c[cloth] = []color.RGBA{{0x2F, 0x4A, 0x6D, 255}, {0x3F, 0x5F, 0x55, 255}, {0x6B, 0x3E, 0x4A, 255}, {0x54, 0x55, 0x6B, 255}, {0x7A, 0x5C, 0x3A, 255}, {0x36, 0x39, 0x42, 255}}[l.n]
	c[hair] = []color.RGBA{{0x2B, 0x2B, 0x30, 255}, {0x3A, 0x30, 0x2C, 255}}[l.n%2]
	if l.old {
		c[hair] = color.RGBA{0xA4, 0xA6, 0xAA, 255}
	}
	return c
}

// steps is how finely two parts blend where they meet.
const steps = 4

// draw paints with a palette, so that the file stays small: for each two parts the colours between them.
func (l look) draw() image.Image {
	c := l.colours()
	var palette color.Palette
	for _, a := range c {
		for _, b := range c {
			for step := range steps {
				palette = append(palette, between(a, b, float64(step)/steps))
			}
		}
	}
	img := image.NewPaletted(image.Rect(0, 0, portraitW, portraitH), palette)
	for y := range portraitH {
		for x := range portraitW {
			first, other, n := l.part(float64(x)/portraitW, float64(y)/portraitH), 0, 0
			for k := 1; k < steps; k++ {
				p := l.part((float64(x)+float64(k%2)/2)/portraitW, (float64(y)+float64(k/2)/2)/portraitH)
				if p != first {
					other, n = p, n+1
				}
			}
			img.SetColorIndex(x, y, uint8((first*parts+other)*steps+n))
		}
	}
	return img
}

func between(a, b color.RGBA, t float64) color.RGBA {
	mid := func(x, y uint8) uint8 { return uint8(float64(x)*(1-t) + float64(y)*t) }
	return color.RGBA{mid(a.R, b.R), mid(a.G, b.G), mid(a.B, b.B), 255}
}

// part is what stands at a point; both coordinates run from 0 to 1.
func (l look) part(x, y float64) int {
	in := func(cx, cy, rx, ry float64) bool { return math.Hypot((x-cx)/rx, (y-cy)/ry) < 1 }
	off := math.Abs(x - 0.5)
	switch {
	case in(0.5, 0.43, 0.2, 0.205) && y > 0.31+0.05*math.Cos((x-0.44)*7):
		return skin
	case l.woman && (in(0.5, 0.4, 0.27, 0.25) && y < 0.62 || y > 0.4 && y < 0.66 && off > 0.15 && off < 0.27-0.1*max(0, y-0.58)):
		return hair
	case !l.woman && in(0.5, 0.37, 0.235, 0.2) && y < 0.43:
		return hair
	case y > 0.72 && y < 0.86 && off < (0.86-y)*0.75:
		return collar
	case y > 0.5 && y < 0.76 && off < 0.085:
		return shade
	case in(0.5, 1.06, 0.45, 0.36):
		return cloth
	}
	return ground
}
