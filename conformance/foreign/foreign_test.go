// Package foreign_test judges files that ofdrw made and sealed: what is whole must be valid, and what is not must
// have its own cause.
package foreign_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// TestFilesOfOfdrw reads the folder that ForeignFilesTest of conformance/ofdrw writes. The name of a file begins
// with what must be found: "valid", or the code of the only cause.
func TestFilesOfOfdrw(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("YINXIN_FOREIGN_DIR")
	if folder == "" {
		t.Skip("needs YINXIN_FOREIGN_DIR")
	}
	roots, err := os.ReadFile(filepath.Join(folder, "anchors.pem"))
	if err != nil {
		t.Fatal(err)
	}
	anchors, err := verify.ParseAnchors(roots)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.ofd"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 14 {
		t.Fatalf("only %d files", len(files))
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".ofd")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			judge(t, name, verify.File(file, verify.Options{Anchors: anchors, Now: time.Now()}))
			draw(t, file)
		})
	}
}

func judge(t *testing.T, name string, r verify.Report) {
	t.Helper()
	cause, _, _ := strings.Cut(name, "-")
	verdict := verify.Invalid
	switch verify.Code(cause) {
	case "valid":
		verdict, cause = verify.Valid, ""
	case verify.ListOpen:
		verdict = verify.Valid // with a note: its maker may have wanted to add seals
	}
	if r.Verdict != verdict {
		t.Errorf("the verdict is %s, want %s", r.Verdict, verdict)
	}
	var found []string
	for _, c := range r.Causes {
		found = append(found, string(c.Code))
	}
	if got := strings.Join(found, " "); got != cause {
		t.Errorf("the causes are %q, want %q", got, cause)
	}
}

// draw draws all pages with their seals: what others make can be looked at too. ofdrw embeds no font, so the text is
// drawn with ours.
func draw(t *testing.T, file []byte) {
	t.Helper()
	p, err := ofd.Read(file, ofd.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	stamps, err := ses.Stamps(p)
	if err != nil {
		t.Fatal(err)
	}
	if len(stamps) == 0 {
		t.Error("no seal is drawn")
	}
	serif, err := font.Serif()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := p.RenderAll(ofd.RenderOptions{Stamps: stamps, Fallback: serif})
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range pages {
		if !strings.Contains(string(page.SVG()), "示例文件") {
			t.Errorf("page %d does not show its text", i+1)
		}
	}
}
