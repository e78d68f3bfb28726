package demo_test

import (
	"testing"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/face"
)

// Every type of the demonstration passes the gate that types made by people pass.
func TestEveryTypePassesTheGate(t *testing.T) {
	t.Parallel()
	d, err := face.New("https://yinxin.example")
	if err != nil {
		t.Fatal(err)
	}
	types := load(t).Types
	for i := range types {
		typ := &types[i]
		for _, f := range d.Gate(typ) {
			t.Errorf("%s: %s %s: %s %s", typ.Name, f.Path, f.Field, f.Code, errs.Text(f.Code, "en", f.Args))
		}
	}
}
