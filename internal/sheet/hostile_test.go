package sheet_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

func TestRefused(t *testing.T) {
	t.Parallel()
	small := sheet.Standard
	small.File, small.Rows, small.Columns, small.Cell = 1<<20, 3, 5, 10
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	row := func(cells string) string {
		return `<worksheet><sheetData><row r="1">` + cells + `</row></sheetData></worksheet>`
	}
	for _, c := range []struct {
		name string
		data []byte
		code string
	}{
		{"nothing", nil, "sheet.empty"},
		{"too large", make([]byte, 1<<20+1), "body.too-large"},
		{"an old file", []byte(ole), "sheet.old"},
		{"an encrypted file", []byte(ole + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"), "sheet.encrypted"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00"), "sheet.format"},
		{"text of no encoding", []byte("\xff\xff\x80\x81"), "sheet.encoding"},
		{"quotes that do not pair", []byte("a,b\n\"c,d\n"), "sheet.quotes"},
		{"too many rows", []byte("a\nb\nc\nd\n"), "sheet.rows"},
		{"too many columns", []byte("a,b,c,d,e,f\n"), "sheet.columns"},
		{"a zip of something else", packed(t, map[string]string{"word/document.xml": "<x/>"}), "sheet.format"},
		{"half a zip", packed(t, map[string]string{"xl/workbook.xml": "<x/>"})[:40], "sheet.broken"},
		{"no sheets", packed(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/_rels/workbook.xml.rels": "<Relationships/>"}), "sheet.empty"},
		{"a sheet that is missing", packed(t, map[string]string{"xl/workbook.xml": workbookXML, "xl/_rels/workbook.xml.rels": relations}), "sheet.broken"},
		{"an external entity", raw(t, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>`+row(`<c t="str"><v>&e;</v></c>`), ""), "sheet.broken"},
		{"entities that grow", raw(t, row(`<c/>`), `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>`), "sheet.broken"},
		{"not XML", raw(t, "<worksheet><sheetData><row r=\"1\"><c", ""), "sheet.broken"},
		{"a column far out", raw(t, row(`<c r="XFD1" t="str"><v>x</v></c>`), ""), "sheet.columns"},
		{"rows backwards", raw(t, `<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>`, ""), "sheet.broken"},
		{"cells backwards", raw(t, row(`<c r="B1"/><c r="A1"/>`), ""), "sheet.broken"},
		{"merged areas over each other", raw(t, `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>x</v></c></row></sheetData><mergeCells>`+
			strings.Repeat(`<mergeCell ref="A1:B9"/>`, 9)+`</mergeCells></worksheet>`, ""), "sheet.broken"},
		{"a merged area that is none", raw(t, `<worksheet><mergeCells><mergeCell ref="B2:A1"/></mergeCells></worksheet>`, ""), "sheet.broken"},
	} {
		_, err := rows(c.data, small)
		if errs.Code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	all, err := rows(raw(t, row(`<c t="str"><v>`+strings.Repeat("长", 11)+`</v></c>`), ""), small)
	if err != nil || len(all) != 1 || all[0].Cells[0].Code != "sheet.cell-long" {
		t.Errorf("a long cell: %+v %v", all, err)
	}
}

// A few kilobytes that unpack to gigabytes are given up early, wherever they are.
func TestZipBombs(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("<row/>", 40<<20/6)
	for name, data := range map[string][]byte{
		"sheet":   raw(t, `<worksheet><sheetData>`+long+`</sheetData></worksheet>`, ""),
		"strings": raw(t, `<worksheet/>`, `<sst>`+strings.Repeat("<si><t>aaaaaaaaaaaaaaaaaaaa</t></si>", 40<<20/36)+`</sst>`),
	} {
		if len(data) > 1<<20 {
			t.Fatalf("%s: no bomb, %d bytes", name, len(data))
		}
		if _, err := rows(data, sheet.Standard); errs.Code(err) != "sheet.bomb" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// 50,000 rows stream: what stays in memory is one row and the shared strings.
func TestFiftyThousandRows(t *testing.T) {
	t.Parallel()
	const n = 50_000
	var b bytes.Buffer
	err := sheet.Write(&b, sheet.Page{Name: "名单", Headings: []string{"代码", "名称", "日期"}, Rows: func(yield func([]string, error) bool) {
		for i := range n {
			if !yield([]string{fmt.Sprintf("%06d", i), fmt.Sprintf("第%d个单位", i), "2026年3月1日"}, nil) {
				return
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	book, err := sheet.Open(b.Bytes(), sheet.Standard)
	if err != nil {
		t.Fatal(err)
	}
	table, err := book.Table(list, true)
	if err != nil {
		t.Fatal(err)
	}
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	count := 0
	for r, err := range table.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Problems) > 0 || r.Values[0] != fmt.Sprintf("%06d", count) || r.Values[3] != "2026-03-01" {
			t.Fatalf("%+v", r)
		}
		if count++; count == n-1 {
			runtime.GC()
			runtime.ReadMemStats(&during)
		}
	}
	if count != n {
		t.Errorf("%d rows", count)
	}
	if os.Getenv("CI") == "" && during.HeapAlloc > before.HeapAlloc+32<<20 {
		t.Logf("heap grew from %d to %d bytes", before.HeapAlloc, during.HeapAlloc)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("代码,名称\n000001,甲\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00"))
	f.Add(book(f, func(x *excelize.File) {
		set(f, x, map[string]any{"A1": "代码", "B1": "名称", "A2": 7, "B2": "甲"})
	}))
	f.Add(raw(f, `<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c><f>1</f></c></row></sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells></worksheet>`, `<sst><si><t>x</t></si></sst>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := sheet.Standard
		l.Unpacked, l.Rows = 1<<20, 1000
		b, err := sheet.Open(data, l)
		if err != nil {
			if !errs.Known(errs.Code(err)) || errs.Code(err) == "internal" {
				t.Errorf("%v", err)
			}
			return
		}
		for i := range b.Sheets() {
			for r, err := range b.Rows(i) {
				if err != nil && errs.Code(err) == "internal" {
					t.Errorf("%v", err)
				}
				if len(r.Cells) > l.Columns {
					t.Errorf("%d columns", len(r.Cells))
				}
			}
		}
		table, err := b.Table(list, true)
		if err != nil {
			return
		}
		for r, err := range table.Records() {
			if err != nil && errs.Code(err) == "internal" {
				t.Errorf("%v", err)
			}
			for _, p := range r.Problems {
				if !errs.Known(p.Code) {
					t.Errorf("%s has no words", p.Code)
				}
			}
		}
	})
}
