package ofd

import (
	"encoding/binary"
)

// Compact writes a font that holds only the given characters, in that order
// and with new glyph ids, without hinting and layout tables. It is how the
// fonts of package font are made small enough to ship. Glyphs of one common
// width should come last: they then share one record.
func (f *Font) Compact(runes []rune) ([]byte, error) {
	s := newSubset(f)
	for _, r := range runes {
		gid := f.glyph(r)
		if gid == 0 {
			return nil, &MissingGlyph{Rune: r, Font: f.Name}
		}
		s.use(r, gid)
	}
	s.names = f.tables["name"]
	return s.write(), nil
}

// renumbered copies glyphs in a new order, without instructions.
func (f *Font) renumbered(order []uint16, renumber map[uint16]uint16) (glyf, loca []byte) {
	size := 0
	for _, gid := range order {
		size += padded(len(f.glyphData(gid)))
	}
	glyf, loca = make([]byte, 0, size), make([]byte, 0, 4*len(order)+4)
	for _, gid := range order {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = appendGlyph(glyf, f.glyphData(gid), renumber)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	return glyf, binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
}

// appendGlyph copies a glyph without its instructions and renames its
// components.
func appendGlyph(out, data []byte, renumber map[uint16]uint16) []byte {
	if len(data) < 10 {
		return out
	}
	n := int(int16(binary.BigEndian.Uint16(data)))
	if n < 0 {
		return appendComposite(out, data, renumber)
	}
	at := 10 + 2*n // of the length of the instructions
	if len(data) < at+2 {
		return append(out, data...)
	}
	skip := at + 2 + int(binary.BigEndian.Uint16(data[at:]))
	if skip > len(data) {
		return append(out, data...)
	}
	return append(append(append(out, data[:at]...), 0, 0), data[skip:]...)
}

func appendComposite(out, data []byte, renumber map[uint16]uint16) []byte {
	from := len(out)
	out = append(out, data...)
	g, at := out[from:], 10
	for at+4 <= len(g) {
		flags, gid := binary.BigEndian.Uint16(g[at:]), binary.BigEndian.Uint16(g[at+2:])
		binary.BigEndian.PutUint16(g[at:], flags&^compHasInstrs)
		binary.BigEndian.PutUint16(g[at+2:], renumber[gid])
		at += 4 + componentSize(flags)
		if flags&compMore == 0 {
			return out[:from+min(at, len(g))]
		}
	}
	return out
}

// sharedMetrics writes hmtx; the glyphs at the end that have one advance share
// it. It also gives the number of glyphs with a record of their own.
func (f *Font) sharedMetrics(order []uint16) ([]byte, int) {
	last := f.rawAdvance(order[len(order)-1])
	own := len(order)
	for own > 1 && f.rawAdvance(order[own-2]) == last {
		own--
	}
	out := make([]byte, 0, 4*len(order))
	for i, gid := range order {
		if i < own {
			out = binary.BigEndian.AppendUint16(out, f.rawAdvance(gid))
		}
		out = binary.BigEndian.AppendUint16(out, f.bearing(gid))
	}
	return out, own
}

func (f *Font) rawAdvance(gid uint16) uint16 {
	return binary.BigEndian.Uint16(f.hmtx[4*min(int(gid), f.numHM-1):])
}

// bearing is the left side bearing, zero where the table ends early.
func (f *Font) bearing(gid uint16) uint16 {
	at := 4*int(gid) + 2
	if int(gid) >= f.numHM {
		at = 4*f.numHM + 2*(int(gid)-f.numHM)
	}
	if at+2 > len(f.hmtx) {
		return 0
	}
	return binary.BigEndian.Uint16(f.hmtx[at:])
}
