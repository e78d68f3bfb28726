package ofd

import (
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/image/font/sfnt"
)

// Font is a TrueType font with glyf outlines. It is safe for use by several
// goroutines as long as its exported fields are left alone.
type Font struct {
	// Name and Family are written as FontName and FamilyName. ParseFont takes
	// them from the name table.
	Name, Family string
	// Bold and Serif are hints for readers that replace the font.
	Bold, Serif bool
	// Fallback draws the characters this font lacks; nil for none.
	Fallback *Font

	tables    map[string][]byte
	names     []byte // table of names for subsets
	glyf      []byte
	loca      []uint32 // numGlyphs + 1 offsets into glyf, ascending
	hmtx      []byte
	numHM     int // glyphs with their own advance
	numGlyphs int
	unitsEm   float64
	ascent    float64 // em, above the baseline
	descent   float64 // em, below the baseline, positive
	cmap      []cmapRange
	cff       *sfnt.Font // the outlines, when they are not in glyf
}

// FontError reports a font file that cannot be used; Table is the table at fault.
type FontError struct{ Table, Reason string }

func (e *FontError) Error() string {
	if e.Table == "" {
		return "ofd: font: " + e.Reason
	}
	return fmt.Sprintf("ofd: font: table %q: %s", e.Table, e.Reason)
}

// ParseFont reads a TrueType font. Collections and fonts with CFF outlines are
// refused: most OFD readers cannot draw them. The bytes are kept and must not
// be changed. Fonts from unknown sources are safe to parse.
func ParseFont(ttf []byte) (*Font, error) {
	f := &Font{}
	var err error
	if f.tables, err = sfntTables(ttf); err != nil {
		return nil, err
	}
	f.glyf = f.tables["glyf"]
	for _, read := range [...]func() error{f.readHead, f.readLoca, f.readMetrics} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	if f.cmap, err = parseCmap(f.tables["cmap"]); err != nil {
		return nil, err
	}
	f.Name, f.Family = parseNames(f.tables["name"])
	f.names = shortNames(f.tables["name"])
	return f, nil
}

func sfntTables(ttf []byte) (map[string][]byte, error) {
	if len(ttf) < 12 {
		return nil, &FontError{Reason: "too short"}
	}
	switch tag := string(ttf[:4]); tag {
	case "\x00\x01\x00\x00", "true":
	case "OTTO":
		return nil, &FontError{Reason: "CFF outlines are not supported"}
	case "ttcf":
		return nil, &FontError{Reason: "collections are not supported"}
	default:
		return nil, &FontError{Reason: "not a TrueType font"}
	}
	return tableDirectory(ttf, 0)
}

// tableDirectory cuts a font file into its tables; at is where the font begins.
func tableDirectory(ttf []byte, at int) (map[string][]byte, error) {
	n := int(binary.BigEndian.Uint16(ttf[at+4:]))
	if n > 64 || len(ttf) < at+12+16*n {
		return nil, &FontError{Reason: "table directory out of bounds"}
	}
	tables := make(map[string][]byte, n)
	for i := range n {
		rec := ttf[at+12+16*i:]
		tag := string(rec[:4])
		off, size := uint64(binary.BigEndian.Uint32(rec[8:])), uint64(binary.BigEndian.Uint32(rec[12:]))
		if off+size > uint64(len(ttf)) {
			return nil, &FontError{tag, "out of bounds"}
		}
		tables[tag] = ttf[off : off+size]
	}
	return tables, nil
}

func (f *Font) readHead() error {
	head, maxp := f.tables["head"], f.tables["maxp"]
	if len(head) < 54 {
		return &FontError{"head", "too short"}
	}
	if len(maxp) < 6 {
		return &FontError{"maxp", "too short"}
	}
	em := binary.BigEndian.Uint16(head[18:])
	if em < 16 || em > 16384 {
		return &FontError{"head", "units per em out of range"}
	}
	f.unitsEm = float64(em)
	f.numGlyphs = int(binary.BigEndian.Uint16(maxp[4:]))
	if f.numGlyphs == 0 {
		return &FontError{"maxp", "no glyphs"}
	}
	return nil
}

