package verify_test

import (
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/verify"
)

// TestFloodOfReferences: a small file made to yield millions of causes gets a short report that is still invalid.
func TestFloodOfReferences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, references := range map[string]int{"many": 500, "too many": 20_000} {
		l := takeApart(w.sealed(t))
		flood := strings.Repeat(`<ofd:Reference FileRef="/x"><ofd:CheckValue>AA==</ofd:CheckValue></ofd:Reference>`, references)
		l.replace(t, "Doc_0/Signs/Sign_0/Signature.xml", "</ofd:References>", flood+"</ofd:References>")
		r := verify.File(l.zip(t), w.options(t))
		if r.Verdict != verify.Invalid {
			t.Errorf("%s: verdict %s", name, r.Verdict)
		}
		if n := len(r.Causes); n > 400 {
			t.Errorf("%s: %d causes are told", name, n)
		}
	}
}
