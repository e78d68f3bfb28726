package ofd

import (
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
	names    []byte            // table of names
}

func newSubset(f *Font) *subset {
	return &subset{font: f, order: []uint16{0}, renumber: map[uint16]uint16{0: 0}, chars: map[rune]uint16{}, names: f.names}
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

// write gives the font file, without hinting and layout tables.
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
	if t := f.tables["OS/2"]; len(t) > 0 {
		tables["OS/2"] = t
	}
	if len(s.names) > 0 {
		tables["name"] = s.names
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

// shortNames is a table of names that keeps only what programs look a font up
// by: the English names of the family, its style, the font and PostScript
// (OpenType, table name, ids 1, 2, 4 and 6).
func shortNames(b []byte) []byte {
	if len(b) < 6 {
		return nil
	}
	n, store := int(binary.BigEndian.Uint16(b[2:])), int(binary.BigEndian.Uint16(b[4:]))
	var records, words []byte
	for i := range n {
		if 6+12*(i+1) > len(b) {
			break
		}
		rec := b[6+12*i:][:12]
		at := func(k int) int { return int(binary.BigEndian.Uint16(rec[2*k:])) }
		from := store + at(5)
		if at(0) != 3 || at(1) != 1 || at(2) != 0x409 || !slices.Contains([]int{1, 2, 4, 6}, at(3)) || from+at(4) > len(b) {
			continue
		}
		records = binary.BigEndian.AppendUint16(append(records, rec[:10]...), uint16(len(words)))
		words = append(words, b[from:from+at(4)]...)
	}
	out := binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(len(records)/12))
	out = binary.BigEndian.AppendUint16(out, uint16(6+len(records)))
	return append(append(out, records...), words...)
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

// writeSFNT assembles tables into a font file with correct checksums. It sets
// the checksum of the file in the table head.
func writeSFNT(tables map[string][]byte) []byte {
	tags := slices.Sorted(maps.Keys(tables))
	n := len(tags)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	at := 12 + 16*n
	size := at
	for _, t := range tables {
		size += padded(len(t))
	}
	binary.BigEndian.PutUint32(tables["head"][8:], 0)
	out := make([]byte, size)
	copy(out, "\x00\x01\x00\x00")
	for i, v := range [...]int{n, 16 * power, log, 16 * (n - power)} {
		binary.BigEndian.PutUint16(out[4+2*i:], uint16(v))
	}
	headAt, sum := 0, uint32(0)
	for i, tag := range tags {
		t, record := tables[tag], out[12+16*i:]
		if tag == "head" {
			headAt = at
		}
		copy(out[at:], t)
		own := tableSum(t)
		sum += own
		copy(record, tag)
		binary.BigEndian.PutUint32(record[4:], own)
		binary.BigEndian.PutUint32(record[8:], uint32(at))
		binary.BigEndian.PutUint32(record[12:], uint32(len(t)))
		at += padded(len(t))
	}
	binary.BigEndian.PutUint32(out[headAt+8:], 0xB1B0AFBA-sum-tableSum(out[:12+16*n]))
	return out
}

// padded is a length filled up to the next multiple of four.
func padded(n int) int { return (n + 3) &^ 3 }

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
