package recent

import "testing"

func TestMap(t *testing.T) {
	m := New[int, string](2)
	if _, ok := m.Get(1); ok {
		t.Error("a new map remembers something")
	}
	m.Put(1, "one")
	m.Put(2, "two")
	m.Put(3, "three") // the first two are the generation before now
	for k, want := range map[int]string{1: "one", 2: "two", 3: "three"} {
		if got, ok := m.Get(k); !ok || got != want {
			t.Errorf("Get(%d) = %q, %v, want %q", k, got, ok, want)
		}
	}
	m.Put(1, "uno")
	if got, _ := m.Get(1); got != "uno" {
		t.Errorf("Get(1) = %q, want what was put last", got)
	}
	m.Put(4, "four")
	if _, ok := m.Get(2); ok {
		t.Error("it grows without bound")
	}
	if _, ok := m.Get(3); !ok {
		t.Error("it forgot one of the last two")
	}
}
