package translog_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/yinxin-org/yinxin/internal/translog"
)

func TestTilePaths(t *testing.T) {
	t.Parallel()
	for path, tile := range map[string]translog.Tile{
		"tile/0/000":                {Level: 0, Index: 0, Width: 256},
		"tile/0/x001/x234/067":      {Level: 0, Index: 1_234_067, Width: 256},
		"tile/63/x999/999.p/255":    {Level: 63, Index: 999_999, Width: 255},
		"tile/entries/x001/000.p/1": {Level: translog.EntriesLevel, Index: 1000, Width: 1},
	} {
		if got := tile.Path(); got != path {
			t.Errorf("path %s, want %s", got, path)
		}
		if got, err := translog.ParseTile(path); err != nil || got != tile {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
	}
}

func TestTilePathsRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"", "checkpoint", "tile", "tile/", "tile/0", "tile/0/", "tile/00/000", "tile/64/000", "tile/-1/000",
		"tile/0/0", "tile/0/0000", "tile/0/x000/000", "tile/0/001/000", "tile/0/x001/x000", "tile/0/../../secret",
		"tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p", "tile/entries/+01",
		"/tile/0/000", "tile/0/000/", "tile/0/x018/x446/x744/x073/x709/x551/616",
	} {
		if tile, err := translog.ParseTile(path); err == nil {
			t.Errorf("%q read as %+v", path, tile)
		}
	}
}

func TestEd25519KeyIsTheStandardOne(t *testing.T) {
	t.Parallel()
	// The example of the note package.
	const line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
	const signed = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n" +
		"\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
	k, err := translog.ParseKey(line)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open([]byte(signed), note.VerifierList(k)); err != nil {
		t.Error(err)
	}
	if k.String() != line {
		t.Errorf("key written as %s", k)
	}

	_, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := translog.NewEd25519Signer(origin, priv)
	if err != nil {
		t.Fatal(err)
	}
	standard, err := note.NewVerifier(s.String())
	if err != nil {
		t.Fatal(err)
	}
	sig, err := s.Sign([]byte("text\n"))
	if err != nil || !standard.Verify([]byte("text\n"), sig) {
		t.Errorf("the standard verifier refuses our signature (%v)", err)
	}
}

// Verifiers elsewhere hold log.pub: how an SM2 key is written must never change.
func TestSM2KeySpelling(t *testing.T) {
	t.Parallel()
	const want = "yinxin.example/log+e6453ed5+/2dpdGh1Yi5jb20veWlueGluLW9yZy95aW54aW4vc20yLXNtMwQBdHKhr34d74xGlatgXJpVqzq4YHPVX8cDmkjuYRg94R3dUXe2CvLouXxbnKOFtrnH8n6SBwvtDhVeriZ6sZy6"
	if got := signers(t)[1].String(); got != want {
		t.Errorf("key written as %s", got)
	}
}

func TestKeysRefused(t *testing.T) {
	t.Parallel()
	ed, sm := signers(t)[0].String(), signers(t)[1].String()
	for name, pub := range map[string]string{
		"empty":       "",
		"blank":       "\n\n",
		"no hash":     strings.Replace(ed, "+", " ", 1),
		"wrong hash":  strings.Replace(ed, "+", "+0", 1),
		"other name":  "x" + ed,
		"cut":         sm[:len(sm)-8],
		"twice":       ed + "\n" + ed,
		"unknown":     "PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"second torn": ed + "\n" + sm[:20],
	} {
		if keys, err := translog.ParseKeys([]byte(pub)); err == nil {
			t.Errorf("%s: read as %v", name, keys)
		}
	}
	keys, err := translog.ParseKeys([]byte(ed + "\r\n" + sm + "\n"))
	if err != nil || len(keys) != 2 || keys[0].Algorithm() != translog.Ed25519 || keys[1].Algorithm() != translog.SM2 {
		t.Errorf("both keys: %v, %v", keys, err)
	}
}

