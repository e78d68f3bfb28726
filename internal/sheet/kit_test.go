package sheet_test

import (
	"archive/zip"
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/yinxin-org/yinxin/internal/sheet"
)

// book makes an .xlsx file by the library that people's own programs use.
func book(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	fill(f)
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t testing.TB, f *excelize.File, cells map[string]any) {
	t.Helper()
	for at, v := range cells {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
	workbookXML = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
		`<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`
)

// raw makes a workbook of one sheet from the XML of its parts.
func raw(t testing.TB, sheetXML, stringsXML string) []byte {
	t.Helper()
	if stringsXML == "" {
		stringsXML = `<sst/>`
	}
	return packed(t, map[string]string{"xl/workbook.xml": workbookXML, "xl/_rels/workbook.xml.rels": relations,
		"xl/worksheets/sheet1.xml": sheetXML, "xl/sharedStrings.xml": stringsXML})
}

func packed(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rows reads all rows of the first sheet.
func rows(data []byte, l sheet.Limits) ([]sheet.Row, error) {
	b, err := sheet.Open(data, l)
	if err != nil {
		return nil, err
	}
	var all []sheet.Row
	for r, err := range b.Rows(0) {
		if err != nil {
			return nil, err
		}
		r.Cells = append([]sheet.Cell{}, r.Cells...)
		all = append(all, r)
	}
	return all, nil
}

// list is a form of the tests.
var list = sheet.Form{Zh: "名单", En: "List", Columns: []sheet.Column{
	{Name: "code", Zh: "代码", En: "Code", Required: true, Width: 6, Example: "000001"},
	{Name: "name", Zh: "名称", En: "Name", Aliases: []string{"单位名称"}, Required: true, Example: "示例"},
	{Name: "long", Zh: "长代码", En: "Long code", Width: 18},
	{Name: "day", Zh: "日期", En: "Day", Holds: sheet.Day},
	{Name: "count", Zh: "数量", En: "Count", Holds: sheet.WholeNumber},
	{Name: "open", Zh: "是否", En: "Open", Holds: sheet.YesNo},
	{Name: "level", Zh: "层级", En: "Level", Holds: sheet.OneOf, Choices: []sheet.Choice{{Value: "1", Words: []string{"省级", "province"}}, {Value: "2", Words: []string{"市级", "city"}}}},
	{Name: "levels", Zh: "各级", En: "Levels", Holds: sheet.SomeOf, Choices: []sheet.Choice{{Value: "1", Words: []string{"省级", "province"}}, {Value: "2", Words: []string{"市级", "city"}}}},
}}

// records reads the records of a form.
func records(data []byte, f sheet.Form) ([]sheet.Record, error) {
	b, err := sheet.Open(data, sheet.Standard)
	if err != nil {
		return nil, err
	}
	t, err := b.Table(f, true)
	if err != nil {
		return nil, err
	}
	var all []sheet.Record
	for r, err := range t.Records() {
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}
