package ofd

import (
	"encoding/binary"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// parseForeign reads a font as packages by others hold it: TrueType, the first
// of a collection, or OpenType with CFF outlines. It is for drawing only; what
// we write has TrueType outlines, see ParseFont.
func parseForeign(file []byte) (*Font, error) {
	if len(file) < 16 {
		return nil, &FontError{Reason: "too short"}
	}
	at := 0
	if string(file[:4]) == "ttcf" {
		if at = int(binary.BigEndian.Uint32(file[12:])); at > len(file)-12 {
			return nil, &FontError{"ttcf", "out of bounds"}
		}
	}
	tables, err := tableDirectory(file, at)
	if err != nil {
		return nil, err
	}
	f := &Font{tables: tables, glyf: tables["glyf"]}
	if err := f.readHead(); err != nil {
		return nil, err
	}
	if err := f.readMetrics(); err != nil {
		return nil, err
	}
	if _, ok := tables["CFF "]; ok {
		f.cff, err = f.openCFF()
	} else {
		err = f.readLoca()
	}
	// Fonts in packages often lack a cmap and are used by glyph id alone.
	f.cmap, _ = parseCmap(tables["cmap"])
	return f, err
}

// openCFF gives the outlines of a font to the library, with tables beside them
// that are as strict as it wants.
func (f *Font) openCFF() (*sfnt.Font, error) {
	hmtx := make([]byte, 4*f.numHM+2*(f.numGlyphs-f.numHM)) // careless fonts leave the end out
	copy(hmtx, f.hmtx)
	maxp := binary.BigEndian.AppendUint16([]byte{0, 0, 0x50, 0}, uint16(f.numGlyphs))
	file := writeSFNT(map[string][]byte{
		"CFF ": f.tables["CFF "], "head": append([]byte(nil), f.tables["head"][:54]...), "maxp": maxp,
		"hhea": f.tables["hhea"][:36], "hmtx": hmtx,
		"cmap": writeCmap(map[rune]uint16{' ': 0}), "post": postV3(nil), "name": {0, 0, 0, 0, 0, 6},
	})
	copy(file, "OTTO")
	font, err := sfnt.Parse(file)
	if err != nil {
		return nil, &FontError{"CFF ", "cannot be read"}
	}
	return font, nil
}

// cffOutline draws a glyph in em units, y down; nothing if it is damaged.
func (f *Font) cffOutline(gid uint16) []Seg {
	var buf sfnt.Buffer
	segments, err := f.cff.LoadGlyph(&buf, sfnt.GlyphIndex(gid), fixed.I(int(f.unitsEm)), nil)
	if err != nil || len(segments) > maxGlyphPoints {
		return nil
	}
	v := func(i fixed.Int26_6) float64 { return float64(i) / 64 / f.unitsEm }
	var path []Seg
	for i, s := range segments {
		a, b, c := s.Args[0], s.Args[1], s.Args[2]
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				path = append(path, Seg{Op: ClosePath})
			}
			path = append(path, Seg{Op: MoveTo, X: v(a.X), Y: v(a.Y)})
		case sfnt.SegmentOpLineTo:
			path = append(path, Seg{Op: LineTo, X: v(a.X), Y: v(a.Y)})
		case sfnt.SegmentOpQuadTo:
			path = append(path, Seg{Op: QuadTo, X1: v(a.X), Y1: v(a.Y), X: v(b.X), Y: v(b.Y)})
		case sfnt.SegmentOpCubeTo:
			path = append(path, Seg{Op: CubicTo, X1: v(a.X), Y1: v(a.Y), X2: v(b.X), Y2: v(b.Y), X: v(c.X), Y: v(c.Y)})
		}
	}
	if len(path) > 0 {
		path = append(path, Seg{Op: ClosePath})
	}
	return path
}
