package leaf_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	type record struct {
		B     string `json:"b"`
		A     int    `json:"a"`
		Empty string `json:"empty,omitempty"`
	}
	for _, c := range []struct {
		name string
		in   any
		want string
	}{
		{"members sorted", record{"x", 1, ""}, `{"a":1,"b":"x"}`},
		{"nested", map[string]any{"z": []any{map[string]any{"b": nil, "a": true}}, "y": []any{}}, `{"y":[],"z":[{"a":true,"b":null}]}`},
		{"no HTML escape", "<a href='&'>", `"<a href='&'>"`},
		{"line separators stand", "a\u2028b", "\"a\u2028b\""},
		{"controls", "\"\\\n\r\t\b\x01\x7f", `"\"\\\n\r\t\u0008\u0001` + "\x7f\""},
		{"Chinese and beyond the BMP", map[string]any{"𠮷": 1, "名": 2, "\uffee": 3}, `{"名":2,"` + "\uffee" + `":3,"𠮷":1}`},
		{"raw message", json.RawMessage(`{ "b" : 1 , "a" : "\u4e2d\/" }`), `{"a":"中/","b":1}`},
		{"bounds", []int64{1<<53 - 1, -(1<<53 - 1), 0}, `[9007199254740991,-9007199254740991,0]`},
	} {
		got, err := leaf.Canonical(c.in)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
	for name, in := range map[string]any{
		"fraction": 0.5, "exponent": json.RawMessage("1e3"), "too great": int64(1 << 53), "too small": int64(-1 << 53),
	} {
		if got, err := leaf.Canonical(in); !errors.Is(err, leaf.ErrNumberForm) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestCanonicalIsJSONAndStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "record")
		first, err := leaf.Canonical(in)
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]string
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatalf("%s is no JSON: %v", first, err)
		}
		second, err := leaf.Canonical(back)
		if err != nil || !bytes.Equal(first, second) || len(back) != len(in) {
			t.Fatalf("%s became %s, %v", first, second, err)
		}
	})
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"00000000-0000-0000-0000-000000000000": "YX00000000000000000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff": "YX7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
		"00000000-0000-0000-0000-000000000020": "YX00000000000000000000000010",
		// The ULID specification's example, which spells its 128 bits the same way.
		"01563e3a-b5d3-d676-4c61-efb99302bd5b": "YX01ARZ3NDEKTSV4RRFFQ69G5FAV",
	} {
		if got := leaf.Number(uuid.MustParse(id)); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
		if got, err := leaf.ParseNumber(want); err != nil || got.String() != id {
			t.Errorf("%s: %s, %v; want %s", want, got, err, id)
		}
	}
	typed := "yx oiar-z3nd-ekts-v4rr-ffq6-9g5f-av"
	if got, err := leaf.ParseNumber(typed); err != nil || leaf.Number(got) != "YX01ARZ3NDEKTSV4RRFFQ69G5FAV" {
		t.Errorf("typed by hand: %s, %v", got, err)
	}
	for _, s := range []string{
		"", "YX", "YX8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "YX01ARZ3NDEKTSV4RRFFQ69G5FA", "YX01ARZ3NDEKTSV4RRFFQ69G5FAVV",
		"YX01ARZ3NDEKTSV4RRFFQ69G5FAU", "XY01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAV",
		"YX01ARZ3NDEKTSV4RRFFQ69G5F存", strings.Repeat("-", 1000) + "YX01ARZ3NDEKTSV4RRFFQ69G5FAV",
	} {
		if id, err := leaf.ParseNumber(s); err == nil {
			t.Errorf("%q read as %s", s, id)
		}
	}
}

func TestNumberRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		if got, err := leaf.ParseNumber(leaf.Number(id)); err != nil || got != id {
			t.Fatalf("%s came back as %s, %v", id, got, err)
		}
	})
}

