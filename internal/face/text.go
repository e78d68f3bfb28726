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
	line, wide := 0, 0.0 // where the line begins, and its width in em
	at := 0
	for _, word := range words(value) {
		with, alone := wide, 0.0
		for _, r := range word {
			with += face.Advance(r)
			alone += face.Advance(r)
		}
		if at > line && with*size > width {
			rows = append(rows, value[line:at])
			line, wide, with = at, 0, alone
		}
		if alone*size <= width {
			at, wide = at+len(word), with
			continue
		}
		for i, r := range word {
			if at+i > line && (wide+face.Advance(r))*size > width {
				rows = append(rows, value[line:at+i])
				line, wide = at+i, 0
			}
			wide += face.Advance(r)
		}
		at += len(word)
	}
	return append(rows, value[line:])
}

// closing are marks that close what stands before them: a line never begins with one (禁则).
const closing = "，。、；：！？）》」』”’"

// words splits a text where it may break: around every character that is not a Latin letter or digit, but never
// before a closing mark.
func words(s string) []string {
	var out []string
	start, run := 0, false
	for i, r := range s {
		latin := r < 0x2000 && r > ' '
		mark := !latin && strings.ContainsRune(closing, r)
		if i > 0 && !mark && !(latin && run) {
			out = append(out, s[start:i])
			start = i
		}
		run = latin
	}
	if s != "" {
		out = append(out, s[start:])
	}
	return out
}
