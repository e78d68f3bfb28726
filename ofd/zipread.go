package ofd

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
)

// The ZIP is read here and not by archive/zip because a signed file must mean
// one thing to every reader. A reader that walks the local headers and one that
// goes by the central directory have to find the same entries, so both records
// are compared, and the entries must fill the file without gap or overlap.

// Read opens an OFD package of any maker. What could do harm is refused with a
// *FormatError; whether the document inside can be read shows only when it is
// asked for. The bytes of b are not kept.
func Read(b []byte, lim Limits) (*Package, error) {
	lim = lim.orDefault()
	if len(b) > lim.MaxBytes {
		return nil, broken("limit", "", "file has more than %d bytes", lim.MaxBytes)
	}
	files, dirStart, err := directory(b, lim)
	if err != nil {
		return nil, err
	}
	if err := checkSpans(b, files, dirStart); err != nil {
		return nil, err
	}
	p := newPackage(lim, 0, len(files))
	total := 0
	for _, f := range files {
		if strings.HasSuffix(f.name, "/") {
			continue // a folder; it holds no bytes
		}
		if total += int(f.size); total > lim.MaxTotalBytes {
			return nil, broken("limit", "", "more than %d bytes unpacked", lim.MaxTotalBytes)
		}
		data, err := f.unpack()
		if err != nil {
			return nil, err
		}
		if _, twice := p.find(f.name); twice {
			return nil, broken("duplicate", f.name, "name appears twice")
		}
		p.index[fold(f.name)] = len(p.entries)
		p.entries = append(p.entries, entry{name: f.name, part: newPart(data), stamp: f.stamp})
		p.stamp = max(p.stamp, f.stamp)
	}
	if _, ok := p.find("OFD.xml"); !ok {
		return nil, broken("missing", "OFD.xml", "not an OFD package")
	}
	return p, nil
}

// zipFile is one record of the central directory.
type zipFile struct {
	name         string
	flags        uint16
	method       uint16
	stamp        dosTime
	crc          uint32
	packed, size uint32
	offset       uint32 // of the local header
	data         []byte // packed bytes, set by checkSpans
	end          int    // of the local entry with its descriptor, set by checkSpans
}

const (
	sigLocal, sigCentral, sigEnd, sigDescriptor = 0x04034b50, 0x02014b50, 0x06054b50, 0x08074b50

	flagEncrypted, flagDescriptor, flagStrong, flagMasked = 1, 1 << 3, 1 << 6, 1 << 13
)

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// directory reads the central directory and where it starts.
func directory(b []byte, lim Limits) ([]*zipFile, int, error) {
	at := endRecord(b)
	if at < 0 {
		return nil, 0, broken("zip", "", "no end record")
	}
	end := b[at:]
	n, size, start := int(le16(end[10:])), int(le32(end[12:])), int(le32(end[16:]))
	if le16(end[4:]) != 0 || le16(end[6:]) != 0 || le16(end[8:]) != le16(end[10:]) {
		return nil, 0, broken("zip", "", "split archive")
	}
	if n > lim.MaxEntries {
		return nil, 0, broken("limit", "", "more than %d entries", lim.MaxEntries)
	}
	if start+size != at {
		return nil, 0, broken("zip", "", "central directory out of place")
	}
	dir := b[start:at]
	files := make([]*zipFile, 0, n)
	for range n {
		f, rest, err := centralRecord(dir)
		if err != nil {
			return nil, 0, err
		}
		if err := f.check(lim); err != nil {
			return nil, 0, err
		}
		files, dir = append(files, f), rest
	}
	if len(dir) != 0 {
		return nil, 0, broken("zip", "", "bytes after the last directory record")
	}
	return files, start, nil
}

// endRecord finds the end record; its comment must reach the end of the file.
func endRecord(b []byte) int {
	for at := len(b) - 22; at >= 0 && at >= len(b)-22-0xFFFF; at-- {
		if le32(b[at:]) == sigEnd && int(le16(b[at+20:])) == len(b)-at-22 {
			return at
		}
	}
	return -1
}

func centralRecord(b []byte) (*zipFile, []byte, error) {
	if len(b) < 46 || le32(b) != sigCentral {
		return nil, nil, broken("zip", "", "damaged directory record")
	}
	nameLen, extraLen, commentLen := int(le16(b[28:])), int(le16(b[30:])), int(le16(b[32:]))
	if len(b) < 46+nameLen+extraLen+commentLen {
		return nil, nil, broken("zip", "", "damaged directory record")
	}
	f := &zipFile{
		name: string(b[46 : 46+nameLen]), flags: le16(b[8:]), method: le16(b[10:]),
		stamp: dosTime(le32(b[12:])), crc: le32(b[16:]), packed: le32(b[20:]),
		size: le32(b[24:]), offset: le32(b[42:]),
	}
	return f, b[46+nameLen+extraLen+commentLen:], nil
}

