package sheet_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

func TestCells(t *testing.T) {
	t.Parallel()
	data := book(t, func(f *excelize.File) {
		day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			t.Fatal(err)
		}
		custom := `yyyy"年"m"月"d"日"`
		zh, err := f.NewStyle(&excelize.Style{CustomNumFmt: &custom})
		if err != nil {
			t.Fatal(err)
		}
		set(t, f, map[string]any{"A1": " 文字　", "B1": 42, "C1": 0.1 + 0.2, "D1": true, "E1": 46082, "F1": 46082.75, "G1": 350102199001011238,
			"H1": "'=1+1", "I1": time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC)})
		for at, style := range map[string]int{"E1": day, "F1": zh} {
			if err := f.SetCellStyle("Sheet1", at, at, style); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetCellRichText("Sheet1", "J1", []excelize.RichTextRun{{Text: "富"}, {Text: "文本"}}); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellFormula("Sheet1", "K1", "=B1*2"); err != nil {
			t.Fatal(err)
		}
		set(t, f, map[string]any{"A9": "", "XFD1": ""})
	})
	all, err := rows(data, sheet.Standard)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d rows, %v", len(all), err)
	}
	want := []sheet.Cell{{Text: "文字"}, {Text: "42", Kind: sheet.Number}, {Text: "0.3", Kind: sheet.Number}, {Text: "是", Kind: sheet.Flag},
		{Text: "2026-03-01", Kind: sheet.Date}, {Text: "2026-03-01", Kind: sheet.Date}, {Text: "350102199001011000", Kind: sheet.Number},
		{Text: "=1+1"}, {Text: "2026-03-01", Kind: sheet.Date}, {Text: "富文本"}, {Code: "sheet.formula"}}
	if !slices.Equal(all[0].Cells, want) {
		t.Errorf("%+v", all[0].Cells)
	}
}

// What programs write that excelize does not: cached results of formulas, errors, escapes, readings, dates of 1904.
func TestCellsOfOtherPrograms(t *testing.T) {
	t.Parallel()
	strings := `<sst><si><t>甲</t><rPh sb="0" eb="1"><t>ジア</t></rPh></si><si><r><t>乙</t></r><r><t xml:space="preserve"> 丙</t></r></si><si><t>一_x000D_
二</t></si><si><t>坏_x0000_的</t></si></sst>`
	sheetXML := `<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c><c r="D2" t="s"><v>3</v></c>` +
		`<c r="E2"><f>A1+1</f><v>7</v></c><c r="F2" t="str"><f>A1</f><v>字</v></c><c r="G2" t="str"><f>A1</f><v></v></c><c r="H2"><f>X</f></c><c r="I2" t="e"><f>X</f><v>#REF!</v></c>` +
		`<c r="J2" t="e"><v>#N/A</v></c><c r="K2" t="s"><v>99</v></c><c r="L2" t="d"><v>2026-03-01T00:00:00</v></c><c t="inlineStr"><is><t>内</t></is></c><c r="P2"><v>1E+3</v></c></row></sheetData></worksheet>`
	all, err := rows(raw(t, sheetXML, strings), sheet.Standard)
	if err != nil || len(all) != 1 || all[0].No != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	want := []sheet.Cell{{Text: "甲"}, {Text: "乙 丙"}, {Text: "一\r\n二"}, {Code: "sheet.cell-control"}, {Text: "7", Kind: sheet.Number}, {Text: "字"}, {},
		{Code: "sheet.formula"}, {Code: "sheet.cell-error"}, {Code: "sheet.cell-error"}, {Code: "sheet.cell-error"}, {Text: "2026-03-01", Kind: sheet.Date},
		{Text: "内"}, {}, {}, {Text: "1000", Kind: sheet.Number}}
	if !slices.Equal(all[0].Cells, want) {
		t.Errorf("%+v", all[0].Cells)
	}
}

