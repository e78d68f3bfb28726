package ofd_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/ofd"
)

// file is an entry of a ZIP made for a test.
type file struct{ name, data string }

const (
	plainRoot = `<?xml version="1.0"?><OFD><DocBody><DocInfo><DocID>1</DocID></DocInfo><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>`
	plainDoc  = `<Document><Pages><Page ID="1" BaseLoc="P.xml"/></Pages></Document>`
	plainPage = `<Page><Content><Layer><TextObject ID="2" Boundary="0 0 9 9" Font="1" Size="3"><TextCode X="0" Y="1">字</TextCode></TextObject></Layer></Content></Page>`
)

func plain() []file {
	return []file{{"OFD.xml", plainRoot}, {"Doc_0/Document.xml", plainDoc}, {"Doc_0/P.xml", plainPage}}
}

func with(extra ...file) []file { return append(plain(), extra...) }

// replaced is the plain package with one entry changed.
func replaced(name, data string) []file {
	out := plain()
	for i := range out {
		if out[i].name == name {
			out[i].data = data
		}
	}
	return out
}

// zipped writes entries as common tools do, with data descriptors.
func zipped(t testing.TB, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for _, f := range files {
		w, err := zw.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func rule(err error) string {
	if e, ok := errors.AsType[*ofd.FormatError](err); ok {
		return e.Rule
	}
	return fmt.Sprint(err)
}

func TestReadRefusesHarmfulArchives(t *testing.T) {
	t.Parallel()
	whole := zipped(t, plain())
	zeros := strings.Repeat("\x00", 30<<20)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":         {nil, "zip"},
		"no OFD.xml":      {zipped(t, []file{{"a.xml", "<a/>"}}), "missing"},
		"twice":           {zipped(t, with(file{"OFD.xml", "<a/>"})), "duplicate"},
		"twice by case":   {zipped(t, with(file{"doc_0/DOCUMENT.xml", "<a/>"})), "duplicate"},
		"parent":          {zipped(t, with(file{"../x", "a"})), "name"},
		"inner parent":    {zipped(t, with(file{"Doc_0/../../x", "a"})), "name"},
		"absolute":        {zipped(t, with(file{"/etc/passwd", "a"})), "name"},
		"back slash":      {zipped(t, with(file{`Doc_0\x`, "a"})), "name"},
		"not UTF-8":       {zipped(t, with(file{"Doc_0/\xd6\xd0\xce", "a"})), "name"},
		"bomb":            {zipped(t, with(file{"z", zeros})), "ratio"},
		"cut":             {whole[:len(whole)-30], "zip"},
		"bytes behind":    {append(bytes.Clone(whole), "tail"...), "zip"},
		"bytes before":    {append([]byte("MZ executable"), whole...), "zip"},
		"wrong sum":       {flip(whole, 40), "zip"},
		"hidden entry":    {hideEntry(t), "gap"},
		"overlap":         {overlap(t), "overlap"},
		"other local":     {otherLocalName(t), "zip"},
		"many entries":    {zipped(t, many(2100)), "limit"},
		"encrypted":       {setFlag(t, 1), "zip"},
		"unknown packing": {setMethod(t, 12), "zip"},
	} {
		if _, err := ofd.Read(c.data, ofd.Limits{}); rule(err) != c.want {
			t.Errorf("%s: got %v, want rule %s", name, err, c.want)
		}
	}
}

func TestReadKeepsItsLimits(t *testing.T) {
	t.Parallel()
	data := zipped(t, with(file{"a", strings.Repeat("ab", 5000)}))
	for name, lim := range map[string]ofd.Limits{
		"file":    {MaxBytes: 100},
		"entries": {MaxEntries: 3},
		"entry":   {MaxEntryBytes: 5000},
		"total":   {MaxTotalBytes: 9000},
	} {
		if _, err := ofd.Read(data, lim); rule(err) != "limit" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	p, err := ofd.Read(data, ofd.Limits{MaxXMLDepth: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Info(); rule(err) != "limit" {
		t.Errorf("depth: got %v", err)
	}
}

func TestXMLIsStrict(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<a>", 70) + strings.Repeat("</a>", 70)
	for name, c := range map[string]struct{ root, want string }{
		"doctype":       {`<!DOCTYPE OFD [<!ENTITY x "y">]>` + plainRoot[21:], "doctype"},
		"entity":        {strings.Replace(plainRoot, "<DocID>1", "<DocID>&x;", 1), "xml"},
		"not closed":    {strings.Replace(plainRoot, "</DocInfo>", "", 1), "xml"},
		"two roots":     {plainRoot + "<OFD/>", "xml"},
		"two of a name": {strings.Replace(plainRoot, "<DocBody>", `<DocBody a="1" a="2">`, 1), "xml"},
		"deep":          {strings.Replace(plainRoot, "<DocBody>", "<DocBody>"+deep, 1), "limit"},
		"no body":       {"<OFD/>", "missing"},
		"escape":        {strings.Replace(plainRoot, "Doc_0/", "../../", 1), "path"},
		"no such part":  {strings.Replace(plainRoot, "Doc_0/", "Doc_9/", 1), "missing"},
		"GBK":           {strings.Replace(plainRoot, `"1.0"`, `"1.0" encoding="GBK"`, 1), "xml"},
	} {
		p, err := ofd.Read(zipped(t, replaced("OFD.xml", c.root)), ofd.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := p.Info(); rule(err) != c.want {
			t.Errorf("%s: got %v, want rule %s", name, err, c.want)
		}
	}
}

func TestReadIsLenient(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]file{
		"plain":         plain(),
		"old namespace": replaced("OFD.xml", strings.ReplaceAll(strings.ReplaceAll(plainRoot, "<OFD", `<x:OFD xmlns:x="http://www.ofdspec.org"`), "</OFD", "</x:OFD")),
		"BOM":           replaced("OFD.xml", "\xef\xbb\xbf"+plainRoot),
		"absolute":      replaced("OFD.xml", strings.Replace(plainRoot, "Doc_0/", "/Doc_0/", 1)),
		"case":          replaced("OFD.xml", strings.Replace(plainRoot, "Doc_0/Document", "DOC_0/document", 1)),
		"slashes":       replaced("OFD.xml", strings.Replace(plainRoot, "Doc_0/", `\Doc_0\`, 1)),
		"folder":        append([]file{{"Doc_0/", ""}}, plain()...),
		"bad tags": append(replaced("Doc_0/Document.xml", strings.Replace(plainDoc, "</Document>", "<CustomTags>T.xml</CustomTags></Document>", 1)),
			file{"Doc_0/T.xml", `<a xmlns:=""><b></a>`}),
	} {
		p, err := ofd.Read(zipped(t, files), ofd.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		info, err := p.Info()
		if err != nil || info.DocID != "1" || len(info.Pages) != 1 || info.Pages[0].Text != "字" {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

func many(n int) []file {
	out := plain()
	for i := range n {
		out = append(out, file{fmt.Sprintf("f%d", i), "x"})
	}
	return out
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x55
	return b
}

// centralAt finds the directory record of an entry.
func centralAt(t *testing.T, b []byte, name string) int {
	t.Helper()
	for at := 0; at+46 < len(b); at++ {
		if string(b[at:at+4]) == "PK\x01\x02" && bytes.HasPrefix(b[at+46:], []byte(name)) {
			return at
		}
	}
	t.Fatalf("no record of %s", name)
	return 0
}

// hideEntry drops the directory record of an entry whose local header stays: a
// streaming reader would still see it.
func hideEntry(t *testing.T) []byte {
	b := zipped(t, with(file{"evil.xml", "<evil/>"}))
	at := centralAt(t, b, "evil.xml")
	size := 46 + len("evil.xml")
	b = append(b[:at:at], b[at+size:]...)
	end := len(b) - 22
	binary.LittleEndian.PutUint16(b[end+8:], 3)
	binary.LittleEndian.PutUint16(b[end+10:], 3)
	binary.LittleEndian.PutUint32(b[end+12:], binary.LittleEndian.Uint32(b[end+12:])-uint32(size))
	return b
}

// overlap lets two directory records share one local entry.
func overlap(t *testing.T) []byte {
	b := zipped(t, with(file{"a.xml", "<a/>"}, file{"b.xml", "<a/>"}))
	a, second := centralAt(t, b, "a.xml"), centralAt(t, b, "b.xml")
	copy(b[second+42:second+46], b[a+42:a+46])
	return b
}

func otherLocalName(t *testing.T) []byte {
	b := zipped(t, with(file{"a.xml", "<a/>"}))
	at := binary.LittleEndian.Uint32(b[centralAt(t, b, "a.xml")+42:])
	b[at+30] = 'b'
	return b
}

func setFlag(t *testing.T, flag byte) []byte {
	b := zipped(t, plain())
	b[centralAt(t, b, "OFD.xml")+8] |= flag
	return b
}

func setMethod(t *testing.T, method byte) []byte {
	b := zipped(t, plain())
	b[centralAt(t, b, "OFD.xml")+10] = method
	return b
}
