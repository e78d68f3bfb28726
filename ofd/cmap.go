package ofd

import (
	"cmp"
	"encoding/binary"
	"slices"
	"unicode/utf16"
)

// cmapRange maps the characters first to last to the glyphs from gid on.
type cmapRange struct{ first, last, gid uint32 }

// maxCmapRanges bounds the work that a crafted font can ask for; a font with
// every character of Unicode in its own range stays far below.
const maxCmapRanges = 400_000

// parseCmap reads the best Unicode subtable: format 12 before format 4.
func parseCmap(b []byte) ([]cmapRange, error) {
	if len(b) < 4 {
		return nil, &FontError{"cmap", "missing"}
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if len(b) < 4+8*n {
		return nil, &FontError{"cmap", "too short"}
	}
	var best []byte
	bestFormat := uint16(0)
	for i := range n {
		rec := b[4+8*i:]
		platform, encoding := binary.BigEndian.Uint16(rec), binary.BigEndian.Uint16(rec[2:])
		off := uint64(binary.BigEndian.Uint32(rec[4:]))
		unicode := platform == 0 && encoding != 5 || platform == 3 && (encoding == 1 || encoding == 10)
		if !unicode || off+4 > uint64(len(b)) {
			continue
		}
		format := binary.BigEndian.Uint16(b[off:])
		if (format == 4 || format == 12) && format > bestFormat {
			best, bestFormat = b[off:], format
		}
	}
	var ranges []cmapRange
	var err error
	switch bestFormat {
	case 12:
		ranges, err = parseCmap12(best)
	case 4:
		ranges, err = parseCmap4(best)
	default:
		return nil, &FontError{"cmap", "no Unicode subtable of format 4 or 12"}
	}
	if err != nil {
		return nil, err
	}
	return orderRanges(ranges), nil
}

// orderRanges sorts by character and drops what overlaps an earlier range, so
// that a binary search is sound on any input.
func orderRanges(in []cmapRange) []cmapRange {
	slices.SortStableFunc(in, func(a, b cmapRange) int { return cmp.Compare(a.first, b.first) })
	out := in[:0]
	for _, r := range in {
		if r.last < r.first || len(out) > 0 && r.first <= out[len(out)-1].last {
			continue
		}
		if k := len(out) - 1; k >= 0 && out[k].last+1 == r.first && out[k].gid+(r.first-out[k].first) == r.gid {
			out[k].last = r.last
			continue
		}
		out = append(out, r)
	}
	return out
}

func parseCmap12(b []byte) ([]cmapRange, error) {
	if len(b) < 16 {
		return nil, &FontError{"cmap", "format 12 too short"}
	}
	n := uint64(binary.BigEndian.Uint32(b[12:]))
	if n > maxCmapRanges || uint64(len(b)) < 16+12*n {
		return nil, &FontError{"cmap", "format 12 out of bounds"}
	}
	out := make([]cmapRange, n)
	for i := range out {
		g := b[16+12*i:]
		out[i] = cmapRange{binary.BigEndian.Uint32(g), binary.BigEndian.Uint32(g[4:]), binary.BigEndian.Uint32(g[8:])}
	}
	return out, nil
}

func parseCmap4(b []byte) ([]cmapRange, error) {
	if len(b) < 16 {
		return nil, &FontError{"cmap", "format 4 too short"}
	}
	n := int(binary.BigEndian.Uint16(b[6:])) / 2
	if len(b) < 16+8*n {
		return nil, &FontError{"cmap", "format 4 out of bounds"}
	}
	at := func(i int) uint16 { return binary.BigEndian.Uint16(b[i:]) }
	ends, starts, deltas, offsets := 14, 16+2*n, 16+4*n, 16+6*n
	var out []cmapRange
	for s := range n {
		first, last := at(starts+2*s), at(ends+2*s)
		delta, off := at(deltas+2*s), int(at(offsets+2*s))
		if last < first {
			continue
		}
		for c := int(first); c <= int(last); c++ {
			gid := uint16(c)
			if off != 0 {
				p := offsets + 2*s + off + 2*(c-int(first))
				if p+2 > len(b) {
					break
				}
				if gid = at(p); gid == 0 {
					continue
				}
			}
			if gid += delta; gid != 0 {
				out = append(out, cmapRange{uint32(c), uint32(c), uint32(gid)})
			}
		}
		if len(out) > maxCmapRanges {
			return nil, &FontError{"cmap", "too many characters"}
		}
	}
	return out, nil
}

// parseNames takes the full and family name from the name table, English
// first. A font without them is usable, so nothing here is an error.
func parseNames(b []byte) (full, family string) {
	if len(b) < 6 {
		return "", ""
	}
	n, store := int(binary.BigEndian.Uint16(b[2:])), int(binary.BigEndian.Uint16(b[4:]))
	for i := range n {
		if 6+12*(i+1) > len(b) {
			break
		}
		rec := b[6+12*i:]
		at := func(k int) int { return int(binary.BigEndian.Uint16(rec[2*k:])) }
		from := store + at(5)
		if at(0) != 3 || at(2) != 0x409 || from+at(4) > len(b) {
			continue
		}
		switch at(3) {
		case 4:
			full = utf16BE(b[from : from+at(4)])
		case 1:
			family = utf16BE(b[from : from+at(4)])
		}
	}
	return full, family
}

func utf16BE(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}