func TestMergedCellsCountForEach(t *testing.T) {
	t.Parallel()
	data := book(t, func(f *excelize.File) {
		set(t, f, map[string]any{"A1": "局", "B1": "甲", "B2": "乙", "B3": "丙", "A4": "厅", "D4": "末", "A6": "只", "B9": "远"})
		for _, m := range [][2]string{{"A1", "A3"}, {"A4", "C4"}, {"A6", "A9"}} {
			if err := f.MergeCell("Sheet1", m[0], m[1]); err != nil {
				t.Fatal(err)
			}
		}
	})
	all, err := rows(data, sheet.Standard)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range all {
		line := fmt.Sprint(r.No)
		for _, c := range r.Cells {
			line += " " + c.Text
		}
		got = append(got, line)
	}
	want := []string{"1 局 甲", "2 局 乙", "3 局 丙", "4 厅 厅 厅 末", "6 只", "9 只 远"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	const text = "代码,名称\r\n000001,\"甲, 乙\"\r\n\r\n,,,\r\n350102,丙\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(text, "甲, 乙", "甲、乙"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"UTF-8": text, "with mark": "\ufeff" + text, "GB18030": gb, "UTF-16": wide,
		"tabs": strings.ReplaceAll(strings.ReplaceAll(text, "甲, 乙", "甲、乙"), ",", "\t"), "semicolons": strings.ReplaceAll(strings.ReplaceAll(text, "甲, 乙", "甲、乙"), ",", ";")} {
		all, err := records([]byte(data), list)
		if err != nil || len(all) != 2 {
			t.Errorf("%s: %d rows, %v", name, len(all), err)
			continue
		}
		if all[0].Values[0] != "000001" || !strings.HasPrefix(all[0].Values[1], "甲") || all[0].Row != 2 || all[1].Row != 5 || all[1].Values[1] != "丙" {
			t.Errorf("%s: %+v", name, all)
		}
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, code string }{
		{"as they are", "代码,名称\n000001,甲", ""},
		{"English, spaces, stars, order", "Name *,CODE（必填）\n甲,000001", ""},
		{"by another name", "代码,单位名称\n000001,甲", ""},
		{"below a title", "单位名单,,\n2026年3月,,\n代码,名称\n000001,甲", ""},
		{"the errors of last time", "代码,名称,错误\n000001,甲,名称：此项必填。", ""},
		{"one is missing", "代码,层级\n000001,省级", "sheet.heading.missing"},
		{"twice", "代码,名称,单位名称\n000001,甲,乙", "sheet.heading.twice"},
		{"unknown", "代码,名称,电话\n000001,甲,1", "sheet.heading.unknown"},
		{"none", "000001,甲\n000002,乙", "sheet.heading.missing"},
		{"nothing", "\n\n", "sheet.empty"},
	} {
		all, err := records([]byte(c.text), list)
		if c.code != "" {
			if errs.Code(err) != c.code {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil || len(all) != 1 || all[0].Values[0] != "000001" || all[0].Values[1] != "甲" || len(all[0].Problems) > 0 {
			t.Errorf("%s: %+v, %v", c.name, all, err)
		}
	}
	// What stands where a heading should be may be somebody's name.
	_, err := records([]byte("代码,名称,林某某\n1,2,3"), list)
	if text := errs.Text(errs.Code(err), "zh", errs.Of(err).Args); strings.Contains(text, "林") || !strings.Contains(text, "第C列") {
		t.Error(text)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ column, cell, want, code string }{
		{"代码", "350102", "350102", ""},
		{"代码", "1002", "", "sheet.lost-zeros"},
		{"代码", "", "", "field.required"},
		{"长代码", "11350102003605023N", "11350102003605023N", ""},
		{"长代码", "1.13501E+17", "", "sheet.lost-digits"},
		{"长代码", "1350100003604451", "", "sheet.short"},
		{"日期", "2026-03-01", "2026-03-01", ""},
		{"日期", "2026/3/1", "2026-03-01", ""},
		{"日期", "2026.3.1", "2026-03-01", ""},
		{"日期", "2026年3月1日", "2026-03-01", ""},
		{"日期", "20260301", "2026-03-01", ""},
		{"日期", "2026-03-01 08:00:00", "2026-03-01", ""},
		{"日期", "2026／3／1", "2026-03-01", ""},
		{"日期", "2026-02-29", "", "sheet.date"},
		{"日期", "3/1/26", "", "sheet.date"},
		{"日期", "46082", "", "sheet.date"}, // text, not a number: nobody knows what it meant
		{"数量", "12", "12", ""},
		{"数量", "１２", "12", ""},
		{"数量", "12.0", "12", ""},
		{"数量", "1.5", "", "sheet.number"},
		{"数量", "99999999999", "", "sheet.number"},
		{"是否", "是", "true", ""},
		{"是否", "Y", "true", ""},
		{"是否", "否", "false", ""},
		{"是否", "也许", "", "sheet.yes-no"},
		{"层级", "省级", "1", ""},
		{"层级", "City", "2", ""},
		{"层级", "2", "2", ""},
		{"层级", "星级", "", "sheet.choice"},
		{"各级", "省级^市级", "1^2", ""},
		{"各级", "市级、市级", "2", ""},
		{"各级", "省级^星级", "", "sheet.choice"},
	} {
		heads, cells := []string{"名称"}, []string{"甲"}
		if c.column != "代码" {
			heads, cells = append(heads, "代码"), append(cells, "350102")
		}
		all, err := records([]byte(strings.Join(append(heads, c.column), ",")+"\n"+strings.Join(append(cells, c.cell), ",")), list)
		if err != nil || len(all) != 1 {
			t.Errorf("%s %q: %v", c.column, c.cell, err)
			continue
		}
		i := slices.IndexFunc(list.Columns, func(x sheet.Column) bool { return x.Zh == c.column })
		code := ""
		if p := all[0].Problems; len(p) == 1 && p[0].Field == list.Columns[i].Name {
			code = p[0].Code
		}
		if all[0].Values[i] != c.want || code != c.code || all[0].Raw[i] != c.cell {
			t.Errorf("%s %q: %q %v", c.column, c.cell, all[0].Values[i], all[0].Problems)
		}
	}
}

// Zeros that a spreadsheet dropped are told with what they may have been; never put back.
func TestLostZeros(t *testing.T) {
	t.Parallel()
	data := book(t, func(f *excelize.File) {
		set(t, f, map[string]any{"A1": "代码", "B1": "名称", "C1": "长代码", "D1": "日期", "A2": 1002, "B2": "甲", "C2": 113501020036050231, "D2": 46082})
	})
	all, err := records(data, list)
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	if len(all[0].Problems) != 2 || all[0].Problems[0].Args["padded"] != "001002" || all[0].Problems[1].Code != "sheet.lost-digits" || all[0].Values[3] != "2026-03-01" {
		t.Errorf("%+v %v", all[0].Values, all[0].Problems)
	}
}

func TestRowsWithoutHeadingAreTold(t *testing.T) {
	t.Parallel()
	all, err := records([]byte("代码,名称,,错误\n000001,甲,多,旧\n000002,乙,,\n,,,旧\n"), list)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d, %v", len(all), err)
	}
	if len(all[0].Problems) != 1 || all[0].Problems[0].Code != "sheet.headless" || len(all[1].Problems) != 0 {
		t.Errorf("%v %v", all[0].Problems, all[1].Problems)
	}
}
