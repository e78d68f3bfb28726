package face

import (
	"errors"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/ofd"
)

// shrinkTo is the smallest part of its size to which a line may shrink to fit its place.
const shrinkTo = 0.6

// shown is a value as the face shows it: dates in words, several values side by side.
func shown(f catalog.Field, value, part, format string) string {
	if strings.Contains(value, multi) {
		var all []string
		for v := range strings.SplitSeq(value, multi) {
			all = append(all, shown(f, v, part, format))
		}
		return strings.Join(all, "、")
	}
	if f.Type != "date" || value == "" || value == "长期" {
		return value
	}
	d, err := time.ParseInLocation(time.DateOnly, value, clock.Shanghai)
	if err != nil {
		return value
	}
	switch part {
	case "Y":
		return d.Format("2006")
	case "M":
		return d.Format("01")
	case "D":
		return d.Format("02")
	}
	if format == "iso" {
		return value
	}
	return d.Format("2006年01月02日")
}

var errOverflow = errors.New("text does not fit its place")

// fontOf is the font that an object asks for, and its index.
func (d *Drawer) fontOf(o catalog.FaceObject) (*ofd.Font, int) {
	if o.Font == "sans" {
		return d.fonts[Sans], Sans
	}
	return d.fonts[Serif], Serif
}

// lines sets a text in the room of its object: it wraps within W for as many lines as allowed, and shrinks
// a little before it gives up. With errOverflow it gives what runs over, for a preview to show.
func (d *Drawer) lines(o catalog.FaceObject, value, tag string) ([]ofd.Object, error) {
	if value == "" {
		return nil, nil
	}
	face, index := d.fontOf(o)
	allowed := max(o.Lines, 1)
	size := o.Size
	rows := wrap(face, value, size, o.W)
	for len(rows) > allowed && size > o.Size*shrinkTo {
		size *= 0.95
		rows = wrap(face, value, size, o.W)
	}
	var err error
	if len(rows) > allowed {
		err = errOverflow
	}
	var out []ofd.Object
	for i, row := range rows {
		x := o.X
		switch width := ofd.TextWidth(face, row, size); o.Align {
		case "center":
			x += (o.W - width) / 2
		case "right":
			x += o.W - width
		}
		out = append(out, ofd.Text{X: x, Y: o.Y + float64(i)*size*1.5, Size: size, Font: index, Color: colour(o.Color, ofd.RGB{}),
			Value: row, Tag: tag, Alpha: opacity(o.Alpha)})
	}
	return out, err
}

// wrap breaks a text into lines no wider than width; without a width it stays whole. Runs of Latin letters and
// digits stay together, so that numbers can be read.
func wrap(face *ofd.Font, value string, size, width float64) []string {
	if width <= 0 || ofd.TextWidth(face, value, size) <= width {
		return []string{value}
	}
	var rows []string
	line := ""
	for _, word := range words(value) {
		if line != "" && ofd.TextWidth(face, line+word, size) > width {
			rows = append(rows, line)
			line = ""
		}
		if ofd.TextWidth(face, word, size) <= width {
			line += word
			continue
		}
		for _, r := range word {
			if line != "" && ofd.TextWidth(face, line+string(r), size) > width {
				rows = append(rows, line)
				line = ""
			}
			line += string(r)
		}
	}
	return append(rows, line)
}

// words splits a text where it may break: around every character that is not a Latin letter or digit, but never
// before a closing mark.
func words(s string) []string {
	var out []string
	run := ""
	for _, r := range s {
		if r < 0x2000 && r > ' ' {
			run += string(r)
			continue
		}
		if run != "" {
			out = append(out, run)
			run = ""
		}
		// A line never begins with a mark that closes what stands before it (禁则).
		if strings.ContainsRune("，。、；：！？）》」』”’%", r) && len(out) > 0 {
			out[len(out)-1] += string(r)
			continue
		}
		out = append(out, string(r))
	}
	if run != "" {
		out = append(out, run)
	}
	return out
}
