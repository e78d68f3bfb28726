package xmlscan_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/xmlscan"
)

// read writes the tokens of a document down, one a line.
func read(data []byte) (string, error) {
	s := xmlscan.New(data, 20, 1000)
	var b strings.Builder
	for {
		kind, err := s.Next()
		if err != nil {
			return "", err
		}
		switch kind {
		case xmlscan.EOF:
			return b.String(), nil
		case xmlscan.Start:
			fmt.Fprintf(&b, "<%s", s.Name)
			for _, a := range s.Attrs {
				fmt.Fprintf(&b, " %s:%s=%q", a.Space, a.Name, a.Value)
			}
			b.WriteString("\n")
		case xmlscan.End:
			b.WriteString(">\n")
		case xmlscan.Text:
			fmt.Fprintf(&b, "%q\n", s.Text)
		}
	}
}

// reference reads the same with encoding/xml.
func reference(data []byte) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	var b strings.Builder
	depth := 0
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			depth++
			fmt.Fprintf(&b, "<%s", tok.Name.Local)
			for _, a := range tok.Attr {
				fmt.Fprintf(&b, " %s:%s=%q", a.Name.Space, a.Name.Local, a.Value)
			}
			b.WriteString("\n")
		case xml.EndElement:
			depth--
			b.WriteString(">\n")
		case xml.CharData:
			if depth > 0 {
				fmt.Fprintf(&b, "%q\n", []byte(tok))
			}
		}
	}
}

const plain = `<?xml version="1.0" encoding="UTF-8"?>
<!-- 注 --><ofd:a xmlns:ofd="http://www.ofdspec.org/2016" x='1 &lt; 2'>字 &amp; &#x4E2D;<b/><![CDATA[<raw> & ]]></ofd:a>
`

func TestScan(t *testing.T) {
	t.Parallel()
	got, err := read([]byte(plain))
	want := "<a xmlns:ofd=\"http://www.ofdspec.org/2016\" :x=\"1 < 2\"\n\"字 & 中\"\n<b\n>\n\"<raw> & \"\n>\n"
	if err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	for name, good := range map[string]string{
		"BOM":              "\xef\xbb\xbf<a/>",
		"line ends":        "<a>\r\n\r</a>",
		"spaces":           "<a  b = \"c\"\n></a >",
		"Chinese names":    "<证照 编号='1'/>",
		"after the root":   "<a/> <!-- x --> <?y?>\n",
		"single quotes":    "<a b='\"'/>",
		"an instruction":   "<?x y?><a/>",
		"lower case utf-8": "<?xml version='1.0' encoding='utf-8'?><a/>",
	} {
		got, err := read([]byte(good))
		want, _ := reference([]byte(good))
		if err != nil || got != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, want)
		}
	}
}

func TestScanRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ doc, rule string }{
		"nothing":             {"", "xml"},
		"text alone":          {"x", "xml"},
		"not closed":          {"<a>", "xml"},
		"closed twice":        {"<a></a></a>", "xml"},
		"crossed":             {"<a><b></a></b>", "xml"},
		"another prefix":      {"<x:a></y:a>", "xml"},
		"two roots":           {"<a/><b/>", "xml"},
		"text after":          {"<a/>x", "xml"},
		"DOCTYPE":             {"<!DOCTYPE a><a/>", "doctype"},
		"an entity":           {"<a>&b;</a>", "xml"},
		"a lone ampersand":    {"<a>a & b</a>", "xml"},
		"zero by number":      {"<a>&#0;</a>", "xml"},
		"a surrogate":         {"<a>&#xD800;</a>", "xml"},
		"beyond Unicode":      {"<a>&#x110000;</a>", "xml"},
		"a control character": {"<a>\x01</a>", "xml"},
		"not UTF-8":           {"<a>\xd6\xd0</a>", "xml"},
		"GBK":                 {`<?xml version="1.0" encoding="GBK"?><a/>`, "xml"},
		"XML 1.1":             {`<?xml version="1.1"?><a/>`, "xml"},
		"declared late":       {`<a/><?xml version="1.0"?>`, "xml"},
		"an attribute twice":  {"<a b='1' b='2'/>", "xml"},
		"no quotes":           {"<a b=1/>", "xml"},
		"no value":            {"<a b/>", "xml"},
		"no space":            {"<a b='1'c='2'/>", "xml"},
		"< in a value":        {"<a b='<'/>", "xml"},
		"]]> in text":         {"<a>]]></a>", "xml"},
		"-- in a comment":     {"<!-- -- --><a/>", "xml"},
		"a bad prefix":        {"<:a/>", "xml"},
		"two colons":          {"<a:b:c/>", "xml"},
		"too deep":            {strings.Repeat("<a>", 21) + strings.Repeat("</a>", 21), "limit"},
		"too many":            {"<a>" + strings.Repeat("<b/>", 1000) + "</a>", "limit"},
	} {
		_, err := read([]byte(c.doc))
		if e, ok := errors.AsType[*xmlscan.Error](err); !ok || e.Rule != c.rule {
			t.Errorf("%s: %v, want rule %s", name, err, c.rule)
		}
	}
}

// What this package reads, encoding/xml reads the same; it may only refuse more.
func FuzzScan(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte("<a b='c'>d&#10;</a>"))
	f.Add([]byte("<?xml version='1.0'?><a:b c:d='e'><!-- f --><![CDATA[g]]></a:b>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := read(data)
		if err != nil {
			return
		}
		want, err := reference(data)
		if err != nil {
			t.Fatalf("encoding/xml refuses %q: %v", data, err)
		}
		if got != want {
			t.Fatalf("%q reads as\n%s\nencoding/xml has\n%s", data, got, want)
		}
	})
}

func page() []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Content>`)
	for range 100 {
		b.WriteString(`<ofd:TextObject ID="12" Boundary="20 30 100 6" Font="3" Size="5"><ofd:TextCode X="0" Y="5" DeltaX="5 5 5">食品经营许可证</ofd:TextCode></ofd:TextObject>`)
	}
	b.WriteString(`</ofd:Content></ofd:Page>`)
	return b.Bytes()
}

func BenchmarkScan(b *testing.B) {
	data := page()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		s := xmlscan.New(data, 64, 100_000)
		for {
			kind, err := s.Next()
			if err != nil {
				b.Fatal(err)
			}
			if kind == xmlscan.EOF {
				break
			}
		}
	}
}

func BenchmarkEncodingXML(b *testing.B) {
	data := page()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		d := xml.NewDecoder(bytes.NewReader(data))
		for {
			if _, err := d.RawToken(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}