func sample(t testing.TB) []byte {
	t.Helper()
	b, err := leaf.Leaf{
		Kind: "use", At: time.Date(2026, 3, 1, 1, 30, 0, 5000, time.UTC), Commitment: make([]byte, leaf.CommitmentSize),
	}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLeafHasOneSpelling(t *testing.T) {
	t.Parallel()
	good := sample(t)
	want := `{"at":"2026-03-01T01:30:00.000005Z","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","kind":"use","v":1}`
	if string(good) != want {
		t.Errorf("leaf %s, want %s", good, want)
	}
	if l, err := leaf.Parse(good); err != nil || l.Kind != "use" || l.Time() != "2026-03-01T01:30:00.000005Z" {
		t.Errorf("leaf read as %+v, %v", l, err)
	}
	for name, change := range map[string][2]string{
		"space":       {`,"kind"`, `, "kind"`},
		"version":     {`"v":1`, `"v":2`},
		"more":        {`"v":1`, `"v":1,"x":1`},
		"case":        {`"kind"`, `"Kind"`},
		"order":       {`"kind":"use","v":1`, `"v":1,"kind":"use"`},
		"twice":       {`"v":1`, `"v":2,"v":1`},
		"time zone":   {`05Z`, `05+00:00`},
		"short time":  {`.000005Z`, `Z`},
		"short hash":  {`AAAA`, ``},
		"loose bits":  {`AAA=`, `AAB=`},
		"kind":        {`use`, `用`},
		"trailing":    {`}`, `} `},
		"not at all":  {want, `null`},
		"not JSON":    {want, `{`},
		"number kind": {`"use"`, `7`},
	} {
		if l, err := leaf.Parse([]byte(strings.Replace(want, change[0], change[1], 1))); err == nil {
			t.Errorf("%s: read as %+v", name, l)
		}
	}
}

// An opening must fit one number only and one body only.
func TestLeafIsCanonical(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := leaf.Leaf{Kind: rapid.StringMatching(`[a-z][a-z0-9.-]{0,31}`).Draw(t, "kind"),
			At:         time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "at")),
			Commitment: rapid.SliceOfN(rapid.Byte(), leaf.CommitmentSize, leaf.CommitmentSize).Draw(t, "commitment")}
		got, err := l.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		want, err := leaf.Canonical(json.RawMessage(got))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s, canonical %s (%v)", got, want, err)
		}
	})
}

func TestCommitment(t *testing.T) {
	t.Parallel()
	salt, id := make([]byte, leaf.SaltSize), uuid.UUID{1}
	base := leaf.Commit(salt, id, []byte("body"))
	for name, other := range map[string][]byte{
		"salt": leaf.Commit(bytes.Repeat([]byte{1}, leaf.SaltSize), id, []byte("body")),
		"id":   leaf.Commit(salt, uuid.UUID{2}, []byte("body")),
		"body": leaf.Commit(salt, id, []byte("bodY")),
	} {
		if bytes.Equal(base, other) {
			t.Errorf("another %s gives the same commitment", name)
		}
	}
}

func TestFilesRefused(t *testing.T) {
	t.Parallel()
	salt := `"` + strings.Repeat("A", 43) + `="`
	receipt := `{"no":"YX","leaf":"e30=","salt":` + salt + `,"body":"e30=","promise":""}`
	if _, err := leaf.ParseReceipt([]byte(receipt)); err != nil {
		t.Errorf("receipt: %v", err)
	}
	proof := `{"no":"YX","index":0,"size":1,"hashes":[],"checkpoint":"x"}`
	if _, err := leaf.ParseProof([]byte(proof)); err != nil {
		t.Errorf("proof: %v", err)
	}
	for name, s := range map[string]string{
		"empty":      "",
		"array":      "[]",
		"trailing":   receipt + "{}",
		"short salt": strings.Replace(receipt, salt, `"AA=="`, 1),
		"unknown":    strings.Replace(receipt, `"no"`, `"number"`, 1),
		"no base64":  strings.Replace(receipt, `e30=`, `e3`, 1),
		"large":      receipt + strings.Repeat(" ", leaf.MaxFile),
	} {
		if _, err := leaf.ParseReceipt([]byte(s)); !errors.Is(err, leaf.ErrFile) {
			t.Errorf("receipt, %s: %v", name, err)
		}
	}
	for name, change := range map[string][2]string{
		"index beyond":  {`"index":0`, `"index":1`},
		"negative":      {`"index":0`, `"index":-1`},
		"no checkpoint": {`"x"`, `""`},
	} {
		if _, err := leaf.ParseProof([]byte(strings.Replace(proof, change[0], change[1], 1))); !errors.Is(err, leaf.ErrFile) {
			t.Errorf("proof, %s: %v", name, err)
		}
	}
}

func FuzzLeaf(f *testing.F) {
	f.Add(sample(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := leaf.Parse(b)
		if err != nil {
			return
		}
		if again, err := l.Bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s reads back as %s, %v", b, again, err)
		}
	})
}

func FuzzNumber(f *testing.F) {
	f.Add("YX01ARZ3NDEKTSV4RRFFQ69G5FAV")
	f.Add("yx oiar-z3nd-ekts-v4rr-ffq6-9g5f-av")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := leaf.ParseNumber(s)
		if err != nil {
			return
		}
		if again, err := leaf.ParseNumber(leaf.Number(id)); err != nil || again != id {
			t.Errorf("%q: %s reads back as %s, %v", s, id, again, err)
		}
	})
}
