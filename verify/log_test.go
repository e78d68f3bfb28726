package verify_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/verify"
)

const logOrigin = "yinxin.example/log"

type logSM2 struct{ *sm2.PrivateKey }

func (k logSM2) Public() *ecdsa.PublicKey { return &k.PublicKey }

func (k logSM2) Sign(tbs []byte) ([]byte, error) { return k.SignWithSM2(rand.Reader, nil, tbs) }

// logFiles are the three files of a piece of evidence, taken apart so that tests can change them.
type logFiles struct {
	pub     string
	receipt leaf.Receipt
	proof   leaf.Proof
}

func (f logFiles) verify(t testing.TB) verify.LogReport {
	t.Helper()
	receipt, err := json.Marshal(f.receipt)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := json.Marshal(f.proof)
	if err != nil {
		t.Fatal(err)
	}
	return verify.Log([]byte(f.pub), receipt, proof)
}

func logSigners(t testing.TB, seedText string) (ed, sm *translog.Signer) {
	t.Helper()
	seed := sha256.Sum256([]byte(seedText))
	ed, err := translog.NewEd25519Signer(logOrigin, ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		t.Fatal(err)
	}
	priv, err := sm2.NewPrivateKey(seed[:])
	if err != nil {
		t.Fatal(err)
	}
	sm, err = translog.NewSM2Signer(logOrigin, logSM2{priv})
	if err != nil {
		t.Fatal(err)
	}
	return ed, sm
}

func makeLogFiles(t testing.TB, seedText string) logFiles {
	t.Helper()
	return logFilesOf(t, seedText, "use", time.Date(2026, 3, 1, 1, 30, 0, 0, time.UTC), []byte(`{"purpose":"食品经营许可<新办>"}`))
}

// logFilesOf are the files of a record that stands at 257 of a log of 300.
func logFilesOf(t testing.TB, seedText, kind string, at time.Time, body []byte) logFiles {
	t.Helper()
	ed, sm := logSigners(t, seedText)
	id, salt := uuid.UUID{1, 2, 3}, bytes.Repeat([]byte{7}, leaf.SaltSize)
	data, err := leaf.Leaf{Kind: kind, At: at, Commitment: leaf.Commit(salt, id, body)}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var hasher translog.SM3
	promise, err := ed.Sign(leaf.PromiseText(logOrigin, hasher.HashLeaf(data)))
	if err != nil {
		t.Fatal(err)
	}
	store, err := translog.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	log, err := translog.Open(context.Background(), store, hasher, ed, sm)
	if err != nil {
		t.Fatal(err)
	}
	entries := make([][]byte, 300)
	for i := range entries {
		entries[i] = []byte{byte(i)}
	}
	entries[257] = data
	head, err := log.Append(context.Background(), entries)
	if err != nil {
		t.Fatal(err)
	}
	_, hashes, err := log.Inclusion(context.Background(), head, 257)
	if err != nil {
		t.Fatal(err)
	}
	no := leaf.Number(id)
	return logFiles{
		pub:     ed.String() + "\n" + sm.String() + "\n",
		receipt: leaf.Receipt{No: no, Leaf: data, Salt: salt, Body: body, Promise: promise},
		proof:   leaf.Proof{No: no, Index: 257, Size: 300, Hashes: hashes, Checkpoint: string(head.Signed)},
	}
}

func TestLogValid(t *testing.T) {
	t.Parallel()
	f := makeLogFiles(t, "log")
	r := f.verify(t)
	if r.Verdict != verify.LogValid || len(r.Causes) != 0 {
		t.Fatalf("report %+v", r)
	}
	if r.Kind != "use" || r.At != "2026-03-01T01:30:00.000000Z" || r.Index != 257 || r.Size != 300 || r.Origin != logOrigin {
		t.Errorf("report %+v", r)
	}
	if !bytes.Equal(r.Body, f.receipt.Body) || r.No != f.receipt.No {
		t.Errorf("record %s with body %s", r.No, r.Body)
	}
	if out, err := json.Marshal(r); err != nil || !bytes.Contains(out, []byte(`"causes":[]`)) {
		t.Errorf("as JSON: %s, %v", out, err)
	}
}

