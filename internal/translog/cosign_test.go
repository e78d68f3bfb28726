package translog_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/translog"
)

func cosigner(t testing.TB, name string) *translog.Signer {
	t.Helper()
	seed := sha256.Sum256([]byte("key of " + name))
	s, err := translog.NewCosigner(name, ed25519.NewKeyFromSeed(seed[:]), func() time.Time { return time.Unix(1679315147, 0) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func cosigned(t testing.TB, signed []byte, by ...*translog.Signer) []byte {
	t.Helper()
	text, err := translog.NoteText(signed)
	if err != nil {
		t.Fatal(err)
	}
	signed = bytes.Clone(signed)
	for _, s := range by {
		line, err := s.Line([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		signed = append(signed, line...)
	}
	return signed
}

// The bytes of C2SP tlog-cosignature, put together here by hand.
func TestCosignatureIsTheStandardOne(t *testing.T) {
	t.Parallel()
	text := translog.Checkpoint{Origin: origin, Size: 5, Root: translog.SM3{}.EmptyRoot()}.Text()
	signed := cosigned(t, signedCheckpoint(t, text, signers(t)...), cosigner(t, "witness.example/w1"))
	lines := strings.Split(strings.TrimSuffix(string(signed), "\n"), "\n")
	encoded, ok := strings.CutPrefix(lines[len(lines)-1], "— witness.example/w1 ")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(raw) != 4+8+64 {
		t.Fatalf("last line %q", lines[len(lines)-1])
	}
	seed := sha256.Sum256([]byte("key of witness.example/w1"))
	pub := ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
	id := sha256.Sum256(append([]byte("witness.example/w1\n\x04"), pub...))
	if !bytes.Equal(raw[:4], id[:4]) {
		t.Errorf("key id %x, want %x", raw[:4], id[:4])
	}
	if at := binary.BigEndian.Uint64(raw[4:12]); at != 1679315147 {
		t.Errorf("time %d", at)
	}
	if !ed25519.Verify(pub, []byte("cosignature/v1\ntime 1679315147\n"+text), raw[12:]) {
		t.Error("the signature is not over the time and the text")
	}
	key := fmt.Sprintf("witness.example/w1+%x+%s", id[:4], base64.StdEncoding.EncodeToString(append([]byte{4}, pub...)))
	if list, err := translog.ParseWitnesses([]byte(key + "\n")); err != nil || len(translog.Cosignatures(signed, list)) != 1 {
		t.Errorf("key %s: %v, %v", key, list, err)
	}
}

func TestCosignatures(t *testing.T) {
	t.Parallel()
	text := translog.Checkpoint{Origin: origin, Size: 5, Root: translog.SM3{}.EmptyRoot()}.Text()
	plain := signedCheckpoint(t, text, signers(t)...)
	a, b, c := cosigner(t, "a.example"), cosigner(t, "b.example"), cosigner(t, "c.example")
	all := []*translog.Key{a.Key, b.Key, c.Key}
	other := cosigned(t, signedCheckpoint(t, strings.Replace(text, "\n5\n", "\n6\n", 1), signers(t)...), a)
	stolen := other[bytes.LastIndex(other, []byte("— ")):]
	line := cosigned(t, plain, a)[len(plain):]
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.TrimPrefix(string(line), "— a.example ")))
	if err != nil {
		t.Fatal(err)
	}
	raw[11]++ // the last byte of the time
	later := fmt.Appendf(bytes.Clone(plain), "— a.example %s\n", base64.StdEncoding.EncodeToString(raw))
	for name, test := range map[string]struct {
		signed []byte
		want   int
	}{
		"none":                   {plain, 0},
		"two of three":           {cosigned(t, plain, c, a), 2},
		"one twice":              {cosigned(t, plain, a, a), 1},
		"under another tree":     {append(bytes.Clone(plain), stolen...), 0},
		"at another time":        {later, 0},
		"a stranger's":           {cosigned(t, plain, cosigner(t, "d.example")), 0},
		"the log's in its place": {cosigned(t, plain, signers(t)[0]), 0},
		"no note":                {[]byte("hello"), 0},
	} {
		if got := translog.Cosignatures(test.signed, all); len(got) != test.want {
			t.Errorf("%s: %d cosignatures, want %d", name, len(got), test.want)
		}
	}
	if _, err := translog.OpenCheckpoint(cosigned(t, plain, a, b, c), keysOf(signers(t))); err != nil {
		t.Errorf("a cosigned checkpoint is still the log's: %v", err)
	}
}

func TestWitnessKeysRefused(t *testing.T) {
	t.Parallel()
	a, b := cosigner(t, "a.example").String(), cosigner(t, "b.example").String()
	if list, err := translog.ParseWitnesses([]byte(a + "\r\n\n" + b + "\n")); err != nil || len(list) != 2 {
		t.Errorf("two keys: %v, %v", list, err)
	}
	seed := sha256.Sum256([]byte("key of a.example"))
	again, err := translog.NewCosigner("another-name.example", ed25519.NewKeyFromSeed(seed[:]), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for name, pub := range map[string]string{
		"twice": a + "\n" + a, "twice under two names": a + "\n" + again.String(), "a log's": signers(t)[0].String(), "torn": a[:20],
	} {
		if list, err := translog.ParseWitnesses([]byte(pub)); err == nil {
			t.Errorf("%s: read as %v", name, list)
		}
	}
	if keys, err := translog.ParseKeys([]byte(a)); err == nil {
		t.Errorf("a witness's key passes as a log's: %v", keys)
	}
}

func FuzzCosigned(f *testing.F) {
	text := translog.Checkpoint{Origin: origin, Size: 5, Root: translog.SM3{}.EmptyRoot()}.Text()
	a, b := cosigner(f, "a.example"), cosigner(f, "b.example")
	plain := signedCheckpoint(f, text, signers(f)...)
	f.Add(cosigned(f, plain, a, b))
	f.Add(plain)
	keys := []*translog.Key{a.Key, b.Key}
	f.Fuzz(func(t *testing.T, signed []byte) {
		list := translog.Cosignatures(signed, keys)
		for _, c := range list {
			if got, err := translog.NoteText(signed); err != nil || got != text {
				t.Errorf("%s passes as having signed %q", c.Witness.Name(), got)
			}
		}
		if len(list) > len(keys) {
			t.Errorf("%d cosignatures of %d witnesses", len(list), len(keys))
		}
	})
}