func (f *Font) readLoca() error {
	loca, long := f.tables["loca"], binary.BigEndian.Uint16(f.tables["head"][50:]) != 0
	width := 2
	if long {
		width = 4
	}
	if len(loca) < width*(f.numGlyphs+1) {
		return &FontError{"loca", "too short"}
	}
	size := uint32(len(f.tables["glyf"]))
	f.loca = make([]uint32, f.numGlyphs+1)
	for i := range f.loca {
		if long {
			f.loca[i] = binary.BigEndian.Uint32(loca[4*i:])
		} else {
			f.loca[i] = 2 * uint32(binary.BigEndian.Uint16(loca[2*i:]))
		}
		if f.loca[i] > size || i > 0 && f.loca[i] < f.loca[i-1] {
			return &FontError{"loca", "offsets out of order"}
		}
	}
	return nil
}

func (f *Font) readMetrics() error {
	hhea := f.tables["hhea"]
	if len(hhea) < 36 {
		return &FontError{"hhea", "too short"}
	}
	f.ascent = float64(int16(binary.BigEndian.Uint16(hhea[4:]))) / f.unitsEm
	f.descent = -float64(int16(binary.BigEndian.Uint16(hhea[6:]))) / f.unitsEm
	f.numHM = int(binary.BigEndian.Uint16(hhea[34:]))
	f.hmtx = f.tables["hmtx"]
	if f.numHM == 0 || f.numHM > f.numGlyphs || len(f.hmtx) < 4*f.numHM {
		return &FontError{"hmtx", "too short"}
	}
	return nil
}

// glyph gives the glyph of r, 0 when the font lacks it.
func (f *Font) glyph(r rune) uint16 {
	i, ok := slices.BinarySearchFunc(f.cmap, uint32(r), func(c cmapRange, r uint32) int {
		switch {
		case c.last < r:
			return -1
		case c.first > r:
			return 1
		}
		return 0
	})
	if !ok {
		return 0
	}
	gid := f.cmap[i].gid + uint32(r) - f.cmap[i].first
	if gid >= uint32(f.numGlyphs) {
		return 0
	}
	return uint16(gid)
}

// Covers reports whether the font itself, without its Fallback, can draw r.
func (f *Font) Covers(r rune) bool { return f.glyph(r) != 0 }

// Advance is the width of r in em, taken from the Fallback if the font lacks
// the character. It is 0 for a character that cannot be drawn.
func (f *Font) Advance(r rune) float64 {
	font, gid := f.pick(r)
	if font == nil {
		return 0
	}
	return font.advance(gid)
}

func (f *Font) advance(gid uint16) float64 {
	i := min(int(gid), f.numHM-1)
	return float64(binary.BigEndian.Uint16(f.hmtx[4*i:])) / f.unitsEm
}

// Outline is the shape of r in em units, y down, with its baseline origin at
// (0, 0). Its Data is empty for blanks and for what cannot be drawn.
func (f *Font) Outline(r rune) Path {
	font, gid := f.pick(r)
	if font == nil {
		return Path{}
	}
	return Path{Data: font.outline(gid)}
}

// maxFallbacks bounds the chain of fallbacks, so that a loop does no harm.
const maxFallbacks = 8

// pick finds the font in the chain of fallbacks that draws r.
func (f *Font) pick(r rune) (*Font, uint16) {
	for range maxFallbacks {
		if f == nil {
			break
		}
		if gid := f.glyph(r); gid != 0 {
			return f, gid
		}
		f = f.Fallback
	}
	return nil, 0
}

// TextWidth is the length in millimetres of a line of text of the given size.
func TextWidth(f *Font, s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		w += f.Advance(r)
	}
	return w * size
}
