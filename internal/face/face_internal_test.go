package face

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/ofd"
)

var update = flag.Bool("update", false, "write the golden files anew")

func drawer(t testing.TB) *Drawer {
	t.Helper()
	f, err := New("https://yinxin.example")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// foodType is the food permit of the demonstration, as its file has it.
func foodType(t testing.TB) *catalog.Type {
	t.Helper()
	raw, err := os.ReadFile("../demo/data/types/food-permit.json")
	if err != nil {
		t.Fatal(err)
	}
	typ := new(catalog.Type)
	if err := json.Unmarshal(raw, typ); err != nil {
		t.Fatal(err)
	}
	return typ
}

func TestWordsBreakWhereReadersExpect(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "",
		"福州市":                   "福|州|市",
		"第3501020001号":          "第|3501020001|号",
		"JY-2026/01、A座":         "JY-2026/01、|A|座",
		"热食类食品制售，冷食。":           "热|食|类|食|品|制|售，|冷|食。",
		"（演示）有限":                "（|演|示）|有|限",
		"，起头":                   "，|起|头",
		"two words, with space": "two| |words,| |with| |space",
	} {
		if got := strings.Join(words(text), "|"); got != want {
			t.Errorf("%q breaks as %q, want %q", text, got, want)
		}
		if strings.Join(words(text), "") != text {
			t.Errorf("%q loses characters", text)
		}
	}
}

func TestWrapKeepsToTheWidthAndLosesNothing(t *testing.T) {
	t.Parallel()
	face := drawer(t).fonts[Serif]
	const size = 4.0
	for _, text := range []string{
		"福州榕印小吃（演示）有限公司",
		"热食类食品制售；冷食类食品制售；糕点类食品制售，含裱花蛋糕",
		"统一社会信用代码91350102YX0109011N号",
		strings.Repeat("长", 60),
		strings.Repeat("A1", 60),
	} {
		for _, width := range []float64{12, 30, 55, 400} {
			rows := wrap(face, text, size, width)
			if strings.Join(rows, "") != text {
				t.Errorf("%q at %v mm: %q", text, width, rows)
			}
			for i, row := range rows {
				// A mark that must not begin a line may hang over the edge by its own width.
				if w := ofd.TextWidth(face, row, size); w > width+size {
					t.Errorf("%q at %v mm: line %d is %.1f mm wide", text, width, i+1, w)
				}
				if i > 0 && strings.ContainsAny(string([]rune(row)[:1]), "，。、；：！？）》」』”’%") {
					t.Errorf("%q at %v mm: line %d begins with a closing mark", text, width, i+1)
				}
			}
		}
	}
	if rows := wrap(face, "不限宽度", size, 0); !slices.Equal(rows, []string{"不限宽度"}) {
		t.Errorf("without a width: %q", rows)
	}
}

func TestLinesShrinkALittleAndThenGiveUp(t *testing.T) {
	t.Parallel()
	f := drawer(t)
	o := catalog.FaceObject{X: 10, Y: 20, W: 40, Size: 4, Lines: 1}
	for n, ok := range map[int]bool{1: true, 10: true, 11: true, 16: true, 17: false, 40: false} {
		drawn, err := f.lines(o, strings.Repeat("国", n), "KZ_X")
		if (err == nil) != ok {
			t.Errorf("%d characters of 4 mm in 40 mm: %v", n, err)
			continue
		}
		if !ok {
			continue
		}
		text := drawn[0].(ofd.Text)
		if len(drawn) != 1 || text.Tag != "KZ_X" || text.Size > 4 || text.Size < 4*shrinkTo*0.95 {
			t.Errorf("%d characters: %d lines of %.2f mm", n, len(drawn), text.Size)
		}
		if n <= 10 && text.Size != 4 {
			t.Errorf("%d characters shrank to %.2f mm without need", n, text.Size)
		}
	}
	o.Lines = 3
	drawn, err := f.lines(o, strings.Repeat("国", 25), "")
	if err != nil || len(drawn) != 3 {
		t.Fatalf("%d lines, %v", len(drawn), err)
	}
	for i, d := range drawn {
		if y := d.(ofd.Text).Y; y != 20+float64(i)*6 {
			t.Errorf("line %d stands at %v", i+1, y)
		}
	}
	o.Align, o.Lines = "right", 1
	if drawn, err = f.lines(o, "国", ""); err != nil || drawn[0].(ofd.Text).X != 46 {
		t.Errorf("right: %v, %v", drawn, err)
	}
	o.Align = "center"
	if drawn, err = f.lines(o, "国", ""); err != nil || drawn[0].(ofd.Text).X != 28 {
		t.Errorf("centre: %v, %v", drawn, err)
	}
	if drawn, err = f.lines(o, "", ""); err != nil || drawn != nil {
		t.Errorf("nothing: %v, %v", drawn, err)
	}
}

func TestShownAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	date, text := catalog.Field{Type: "date"}, catalog.Field{Type: "text"}
	for _, c := range []struct {
		f                         catalog.Field
		value, part, format, want string
	}{
		{date, "2026-03-02", "", "", "2026年03月02日"},
		{date, "2026-03-02", "", "iso", "2026-03-02"},
		{date, "2026-03-02", "Y", "", "2026"},
		{date, "2026-03-02", "M", "", "03"},
		{date, "2026-03-02", "D", "", "02"},
		{date, "长期", "", "", "长期"},
		{date, "", "", "", ""},
		{date, "next year", "", "", "next year"},
		{text, "王䶮^古丽努尔", "", "", "王䶮、古丽努尔"},
		{text, "2026-03-02", "", "", "2026-03-02"},
	} {
		if got := shown(c.f, c.value, c.part, c.format); got != c.want {
			t.Errorf("%q %q %q: %q, want %q", c.value, c.part, c.format, got, c.want)
		}
	}
}

func TestPathsOfAFace(t *testing.T) {
	t.Parallel()
	segs, err := parsePath("M 0 0 L 10 0 Q 1 2 3 4 B 1 2 3 4 5 6 C", 100, 200)
	if err != nil {
		t.Fatal(err)
	}
	if len(segs) != 5 || segs[0].X != 100 || segs[0].Y != 200 || segs[1].X != 110 || segs[2].X1 != 101 || segs[2].Y1 != 202 ||
		segs[3].X2 != 103 || segs[3].Y != 206 || segs[4].Op != 'C' {
		t.Errorf("%+v", segs)
	}
	for _, broken := range []string{"X 1 2", "M 1", "M", "M a b", "M 1 2 L 3", "1 2"} {
		if _, err := parsePath(broken, 0, 0); err == nil {
			t.Errorf("%q was read", broken)
		}
	}
	other := ofd.RGB{R: 1}
	for text, want := range map[string]ofd.RGB{"#ff8000": {R: 255, G: 128}, "": other, "#ff80": other, "red": other, "#gggggg": other} {
		if got := colour(text, other); got != want {
			t.Errorf("colour %q is %v", text, got)
		}
	}
}

// pageOf draws a license with fixed values and gives its page.
func pageOf(t *testing.T, values map[string]string) ([]byte, error) {
	t.Helper()
	f, typ := drawer(t), foodType(t)
	p, err := f.License(typ, Input{Values: values, Code: "abcdefghijklmnopqrstuvwxyz"}, 1, time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai))
	if err != nil {
		return nil, err
	}
	page, ok := p.Entry("Doc_0/Pages/Page_0/Content.xml")
	if !ok {
		t.Fatal("no page")
	}
	return page, nil
}

func foodValues() map[string]string {
	return map[string]string{"ZZMC": "食品经营许可证", "ZZBH": "JY3501022026000001", "ZZBS": "1.2.156.3005.2.11350000YX0000016Q012",
		"ZZBFJG": "福州市鼓楼区市场监督管理局（演示）", "ZZBFRQ": "2026-03-02", "CZZT": "福州榕印小吃（演示）有限公司", "CZZTDM": "91350102YX0109011N",
		"ZZYXQQSRQ": "2026-03-02", "ZZYXQJZRQ": "2031-03-01", "KZ_FDDBR": "林㛃", "KZ_ZS": "福州市鼓楼区榕印路1号", "KZ_JYCS": "福州市鼓楼区榕印路1号",
		"KZ_ZTYT": "餐饮服务经营者", "KZ_JYXM": "热食类食品制售；冷食类食品制售"}
}

// apart is what stands in a page and cannot be read: numbers of glyphs in a font's subset, the modules of the code.
var apart = regexp.MustCompile(`<ofd:Glyphs>[0-9 ]*</ofd:Glyphs>|<ofd:AbbreviatedData>[^<]{500,}</ofd:AbbreviatedData>`)

// The page of one license, kept as a file: whoever changes a face or the engine sees what that does.
func TestPageIsAsItWas(t *testing.T) {
	t.Parallel()
	page, err := pageOf(t, foodValues())
	if err != nil {
		t.Fatal(err)
	}
	again, err := pageOf(t, foodValues())
	if err != nil || !bytes.Equal(page, again) {
		t.Fatalf("the same license is drawn differently: %v", err)
	}
	page = bytes.ReplaceAll(apart.ReplaceAll(page, nil), []byte("><"), []byte(">\n<"))
	golden := filepath.Join("testdata", "food-permit.page.xml")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, want) {
		t.Errorf("the page differs from %s; if that is meant, run the test with -update and look at the change", golden)
	}
}

func TestWhatCannotBeDrawnIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field, value, code, label string
	}{
		"a character of no font":     {"KZ_FDDBR", "林\U000F0000", "license.glyph", "法定代表人（负责人）"},
		"an emoji":                   {"KZ_JYXM", "热食🍜", "license.glyph", "经营项目"},
		"a value beyond its place":   {"KZ_JYXM", strings.Repeat("热食类食品制售", 60), "license.overflow", "经营项目"},
		"a holder beyond the place":  {"CZZT", strings.Repeat("福州榕印小吃", 60), "license.overflow", "持证主体"},
		"an address beyond its line": {"KZ_ZS", strings.Repeat("福州市鼓楼区", 60), "license.overflow", ""},
	} {
		values := foodValues()
		values[c.field] = c.value
		_, err := pageOf(t, values)
		if errs.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text := err.Error(); strings.Contains(text, c.value) {
			t.Errorf("%s: the error repeats the value: %s", name, text)
		}
		if e, ok := errors.AsType[*errs.Error](err); !ok || c.label != "" && e.Args["label"] != c.label {
			t.Errorf("%s: blames another field", name)
		}
	}
}
