package ofd

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
)

// subset gathers the glyphs that a file needs of a font and gives them new ids,
// in the order of their first use. That keeps the file small; a reader may go
// by the cmap or by the ids of CGTransform and finds the same.
type subset struct {
	font     *Font
	order    []uint16          // ids in the font, by new id
	renumber map[uint16]uint16 // new ids by those in the font
	chars    map[rune]uint16   // new ids
}

func newSubset(f *Font) *subset {
	return &subset{font: f, order: []uint16{0}, renumber: map[uint16]uint16{0: 0}, chars: map[rune]uint16{}}
}

// use adds a character with its glyph in the font and gives its new id.
func (s *subset) use(r rune, gid uint16) uint16 {
	if id, known := s.chars[r]; known {
		return id
	}
	id := s.add(gid)
	s.chars[r] = id
	return id
}

func (s *subset) add(gid uint16) uint16 {
	id, known := s.renumber[gid]
	if !known {
		id = uint16(len(s.order))
		s.renumber[gid] = id
		s.order = append(s.order, gid)
	}
	return id
}

// write gives the font file: no hinting, no layout tables.
func (s *subset) write() []byte {
	f := s.font
	for i := 0; i < len(s.order); i++ { // components may have components
		for _, c := range f.componentsOf(s.order[i]) {
			s.add(c)
		}
	}
	glyf, loca := f.renumbered(s.order, s.renumber)
	hmtx, own := f.sharedMetrics(s.order)
	tables := map[string][]byte{
		"glyf": glyf, "loca": loca, "hmtx": hmtx,
		"cmap": writeCmap(s.chars),
		"post": postV3(f.tables["post"]),
		"head": slices.Clone(f.tables["head"]),
		"maxp": slices.Clone(f.tables["maxp"]),
		"hhea": slices.Clone(f.tables["hhea"]),
	}
	for _, tag := range [...]string{"OS/2", "name"} {
		if t := f.tables[tag]; len(t) > 0 {
			tables[tag] = t
		}
	}
	binary.BigEndian.PutUint16(tables["head"][50:], 1) // long loca
	binary.BigEndian.PutUint16(tables["maxp"][4:], uint16(len(s.order)))
	binary.BigEndian.PutUint16(tables["hhea"][34:], uint16(own))
	return writeSFNT(tables)
}

// componentsOf lists the glyphs that a composite glyph consists of.
func (f *Font) componentsOf(gid uint16) []uint16 {
	data := f.glyphData(gid)
	if len(data) < 10 || int16(binary.BigEndian.Uint16(data)) >= 0 {
		return nil
	}
	var out []uint16
	for _, c := range components(data) {
		if int(c.gid) < f.numGlyphs {
			out = append(out, c.gid)
		}
	}
	return out
}

// postV3 is a post table without glyph names.
func postV3(post []byte) []byte {
	out := make([]byte, 32)
	if len(post) >= 32 {
		copy(out, post[:32])
	}
	binary.BigEndian.PutUint32(out, 0x00030000)
	return out
}

// writeCmap maps the characters by format 4 (3,1) and format 12 (3,10).
func writeCmap(runes map[rune]uint16) []byte {
	var ranges []cmapRange
	for r, gid := range runes {
		ranges = append(ranges, cmapRange{uint32(r), uint32(r), uint32(gid)})
	}
	ranges = orderRanges(ranges)
	four, twelve := cmap4(ranges), cmap12(ranges)
	out := binary.BigEndian.AppendUint32(nil, 2)
	out = binary.BigEndian.AppendUint32(out, 3<<16|1)
	out = binary.BigEndian.AppendUint32(out, 20)
	out = binary.BigEndian.AppendUint32(out, 3<<16|10)
	out = binary.BigEndian.AppendUint32(out, uint32(20+len(four)))
	return append(append(out, four...), twelve...)
}

func cmap4(ranges []cmapRange) []byte {
	var bmp []cmapRange
	for _, r := range ranges {
		if r.last < 0xFFFF {
			bmp = append(bmp, r)
		}
	}
	bmp = append(bmp, cmapRange{0xFFFF, 0xFFFF, 0}) // the end the format asks for
	n := len(bmp)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	var out []byte
	put := func(v ...int) {
		for _, v := range v {
			out = binary.BigEndian.AppendUint16(out, uint16(v))
		}
	}
	put(4, 16+8*n, 0, 2*n, 2*power, log, 2*(n-power))
	for _, r := range bmp {
		put(int(r.last))
	}
	put(0)
	for _, r := range bmp {
		put(int(r.first))
	}
	for _, r := range bmp {
		delta := int(r.gid) - int(r.first)
		if r.first == 0xFFFF {
			delta = 1
		}
		put(delta)
	}
	for range bmp {
		put(0)
	}
	return out
}

func cmap12(ranges []cmapRange) []byte {
	out := binary.BigEndian.AppendUint32(nil, 12<<16)
	out = binary.BigEndian.AppendUint32(out, uint32(16+12*len(ranges)))
	out = binary.BigEndian.AppendUint32(out, 0)
	out = binary.BigEndian.AppendUint32(out, uint32(len(ranges)))
	for _, r := range ranges {
		out = binary.BigEndian.AppendUint32(out, r.first)
		out = binary.BigEndian.AppendUint32(out, r.last)
		out = binary.BigEndian.AppendUint32(out, r.gid)
	}
	return out
}

// writeSFNT assembles tables into a font file with correct checksums.
func writeSFNT(tables map[string][]byte) []byte {
	tags := slices.Sorted(maps.Keys(tables))
	n := len(tags)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	binary.BigEndian.PutUint32(tables["head"][8:], 0)
	var dir, body bytes.Buffer
	dir.WriteString("\x00\x01\x00\x00")
	for _, v := range [...]int{n, 16 * power, log, 16 * (n - power)} {
		dir.Write(binary.BigEndian.AppendUint16(nil, uint16(v)))
	}
	headAt := 0
	for _, tag := range tags {
		t := tables[tag]
		if tag == "head" {
			headAt = 12 + 16*n + body.Len()
		}
		dir.WriteString(tag)
		for _, v := range [...]uint32{tableSum(t), uint32(12 + 16*n + body.Len()), uint32(len(t))} {
			dir.Write(binary.BigEndian.AppendUint32(nil, v))
		}
		body.Write(t)
		body.Write(make([]byte, (4-len(t)%4)%4))
	}
	out := append(dir.Bytes(), body.Bytes()...)
	binary.BigEndian.PutUint32(out[headAt+8:], 0xB1B0AFBA-tableSum(out))
	return out
}

func tableSum(b []byte) uint32 {
	sum := uint32(0)
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	if len(b) > 0 {
		var tail [4]byte
		copy(tail[:], b)
		sum += binary.BigEndian.Uint32(tail[:])
	}
	return sum
}
