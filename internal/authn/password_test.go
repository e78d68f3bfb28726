package authn

import (
	"strings"
	"testing"
)

func FuzzParseHash(f *testing.F) {
	h := newHasher(Params{MemoryKiB: 64, Passes: 1, Threads: 1})
	f.Add(h.hash("Gulou-2026"))
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=64,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, salt, key, err := parseHash(s)
		if err != nil {
			return
		}
		if p.MemoryKiB > maxMemoryKiB || p.Passes > maxPasses || p.Threads > maxThreads || len(salt) < 8 || len(key) < 16 {
			t.Errorf("accepted %+v with %d bytes of salt and %d of key", p, len(salt), len(key))
		}
	})
}

func TestParseHashRefuses(t *testing.T) {
	t.Parallel()
	good := newHasher(Params{MemoryKiB: 64, Passes: 1, Threads: 1}).hash("x")
	if _, _, _, err := parseHash(good); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty":         "",
		"other variant": strings.Replace(good, "argon2id", "argon2i", 1),
		"other version": strings.Replace(good, "v=19", "v=16", 1),
		"too dear":      strings.Replace(good, "m=64", "m=99999999", 1),
		"no passes":     strings.Replace(good, "t=1", "t=0", 1),
		"no key":        good[:strings.LastIndex(good, "$")+1],
	} {
		if _, _, _, err := parseHash(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	h := newHasher(DefaultParams)
	for b.Loop() {
		h.hash("Gulou-2026")
	}
}
