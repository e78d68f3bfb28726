package face_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/face"
)

var now = time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)

// A table that continues takes as many pages as it needs; no row is lost and none stands twice.
func TestLongTablesGoOnOverFurtherPages(t *testing.T) {
	t.Parallel()
	d, typ := drawer(t), card()
	typ.Face.Objects[3].Continues = true
	typ.Fields[2].Multi, typ.Fields[3].Multi = 60, 60
	if found := d.Gate(typ); len(found) != 0 {
		t.Fatalf("gate: %+v", found)
	}
	values := face.Sample(typ)
	for rows, pages := range map[int]int{1: 1, 3: 1, 4: 2, 19: 2, 20: 3, 60: 5} {
		var items, counts []string
		for i := range rows {
			items, counts = append(items, fmt.Sprintf("项目%d号", i+1)), append(counts, fmt.Sprint(1000+i))
		}
		values["KZ_XM"], values["KZ_SL"] = strings.Join(items, "^"), strings.Join(counts, "^")
		p, err := d.License(typ, face.Input{Values: values, Code: "abc"}, 1, now)
		if err != nil {
			t.Fatal(err)
		}
		info, err := p.Info()
		if err != nil {
			t.Fatal(err)
		}
		if len(info.Pages) != pages || len(p.PageIDs()) != pages {
			t.Errorf("%d rows take %d pages, want %d", rows, len(info.Pages), pages)
			continue
		}
		if got := strings.ReplaceAll(info.Tags["KZ_XM"], "\n", ""); strings.Count(got, "项目") != rows {
			t.Errorf("%d rows: the data index shows %d", rows, strings.Count(got, "项目"))
		}
		if info.Value("KZ_XM") != values["KZ_XM"] {
			t.Errorf("%d rows: the metadata differ", rows)
		}
		for i, page := range info.Pages {
			foot := fmt.Sprintf("第%d页 共%d页", i+1, pages)
			if has := strings.Contains(page.Text, foot); has != (pages > 1) {
				t.Errorf("%d rows, page %d: the page number stands there: %v", rows, i+1, has)
			}
			if i > 0 && (!strings.Contains(page.TemplateText, "试验证（续页）") || !strings.Contains(page.Text, values["ZZBH"])) {
				t.Errorf("page %d has no head: %q, %q", i+1, page.TemplateText, page.Text)
			}
		}
	}
}

// Licenses of one version share the compiled face; a draft that changed under its number does not.
func TestFacesAreCompiledOnceAndNeverStale(t *testing.T) {
	t.Parallel()
	d, typ := drawer(t), card()
	in := face.Input{Values: face.Sample(typ), Code: "abc"}
	text := func() string {
		p, err := d.License(typ, in, 1, now)
		if err != nil {
			t.Fatal(err)
		}
		info, err := p.Info()
		if err != nil {
			t.Fatal(err)
		}
		return info.Pages[0].TemplateText
	}
	before := text()
	stale, err := d.Document(typ, in, now)
	if err != nil {
		t.Fatal(err)
	}
	typ = card()
	typ.Face.Objects[0].Text = "改名证"
	if after := text(); after == before || !strings.Contains(after, "改名证") {
		t.Errorf("the face still shows %q", after)
	}
	if p, err := d.Build(typ, in, stale); err != nil {
		t.Errorf("a document of the face before: %v", err)
	} else if info, err := p.Info(); err != nil || info.Pages[0].TemplateText != before {
		t.Errorf("a document of the face before shows %q, %v", info.Pages[0].TemplateText, err)
	}
	typ.Face.Objects[0].Text = "\U000F0000"
	if _, err := d.License(typ, in, 1, now); err == nil {
		t.Error("a face with a character that no font draws was written")
	}
}
