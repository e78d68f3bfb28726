package ofd

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
)

// subset writes a font that holds the given characters only. Glyph ids stay as
// they are and the tail after the highest used one is cut, as vendors of OFD
// do: a reader may use the cmap or the ids of CGTransform and finds the same.
// The result depends on the set of characters alone.
func (f *Font) subset(runes map[rune]uint16) []byte {
	keep := f.closure(runes)
	last := slices.Max(keep)
	glyf, loca := f.cutGlyphs(keep, int(last)+1)
	tables := map[string][]byte{
		"glyf": glyf,
		"loca": loca,
		"cmap": writeCmap(runes),
		"post": postV3(f.tables["post"]),
		"head": slices.Clone(f.tables["head"]),
		"maxp": slices.Clone(f.tables["maxp"]),
		"hhea": slices.Clone(f.tables["hhea"]),
		"hmtx": f.cutMetrics(int(last) + 1),
	}
	for _, tag := range [...]string{"OS/2", "name", "cvt ", "fpgm", "prep"} {
		if t := f.tables[tag]; len(t) > 0 {
			tables[tag] = t
		}
	}
	binary.BigEndian.PutUint16(tables["head"][50:], 1) // long loca
	binary.BigEndian.PutUint16(tables["maxp"][4:], last+1)
	binary.BigEndian.PutUint16(tables["hhea"][34:], uint16(min(f.numHM, int(last)+1)))
	return writeSFNT(tables)
}

// closure is the glyphs of runes, .notdef, and all their components, sorted.
func (f *Font) closure(runes map[rune]uint16) []uint16 {
	seen := map[uint16]bool{}
	queue := append(slices.Collect(maps.Values(runes)), 0)
	for len(queue) > 0 {
		gid := queue[0]
		queue = queue[1:]
		if seen[gid] || int(gid) >= f.numGlyphs {
			continue
		}
		seen[gid] = true
		data := f.glyphData(gid)
		if len(data) < 10 || int16(binary.BigEndian.Uint16(data)) >= 0 {
			continue
		}
		for _, c := range components(data) {
			queue = append(queue, c.gid)
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func (f *Font) cutGlyphs(keep []uint16, n int) (glyf, loca []byte) {
	loca = make([]byte, 0, 4*(n+1))
	next := 0
	for gid := range n {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if keep[next] != uint16(gid) {
			continue
		}
		next++
		glyf = append(glyf, f.glyphData(uint16(gid))...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	return glyf, binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
}

// cutMetrics keeps n glyphs' metrics; side bearings without an advance of their
// own may be missing in careless fonts and are then taken as zero.
func (f *Font) cutMetrics(n int) []byte {
	size := 4 * n
	if n > f.numHM {
		size = 4*f.numHM + 2*(n-f.numHM)
	}
	out := make([]byte, size)
	copy(out, f.hmtx)
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
