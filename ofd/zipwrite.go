package ofd

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"path"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"
)

// dosTime is the time stamp of a ZIP entry: MS-DOS date in the high half, time
// in the low.
type dosTime uint32

func toDOS(t time.Time) dosTime {
	if t.Year() < 1980 || t.Year() > 2107 {
		return 1<<21 | 1<<16 // 1980-01-01, the first day there is
	}
	date := (t.Year()-1980)<<9 | int(t.Month())<<5 | t.Day()
	return dosTime(date<<16 | t.Hour()<<11 | t.Minute()<<5 | t.Second()/2)
}

// Methods of a ZIP entry (APPNOTE 4.4.5).
const (
	methodStore   = 0
	methodDeflate = 8
)

// maxZIPEntries is what the records of a ZIP without the 64-bit extension can
// say; sizes are bounded by math.MaxUint32.
const maxZIPEntries = math.MaxUint16 - 1

// packer deflates into a buffer. Packers are kept: a new compressor costs more
// than packing a small entry.
type packer struct {
	buf bytes.Buffer
	w   *flate.Writer
}

// maxKept is the largest buffer that a packer keeps for the next package.
const maxKept = 4 << 20

// The fastest level takes half of the time of the usual one and makes a license
// a few per cent larger.
var packers = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // the level is valid
	return &packer{w: w}
}}

func (k *packer) release() {
	if k.buf.Cap() <= maxKept {
		k.buf.Reset()
		packers.Put(k)
	}
}

// deflate appends the packed data to the buffer, or data as it is if that is no
// longer, and gives the method. Writing to a buffer cannot fail.
func (k *packer) deflate(data []byte) uint16 {
	from := k.buf.Len()
	k.w.Reset(&k.buf)
	_, _ = k.w.Write(data)
	_ = k.w.Close()
	if k.buf.Len()-from < len(data) {
		return methodDeflate
	}
	k.buf.Truncate(from)
	k.buf.Write(data)
	return methodStore
}

// pack keeps the packed form of a part.
func (t *part) pack() {
	k := packers.Get().(*packer)
	defer k.release()
	t.crc = crc32.ChecksumIEEE(t.data)
	if t.method = methodStore; !packedAlready("", t.data) {
		t.method = k.deflate(t.data)
	}
	t.packed = t.data
	if t.method == methodDeflate {
		t.packed = bytes.Clone(k.buf.Bytes())
	}
}

// packedAlready reports that deflating is not worth a try: pictures, and the
// seals and signatures that consist of pictures, certificates and keys.
func packedAlready(name string, data []byte) bool {
	switch path.Ext(name) {
	case ".esl", ".dat":
		return true
	}
	return imageFormat(data) != ""
}

// Bytes writes the package as a ZIP. Sizes stand in the local headers, without
// data descriptors, because streaming readers depend on them.
func (p *Package) Bytes() (out []byte, err error) {
	err = p.Borrow(func(data []byte) error {
		out = bytes.Clone(data)
		return nil
	})
	return out, err
}

// Borrow is Bytes without a copy of its own: data is good only until use
// returns. It is for those who make many packages and keep none in memory.
func (p *Package) Borrow(use func(data []byte) error) error {
	if len(p.entries) > maxZIPEntries {
		return broken("zip", "", "too many entries")
	}
	k := packers.Get().(*packer)
	defer k.release()
	directory := make([]byte, 0, 96*len(p.entries))
	for _, e := range p.entries {
		if len(e.data) > math.MaxUint32 || k.buf.Len() > math.MaxUint32 {
			return broken("zip", e.name, "too large")
		}
		directory = k.entry(directory, e)
	}
	from := k.buf.Len()
	end := []byte("PK\x05\x06\x00\x00\x00\x00")
	end = binary.LittleEndian.AppendUint16(end, uint16(len(p.entries)))
	end = binary.LittleEndian.AppendUint16(end, uint16(len(p.entries)))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(directory)))
	end = binary.LittleEndian.AppendUint32(end, uint32(from))
	end = append(end, 0, 0)
	k.buf.Write(directory)
	k.buf.Write(end)
	if uint64(k.buf.Len()) > math.MaxUint32 {
		return broken("zip", "", "too large")
	}
	return use(k.buf.Bytes())
}

// localHeader is the size of the fixed part of a local header, which is filled
// in when the packed size is known.
const localHeader = 30

var blankHeader [localHeader]byte

// entry writes a local record and appends the entry of the directory.
func (k *packer) entry(directory []byte, e entry) []byte {
	at := k.buf.Len()
	k.buf.Write(blankHeader[:])
	k.buf.WriteString(e.name)
	from := k.buf.Len()
	method, crc := e.method, e.crc
	switch {
	case e.packed != nil:
		k.buf.Write(e.packed)
	case packedAlready(e.name, e.data):
		method, crc = methodStore, crc32.ChecksumIEEE(e.data)
		k.buf.Write(e.data)
	default:
		crc = crc32.ChecksumIEEE(e.data)
		method = k.deflate(e.data)
	}
	head := header{
		flags: nameFlags(e.name), method: method, stamp: e.stamp, crc: crc,
		packed: uint32(k.buf.Len() - from), size: uint32(len(e.data)), name: len(e.name),
	}
	local := append(k.buf.Bytes()[at:at:at+localHeader], "PK\x03\x04"...)
	head.append(local)
	directory = append(directory, "PK\x01\x02\x14\x00"...)
	directory = head.append(directory)
	directory = append(directory, make([]byte, 10)...) // comment, disk, attributes
	directory = binary.LittleEndian.AppendUint32(directory, uint32(at))
	return append(directory, e.name...)
}

// header is what the local header and the directory both say.
type header struct {
	flags, method     uint16
	stamp             dosTime
	crc, packed, size uint32
	name              int
}

func (h header) append(b []byte) []byte {
	b = append(b, 20, 0) // version 2.0 to extract
	b = binary.LittleEndian.AppendUint16(b, h.flags)
	b = binary.LittleEndian.AppendUint16(b, h.method)
	b = binary.LittleEndian.AppendUint32(b, uint32(h.stamp))
	b = binary.LittleEndian.AppendUint32(b, h.crc)
	b = binary.LittleEndian.AppendUint32(b, h.packed)
	b = binary.LittleEndian.AppendUint32(b, h.size)
	b = binary.LittleEndian.AppendUint16(b, uint16(h.name))
	return append(b, 0, 0) // no extra field
}

// nameFlags marks names that are UTF-8 (APPNOTE appendix D).
func nameFlags(name string) uint16 {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return 1 << 11
		}
	}
	return 0
}
