package ofd_test

import (
	"encoding/xml"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// svgLines are the lines of the text layer.
func svgLines(t *testing.T, svg []byte) []string {
	t.Helper()
	var doc struct {
		Groups []struct {
			Lines []string `xml:"text"`
		} `xml:"g"`
	}
	if err := xml.Unmarshal(svg, &doc); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, g := range doc.Groups {
		out = append(out, g.Lines...)
	}
	return out
}

var copiedLines = []string{
	"食品经营许可证", "经营者名称", "欧阳𬱖记 <小吃> & 饮品店", "统一社会信用代码", "92350102MA8T3Q6R5K", "经营场所", "榕城市临江区八一七路㛃䶮巷1号·陳宅",
	"仅供办理“食品经营许可变更”使用 2026-03-09", "仅供办理“食品经营许可变更”使用 2026-03-09", "仅供办理“食品经营许可变更”使用 2026-03-09",
}

// The text of an SVG stands in the order in which a person reads the page, each
// value in one piece although it takes three fonts.
func TestSVGTextIsInReadingOrder(t *testing.T) {
	t.Parallel()
	svg, err := build(t, copied(t)).SVG(0)
	if err != nil {
		t.Fatal(err)
	}
	if got := svgLines(t, svg); !slices.Equal(got, copiedLines) {
		t.Errorf("got %q", got)
	}
}

var selected = regexp.MustCompile(`(?s)<pre id="copied">(.*?)</pre>`)

// A browser copies that text and finds values in it.
func TestSVGTextInBrowser(t *testing.T) {
	t.Parallel()
	browser := os.Getenv("YINXIN_TEST_CHROMIUM")
	if browser == "" {
		t.Skip("needs a browser: set YINXIN_TEST_CHROMIUM")
	}
	svg, err := build(t, copied(t)).SVG(0)
	if err != nil {
		t.Fatal(err)
	}
	page := `<!doctype html><meta charset="utf-8"><body>` + string(svg) + `<pre id="copied"></pre><script>
const s = getSelection(); s.selectAllChildren(document.querySelector('svg')); const text = s.toString(); s.removeAllRanges()
document.getElementById('copied').textContent = text + '\n' + window.find('欧阳𬱖记 <小吃>') + ' ' + s.toString()</script>`
	name := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(name, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--dump-dom", "file://"+name).Output()
	if err != nil {
		t.Fatal(err)
	}
	m := selected.FindSubmatch(out)
	if m == nil {
		t.Fatal("the browser shows nothing")
	}
	want := strings.Join(append(slices.Clone(copiedLines), "true 欧阳𬱖记 <小吃>"), "\n")
	if got := html.UnescapeString(string(m[1])); got != want {
		t.Errorf("copied\n%s\nwant\n%s", got, want)
	}
}

// Text of a page that lies over pictures, in a clip or turned is text too, and
// what stands in a seal is not.
func TestSVGTextOfForeignPage(t *testing.T) {
	t.Parallel()
	p, o := openSheet(t)
	d, err := p.Render(0, o)
	if err != nil {
		t.Fatal(err)
	}
	got := svgLines(t, d.SVG())
	for _, want := range []string{"国国国", "国口", "AB国", "甲乙丙", "国家"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if slices.Contains(got, "章") {
		t.Error("the seal's letters are text")
	}
}