func signedCheckpoint(t testing.TB, text string, list ...*translog.Signer) []byte {
	t.Helper()
	var by []note.Signer
	for _, s := range list {
		by = append(by, s)
	}
	signed, err := note.Sign(&note.Note{Text: text}, by...)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestCheckpointNeedsEveryKey(t *testing.T) {
	t.Parallel()
	both := signers(t)
	text := translog.Checkpoint{Origin: origin, Size: 5, Root: translog.SM3{}.EmptyRoot()}.Text()
	good := signedCheckpoint(t, text, both...)
	if c, err := translog.OpenCheckpoint(good, keysOf(both)); err != nil || c.Size != 5 || c.Origin != origin {
		t.Errorf("both signatures: %+v, %v", c, err)
	}
	if _, err := translog.OpenCheckpoint(good, keysOf(both[1:])); err != nil {
		t.Errorf("an unknown key's signature beside ours: %v", err)
	}
	other := translog.Checkpoint{Origin: origin, Size: 6, Root: translog.SM3{}.EmptyRoot()}.Text()
	sm2Line := func(signed []byte) []byte { return signed[bytes.LastIndex(signed, []byte("— ")):] }
	for name, signed := range map[string][]byte{
		"SM2 of another text": bytes.Replace(good, sm2Line(good), sm2Line(signedCheckpoint(t, other, both...)), 1),
		"only Ed25519":        signedCheckpoint(t, text, both[0]),
		"only SM2":            signedCheckpoint(t, text, both[1]),
		"other size":          bytes.Replace(good, []byte("\n5\n"), []byte("\n6\n"), 1),
		"unsigned":            []byte(text),
		"extension":           signedCheckpoint(t, text+"more\n", both...),
	} {
		if _, err := translog.OpenCheckpoint(signed, keysOf(both)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzCheckpoint(f *testing.F) {
	text := translog.Checkpoint{Origin: origin, Size: 5, Root: translog.SM3{}.EmptyRoot()}.Text()
	f.Add(text)
	f.Add("a\n0\n\n")
	f.Add("a\n05\n" + strings.Repeat("A", 43) + "=\n")
	keys := keysOf(signers(f))
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := translog.ParseCheckpoint(s); err == nil && c.Text() != s {
			t.Errorf("%q reads back as %q", s, c.Text())
		}
		if _, err := translog.OpenCheckpoint([]byte(s), keys); err == nil {
			t.Errorf("%q passes as signed", s)
		}
	})
}

func FuzzTilePath(f *testing.F) {
	f.Add("tile/0/x001/x234/067.p/5")
	f.Add("tile/entries/000")
	f.Fuzz(func(t *testing.T, s string) {
		if tile, err := translog.ParseTile(s); err == nil && tile.Path() != s {
			t.Errorf("%q reads back as %q", s, tile.Path())
		}
	})
}

func FuzzKeys(f *testing.F) {
	for _, s := range signers(f) {
		f.Add([]byte(s.String() + "\n"))
	}
	f.Fuzz(func(t *testing.T, pub []byte) {
		keys, err := translog.ParseKeys(pub)
		for _, k := range keys {
			if again, err := translog.ParseKey(k.String()); err != nil || again.KeyHash() != k.KeyHash() {
				t.Errorf("key %s does not read back: %v", k, err)
			}
		}
		if err == nil && len(keys) == 0 {
			t.Error("neither keys nor an error")
		}
	})
}

func FuzzBundle(f *testing.F) {
	f.Add([]byte{0, 1, 'a', 0, 0})
	f.Add([]byte{0, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := translog.ParseBundle(data)
		if err != nil {
			return
		}
		n := 0
		for _, e := range list {
			n += 2 + len(e)
		}
		if n != len(data) || len(list) > translog.TileWidth {
			t.Errorf("%d entries use %d of %d bytes", len(list), n, len(data))
		}
	})
}