func (f *zipFile) check(lim Limits) error {
	if reason := checkName(strings.TrimSuffix(f.name, "/")); reason != "" {
		return broken("name", f.name, "%s", reason)
	}
	switch {
	case f.flags&(flagEncrypted|flagStrong|flagMasked) != 0:
		return broken("zip", f.name, "encrypted")
	case f.method != 0 && f.method != 8:
		return broken("zip", f.name, "compression method %d", f.method)
	case f.method == 0 && f.packed != f.size:
		return broken("zip", f.name, "stored with two sizes")
	case strings.HasSuffix(f.name, "/") && f.size != 0:
		return broken("zip", f.name, "folder with bytes")
	case uint64(f.size) > uint64(lim.MaxEntryBytes):
		return broken("limit", f.name, "more than %d bytes unpacked", lim.MaxEntryBytes)
	case f.size > 1<<20 && uint64(f.size) > uint64(f.packed)*uint64(lim.MaxRatio):
		return broken("ratio", f.name, "unpacks to more than %d times its size", lim.MaxRatio)
	}
	return nil
}

// checkSpans compares local headers with the directory and refuses entries that
// overlap, repeat or leave room for hidden bytes.
func checkSpans(b []byte, files []*zipFile, dirStart int) error {
	sorted := slices.Clone(files)
	slices.SortFunc(sorted, func(x, y *zipFile) int { return cmp.Compare(x.offset, y.offset) })
	at := 0
	for _, f := range sorted {
		switch {
		case int(f.offset) < at:
			return broken("overlap", f.name, "shares bytes with another entry")
		case int(f.offset) > at:
			return broken("gap", f.name, "bytes between entries")
		}
		if err := f.local(b[:dirStart]); err != nil {
			return err
		}
		at = f.end
	}
	if at != dirStart {
		return broken("gap", "", "bytes before the central directory")
	}
	return nil
}

// local reads the local header and the span of the entry.
func (f *zipFile) local(b []byte) error {
	if int(f.offset)+30 > len(b) {
		return broken("zip", f.name, "local header out of bounds")
	}
	h := b[f.offset:]
	nameLen, extraLen := int(le16(h[26:])), int(le16(h[28:]))
	head := 30 + nameLen + extraLen
	if le32(h) != sigLocal || len(h) < head+int(f.packed) {
		return broken("zip", f.name, "damaged local header")
	}
	if string(h[30:30+nameLen]) != f.name || le16(h[8:]) != f.method || (le16(h[6:])^f.flags)&flagDescriptor != 0 {
		return broken("zip", f.name, "local header differs from the directory")
	}
	f.data = h[head : head+int(f.packed)]
	f.end = int(f.offset) + head + int(f.packed)
	if f.flags&flagDescriptor != 0 {
		n, ok := f.descriptor(h[head+int(f.packed):])
		if !ok {
			return broken("zip", f.name, "data descriptor differs from the directory")
		}
		f.end += n
		return nil
	}
	if le32(h[14:]) != f.crc || le32(h[18:]) != f.packed || le32(h[22:]) != f.size {
		return broken("zip", f.name, "local header differs from the directory")
	}
	return nil
}

// descriptor measures the record after the data, which may lack its signature.
func (f *zipFile) descriptor(b []byte) (int, bool) {
	n := 12
	if len(b) >= 16 && le32(b) == sigDescriptor {
		b, n = b[4:], 16
	}
	if len(b) < 12 {
		return 0, false
	}
	return n, le32(b) == f.crc && le32(b[4:]) == f.packed && le32(b[8:]) == f.size
}

// inflaters are kept: a new one costs more than unpacking a small entry.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// unpack gives the bytes of the entry, no more than the directory promised.
func (f *zipFile) unpack() ([]byte, error) {
	var data []byte
	if f.method == 0 {
		data = bytes.Clone(f.data)
	} else {
		src := bytes.NewReader(f.data)
		r := inflaters.Get().(io.ReadCloser)
		defer inflaters.Put(r)
		if err := r.(flate.Resetter).Reset(src, nil); err != nil {
			return nil, broken("zip", f.name, "damaged data")
		}
		data = make([]byte, f.size)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, broken("zip", f.name, "damaged data")
		}
		var one [1]byte
		if n, err := r.Read(one[:]); n != 0 || !errors.Is(err, io.EOF) || src.Len() != 0 {
			return nil, broken("zip", f.name, "more data than the directory says")
		}
	}
	if crc32.ChecksumIEEE(data) != f.crc {
		return nil, broken("zip", f.name, "wrong checksum")
	}
	return data, nil
}