func TestLogInvalid(t *testing.T) {
	t.Parallel()
	foreign := makeLogFiles(t, "another log")
	good := makeLogFiles(t, "log")
	for _, c := range []struct {
		name   string
		change func(f *logFiles)
		want   string // codes, in order
	}{
		{"other body", func(f *logFiles) { f.receipt.Body = []byte(`{}`) }, "LOG_COMMITMENT"},
		{"other salt", func(f *logFiles) { f.receipt.Salt = make([]byte, leaf.SaltSize) }, "LOG_COMMITMENT"},
		{"body not JSON", func(f *logFiles) { f.receipt.Body = []byte(`{`) }, "LOG_COMMITMENT"},
		{"other number", func(f *logFiles) {
			f.receipt.No = leaf.Number(uuid.UUID{9})
			f.proof.No = f.receipt.No
		}, "LOG_COMMITMENT"},
		{"numbers differ", func(f *logFiles) { f.proof.No = leaf.Number(uuid.UUID{9}) }, "LOG_NUMBER"},
		{"number respelled", func(f *logFiles) {
			f.receipt.No = strings.ToLower(f.receipt.No)
			f.proof.No = f.receipt.No
		}, "LOG_NUMBER"},
		{"other leaf", func(f *logFiles) {
			f.receipt.Leaf = bytes.Replace(f.receipt.Leaf, []byte("use"), []byte("xxx"), 1)
		}, "LOG_PROMISE LOG_INCLUSION"},
		{"leaf respelled", func(f *logFiles) { f.receipt.Leaf = append([]byte(" "), f.receipt.Leaf...) }, "LOG_LEAF LOG_PROMISE LOG_INCLUSION"},
		{"no promise", func(f *logFiles) { f.receipt.Promise = nil }, "LOG_PROMISE"},
		{"foreign promise", func(f *logFiles) { f.receipt.Promise = foreign.receipt.Promise }, "LOG_PROMISE"},
		{"foreign keys", func(f *logFiles) { f.pub = foreign.pub }, "LOG_PROMISE LOG_CHECKPOINT"},
		{"only Ed25519 given", func(f *logFiles) { f.pub, _, _ = strings.Cut(f.pub, "\n") }, ""},
		{"only SM2 given", func(f *logFiles) { _, f.pub, _ = strings.Cut(f.pub, "\n") }, "LOG_KEYS"},
		{"SM2 signature taken off", func(f *logFiles) {
			at := strings.LastIndex(f.proof.Checkpoint, "— ")
			f.proof.Checkpoint = f.proof.Checkpoint[:at]
		}, "LOG_CHECKPOINT"},
		{"foreign checkpoint", func(f *logFiles) { f.proof.Checkpoint = foreign.proof.Checkpoint }, "LOG_CHECKPOINT"},
		{"other index", func(f *logFiles) { f.proof.Index = 256 }, "LOG_INCLUSION"},
		{"other size", func(f *logFiles) { f.proof.Size = 301 }, "LOG_CHECKPOINT"},
		{"hash missing", func(f *logFiles) { f.proof.Hashes = f.proof.Hashes[1:] }, "LOG_INCLUSION"},
		{"hash changed", func(f *logFiles) { f.proof.Hashes = append([][]byte{make([]byte, 32)}, f.proof.Hashes[1:]...) }, "LOG_INCLUSION"},
		{"no keys", func(f *logFiles) { f.pub = "" }, "LOG_KEYS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := good
			c.change(&f)
			r := f.verify(t)
			if got := codes(r); got != c.want {
				t.Errorf("causes %q, want %q", got, c.want)
			}
			if (r.Verdict == verify.LogValid) != (c.want == "") {
				t.Errorf("verdict %s", r.Verdict)
			}
			for _, cause := range r.Causes {
				if cause.Zh == "" || cause.En == "" {
					t.Errorf("%s has no words", cause.Code)
				}
			}
		})
	}
}

func codes(r verify.LogReport) string {
	var list []string
	for _, c := range r.Causes {
		list = append(list, c.Code)
	}
	return strings.Join(list, " ")
}

func TestLogMalformedFiles(t *testing.T) {
	t.Parallel()
	r := verify.Log(nil, []byte("{"), []byte("[]"))
	if got := codes(r); got != "LOG_KEYS LOG_RECEIPT LOG_PROOF" || r.Verdict != verify.LogInvalid {
		t.Errorf("report %+v", r)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

// Whatever the files hold, there is an answer that can be written as JSON, and it is valid only for the
// record that was signed.
func FuzzLog(f *testing.F) {
	good := makeLogFiles(f, "log")
	receipt, err := json.Marshal(good.receipt)
	if err != nil {
		f.Fatal(err)
	}
	proof, err := json.Marshal(good.proof)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(good.pub), receipt, proof)
	want := base64.StdEncoding.EncodeToString(good.receipt.Body)
	f.Fuzz(func(t *testing.T, pub, receipt, proof []byte) {
		r := verify.Log(pub, receipt, proof)
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
		if got := base64.StdEncoding.EncodeToString(r.Body); r.Verdict == verify.LogValid && got != want {
			t.Errorf("%s passes as valid", r.Body)
		}
	})
}
