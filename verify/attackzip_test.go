package verify_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// archiveAttacks are told before anything inside the file is believed.
func archiveAttacks() []attack {
	const refused = "FORMAT_OFD"
	return []attack{
		archive("nothing at all", func(t testing.TB, l *loose) []byte { return nil }, refused),
		archive("another format under the name", func(t testing.TB, l *loose) []byte { return []byte("%PDF-1.7 证照") }, refused),
		archive("cut short", func(t testing.TB, l *loose) []byte { b := l.zip(t); return b[:len(b)-30] }, refused),
		archive("bytes behind the archive", func(t testing.TB, l *loose) []byte { return append(l.zip(t), "tail"...) }, refused),
		archive("a program before the archive", func(t testing.TB, l *loose) []byte { return append([]byte("MZ program"), l.zip(t)...) }, refused),
		archive("a byte of an entry flipped", func(t testing.TB, l *loose) []byte {
			b := l.zip(t)
			b[60] ^= 1
			return b
		}, refused),
		archive("two entries of one name", func(t testing.TB, l *loose) []byte {
			l.names = append(l.names, page0)
			return l.zip(t)
		}, refused+"/duplicate"),
		archive("two names that differ in case", func(t testing.TB, l *loose) []byte {
			l.put(strings.ToUpper(page0), []byte("<x/>"))
			return l.zip(t)
		}, refused+"/duplicate"),
		archive("two directory records of one entry", sharedEntry, refused+"/overlap"),
		archive("an entry that the directory hides", hiddenEntry, refused+"/gap"),
		archive("a local header of another name", func(t testing.TB, l *loose) []byte {
			l.put("a.xml", []byte("<a/>"))
			b := l.zip(t)
			b[localAt(t, b, "a.xml")+30] = 'b'
			return b
		}, refused),
		archive("a path that climbs out", func(t testing.TB, l *loose) []byte {
			l.put("Doc_0/../../etc/passwd", []byte("x"))
			return l.zip(t)
		}, refused+"/name"),
		archive("a path from the root of the machine", func(t testing.TB, l *loose) []byte {
			l.put("/etc/passwd", []byte("x"))
			return l.zip(t)
		}, refused+"/name"),
		archive("a path with back slashes", func(t testing.TB, l *loose) []byte {
			l.put(`Doc_0\x.xml`, []byte("x"))
			return l.zip(t)
		}, refused+"/name"),
		archive("a path with a drive", func(t testing.TB, l *loose) []byte {
			l.put("C:x.xml", []byte("x"))
			return l.zip(t)
		}, refused+"/name"),
		archive("a name with a zero byte", func(t testing.TB, l *loose) []byte {
			l.put("Doc_0/x.xml\x00.png", []byte("x"))
			return l.zip(t)
		}, refused+"/name"),
		archive("a name that is not UTF-8", func(t testing.TB, l *loose) []byte {
			l.put("Doc_0/\xd6\xa4\xd5\xd5.xml", []byte("x"))
			return l.zip(t)
		}, refused+"/name"),
		archive("a bomb of zeros", func(t testing.TB, l *loose) []byte {
			return deflated(t, l, "Doc_0/zeros", make([]byte, 40<<20))
		}, refused+"/ratio"),
		archive("an entry beyond all size", func(t testing.TB, l *loose) []byte {
			b := l.zip(t)
			binary.LittleEndian.PutUint32(b[centralAt(t, b, page0)+24:], 0xFFFFFFF0)
			binary.LittleEndian.PutUint32(b[centralAt(t, b, page0)+20:], 0xFFFFFFF0)
			return b
		}, refused+"/limit"),
		archive("thousands of entries", func(t testing.TB, l *loose) []byte {
			for i := range 2100 {
				l.put(fmt.Sprintf("Doc_0/f%d", i), []byte("x"))
			}
			return l.zip(t)
		}, refused+"/limit"),
		archive("an encrypted entry", func(t testing.TB, l *loose) []byte {
			b := l.zip(t)
			b[centralAt(t, b, page0)+8] |= 1
			return b
		}, refused),
		archive("an unknown packing", func(t testing.TB, l *loose) []byte {
			b := l.zip(t)
			b[centralAt(t, b, page0)+10] = 12
			return b
		}, refused),
		archive("no OFD.xml", func(t testing.TB, l *loose) []byte {
			l.remove("OFD.xml")
			return l.zip(t)
		}, refused+"/missing"),
	}
}

// deflated adds a packed entry, as only a bomb needs one here.
func deflated(t testing.TB, l *loose, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for _, n := range append(l.names, name) {
		w, err := zw.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		content := l.files[n]
		if n == name {
			content = data
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// centralAt finds the directory record of an entry, localAt its local header.
func centralAt(t testing.TB, b []byte, name string) int {
	t.Helper()
	at := bytes.LastIndex(b, []byte(name)) - 46
	for at >= 0 && !bytes.HasPrefix(b[at:], []byte("PK\x01\x02")) {
		at = bytes.LastIndex(b[:at+46], []byte(name)) - 46
	}
	if at < 0 {
		t.Fatalf("no record of %s", name)
	}
	return at
}

func localAt(t testing.TB, b []byte, name string) int {
	t.Helper()
	return int(binary.LittleEndian.Uint32(b[centralAt(t, b, name)+42:]))
}

// sharedEntry lets two directory records share one local entry.
func sharedEntry(t testing.TB, l *loose) []byte {
	l.put("a.xml", []byte("<a/>"))
	l.put("b.xml", []byte("<a/>"))
	b := l.zip(t)
	a, second := centralAt(t, b, "a.xml"), centralAt(t, b, "b.xml")
	copy(b[second+42:second+46], b[a+42:a+46])
	return b
}

// hiddenEntry drops the directory record of an entry whose local header stays: a streaming reader would still see it.
func hiddenEntry(t testing.TB, l *loose) []byte {
	l.put("evil.xml", []byte("<evil/>"))
	b := l.zip(t)
	at, size := centralAt(t, b, "evil.xml"), 46+len("evil.xml")
	b = append(b[:at:at], b[at+size:]...)
	end := len(b) - 22
	for _, field := range []int{8, 10} {
		binary.LittleEndian.PutUint16(b[end+field:], binary.LittleEndian.Uint16(b[end+field:])-1)
	}
	binary.LittleEndian.PutUint32(b[end+12:], binary.LittleEndian.Uint32(b[end+12:])-uint32(size))
	return b
}
