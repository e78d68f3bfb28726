package sheet_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/sheet"
)

// Whatever is written is read again as it was, and no cell can be taken for a formula.
func TestWrittenIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.Custom(func(r *rapid.T) string {
			return strings.TrimSpace(rapid.StringMatching(`'{0,3}[=+@\-]?[a-z甲乙 ,"<&_x0-9]{0,12}`).Draw(r, "text"))
		})
		lines := rapid.SliceOfN(rapid.SliceOfN(text, 3, 3), 1, 5).Draw(r, "lines")
		var b bytes.Buffer
		err := sheet.Write(&b, sheet.Page{Name: "甲", Headings: []string{"一", "二", "三"}, Rows: func(yield func([]string, error) bool) {
			for _, l := range lines {
				if !yield(l, nil) {
					return
				}
			}
		}})
		if err != nil {
			r.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
		if err != nil {
			r.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		seen, err := f.GetRows("甲")
		if err != nil {
			r.Fatal(err)
		}
		for _, l := range seen {
			for _, c := range l {
				if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
					r.Errorf("%q could be a formula", c)
				}
			}
		}
		all, err := rows(b.Bytes(), sheet.Standard)
		if err != nil {
			r.Fatal(err)
		}
		var got [][]string
		for _, row := range all[1:] {
			line := make([]string, 3)
			for i, c := range row.Cells {
				line[i] = c.Text
			}
			got = append(got, line)
		}
		var want [][]string
		for _, l := range lines {
			if strings.Join(l, "") != "" {
				want = append(want, l)
			}
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			r.Errorf("%q, want %q", got, want)
		}
	})
}

// A template is read as what it is: a form without rows, its example left out until somebody changes it.
func TestTemplate(t *testing.T) {
	t.Parallel()
	for _, english := range []bool{false, true} {
		var b bytes.Buffer
		if err := sheet.Template(&b, english, list); err != nil {
			t.Fatal(err)
		}
		if all, err := records(b.Bytes(), list); err != nil || len(all) != 0 {
			t.Errorf("%d rows, %v", len(all), err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		name := f.GetSheetName(0)
		set := func(at, v string) {
			if err := f.SetCellStr(name, at, v); err != nil {
				t.Fatal(err)
			}
		}
		set("B2", "真的")
		set("A3", "000002")
		set("B3", "第二个")
		out, err := f.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		all, err := records(out.Bytes(), list)
		if err != nil || len(all) != 2 || all[0].Values[1] != "真的" || len(all[1].Problems) > 0 {
			t.Errorf("%+v, %v", all, err)
		}
		if len(f.GetSheetList()) != 2 {
			t.Errorf("sheets %v", f.GetSheetList())
		}
	}
}
