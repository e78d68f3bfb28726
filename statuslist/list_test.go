package statuslist_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/yinxin-org/yinxin/statuslist"
)

// The lists of the draft decode to the statuses that it names and to no others, and give the same again when encoded here.
func TestVectors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Clause   string                    `json:"clause"`
		Bits     int                       `json:"bits"`
		List     string                    `json:"lst"`
		Entries  int                       `json:"entries"`
		Statuses map[int]statuslist.Status `json:"statuses"`
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) != 6 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		t.Run(fmt.Sprintf("%s of %d bits", v.Clause, v.Bits), func(t *testing.T) {
			t.Parallel()
			l := parse(t, fmt.Sprintf(`{"bits":%d,"lst":%q}`, v.Bits, v.List))
			again, err := json.Marshal(l)
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range []*statuslist.List{l, parse(t, string(again))} {
				if got.Bits() != v.Bits || got.Len() != v.Entries {
					t.Fatalf("%d entries of %d bits, want %d of %d", got.Len(), got.Bits(), v.Entries, v.Bits)
				}
				for i := range got.Len() {
					if s, err := got.Get(i); err != nil || s != v.Statuses[i] {
						t.Fatalf("entry %d is %d (%v), want %d", i, s, err, v.Statuses[i])
					}
				}
			}
		})
	}
}

func parse(t testing.TB, text string) *statuslist.List {
	t.Helper()
	var l statuslist.List
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		t.Fatal(err)
	}
	return &l
}

// A list keeps what was last set, whatever stands beside it.
func TestSetAndGet(t *testing.T) {
	t.Parallel()
	for _, bits := range []int{1, 2, 4, 8} {
		r := rand.New(rand.NewPCG(uint64(bits), 7))
		l, err := statuslist.New(bits, 1000)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]statuslist.Status, l.Len())
		for range 5000 {
			i, s := r.IntN(l.Len()), statuslist.Status(r.IntN(1<<bits))
			want[i] = s
			if err := l.Set(i, s); err != nil {
				t.Fatal(err)
			}
		}
		for i, s := range want {
			if got, err := l.Get(i); err != nil || got != s {
				t.Fatalf("%d bits: entry %d is %d (%v), want %d", bits, i, got, err, s)
			}
		}
	}
}

func TestListRefused(t *testing.T) {
	t.Parallel()
	l, err := statuslist.New(4, 3)
	if err != nil {
		t.Fatal(err)
	}
	if l.Len() != 4 {
		t.Errorf("3 entries of 4 bits give %d", l.Len())
	}
	_, bits := statuslist.New(3, 8)
	_, none := statuslist.New(4, 0)
	_, huge := statuslist.New(8, statuslist.MaxBytes+1)
	_, below := l.Get(-1)
	_, above := l.Get(4)
	_, empty := json.Marshal(&statuslist.List{})
	for name, c := range map[string]struct{ got, want error }{
		"bits": {bits, statuslist.ErrBits}, "none": {none, statuslist.ErrSize}, "huge": {huge, statuslist.ErrSize},
		"below": {below, statuslist.ErrIndex}, "above": {above, statuslist.ErrIndex}, "set above": {l.Set(4, 0), statuslist.ErrIndex},
		"too big": {l.Set(0, 16), statuslist.ErrStatus}, "no list": {empty, statuslist.ErrBits},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

func packed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEncodedListRefused(t *testing.T) {
	t.Parallel()
	b64 := base64.RawURLEncoding.EncodeToString
	good := packed(t, []byte{1, 2, 3})
	broken := bytes.Clone(good)
	broken[len(broken)-1] ^= 1
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"bits":           {`{"bits":3,"lst":"` + b64(good) + `"}`, statuslist.ErrBits},
		"no bits":        {`{"lst":"` + b64(good) + `"}`, statuslist.ErrBits},
		"words for bits": {`{"bits":"4","lst":"` + b64(good) + `"}`, statuslist.ErrFormat},
		"no list":        {`{"bits":4}`, statuslist.ErrFormat},
		"null":           {`{"bits":4,"lst":null}`, statuslist.ErrFormat},
		"padded":         {`{"bits":4,"lst":"` + base64.URLEncoding.EncodeToString(packed(t, []byte{1})) + `"}`, statuslist.ErrFormat},
		"not packed":     {`{"bits":4,"lst":"` + b64([]byte("plain")) + `"}`, statuslist.ErrFormat},
		"cut off":        {`{"bits":4,"lst":"` + b64(good[:len(good)-3]) + `"}`, statuslist.ErrFormat},
		"broken":         {`{"bits":4,"lst":"` + b64(broken) + `"}`, statuslist.ErrFormat},
		"more behind":    {`{"bits":4,"lst":"` + b64(append(bytes.Clone(good), 0)) + `"}`, statuslist.ErrFormat},
		"empty":          {`{"bits":4,"lst":"` + b64(packed(t, nil)) + `"}`, statuslist.ErrFormat},
		"bomb":           {`{"bits":4,"lst":"` + b64(packed(t, make([]byte, 64<<20))) + `"}`, statuslist.ErrSize},
	} {
		var l statuslist.List
		if err := json.Unmarshal([]byte(c.text), &l); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Whatever is read gives the same list again when it is written.
func FuzzList(f *testing.F) {
	f.Add([]byte(`{"bits":1,"lst":"eNrbuRgAAhcBXQ"}`))
	f.Add([]byte(`{"bits":2,"lst":"eNo76fITAAPfAgc"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var l, again statuslist.List
		if json.Unmarshal(text, &l) != nil || l.Bits() == 0 {
			return
		}
		out, err := json.Marshal(&l)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil || again.Len() != l.Len() || again.Bits() != l.Bits() {
			t.Fatalf("read again: %v", err)
		}
		for i := range min(l.Len(), 1000) {
			a, _ := l.Get(i)
			b, _ := again.Get(i)
			if a != b {
				t.Fatalf("entry %d: %d and %d", i, a, b)
			}
		}
	})
}
