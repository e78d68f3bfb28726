package upload_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/upload"
)

var pdf = []byte("%PDF-1.7\n")

func TestFilesAreWhatTheyHold(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		file  upload.File
		shown string
		code  string
	}{
		"a file":            {upload.File{Name: "平面图.pdf", Data: pdf}, "平面图.pdf", ""},
		"another ending":    {upload.File{Name: "照片.exe", Data: []byte{0xFF, 0xD8, 0xFF, 0}}, "照片.jpg", ""},
		"a way out":         {upload.File{Name: `..\..\etc/passwd`, Data: pdf}, "passwd.pdf", ""},
		"hidden marks":      {upload.File{Name: "图\u202efdp.exe", Data: pdf}, "file.pdf", ""},
		"no name":           {upload.File{Name: "..", Data: pdf}, "file.pdf", ""},
		"a long name":       {upload.File{Name: strings.Repeat("图", 200), Data: pdf}, strings.Repeat("图", 80) + ".pdf", ""},
		"nothing":           {upload.File{Name: "x.pdf"}, "", "field.required"},
		"something else":    {upload.File{Name: "x.pdf", Data: []byte("MZ")}, "", "attachment.kind"},
		"an archive":        {upload.File{Name: "x.ofd", Data: []byte("PK\x03\x04")}, "", "attachment.kind"},
		"more than allowed": {upload.File{Name: "x.pdf", Data: append(pdf[:9:9], make([]byte, upload.Max)...)}, "", "attachment.too-large"},
	} {
		media, err := x.file.Check()
		if errs.Code(err) != x.code && (err != nil || x.code != "") {
			t.Errorf("%s: %v, want %q", name, err, x.code)
		}
		if err == nil && x.file.Shown(media) != x.shown {
			t.Errorf("%s is shown as %q", name, x.file.Shown(media))
		}
	}
}

func FuzzMediaOf(f *testing.F) {
	f.Add(pdf)
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte{0xFF, 0xD8, 0xFF})
	f.Fuzz(func(t *testing.T, data []byte) {
		if m := upload.MediaOf(data); m != "" && len(data) < 3 {
			t.Errorf("%d bytes are %s", len(data), m)
		}
	})
}
