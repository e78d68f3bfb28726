package access

import (
	"fmt"
	"testing"
)

// TestWrittenTokensAreRemembered: what was written last is known, what was written long before is forgotten, and what was not
// written never known.
func TestWrittenTokensAreRemembered(t *testing.T) {
	t.Parallel()
	var w written
	if w.has("yxt1.0") {
		t.Error("knows before anything was written")
	}
	for i := range 3 * writtenMax {
		w.add(fmt.Sprint("yxt1.", i))
		if !w.has(fmt.Sprint("yxt1.", i)) || i >= writtenMax && !w.has(fmt.Sprint("yxt1.", i-writtenMax+1)) {
			t.Fatalf("forgot one of the last %d at %d", writtenMax, i)
		}
	}
	if w.has("yxt1.0") || w.has("yxt1.") {
		t.Error("knows what is long gone or never was")
	}
}
