package verify_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// The seal of unit a is burned a minute after the documents of these tests were sealed, when the log had 258 leaves.
var stolen = signed.Add(time.Minute)

// burnedOptions trust the authority of a world in which the seal of unit a is burned.
func burnedOptions(t *testing.T, w *world, leaves *uint64, logged func([32]byte, string) (verify.Logged, error)) verify.Options {
	t.Helper()
	o := w.options(t)
	o.RevokedSeals = []verify.RevokedSeal{{ID: "35010000a", At: stolen, Burned: true, Leaves: leaves}}
	o.Logged = logged
	return o
}

// Under a burned seal only that is valid which stamp and log both show to be from before, and each refusal says what is
// missing.
func TestBurnedSealNeedsStampAndLog(t *testing.T) {
	t.Parallel()
	w, thief := newWorld(t), newWorld(t)
	for _, x := range []*world{w, thief} {
		x.cert(t, "tsa", gm.Timestamp, made, made.AddDate(5, 0, 0))
	}
	sealedAt := func(at time.Time, stamp func(value []byte) []byte) []byte {
		return w.with(t, func(r *ses.SignRequest) {
			if r.Time = at; stamp != nil {
				r.Timestamp = func(v []byte) ([]byte, error) { return stamp(v), nil }
			}
		})
	}
	by := func(tsa *gm.Signer, at time.Time) func([]byte) []byte {
		return func(v []byte) []byte { return token(t, tsa, v, at) }
	}
	tsa, own := w.signers["tsa"], thief.signers["tsa"]
	good := sealedAt(signed, by(tsa, signed.Add(time.Second)))
	leaves := uint64(258)
	at := func(at time.Time, index uint64) func([32]byte, string) (verify.Logged, error) {
		return func([32]byte, string) (verify.Logged, error) { return verify.Logged{At: at, Index: index}, nil }
	}
	fails := func(err error) func([32]byte, string) (verify.Logged, error) {
		return func([32]byte, string) (verify.Logged, error) { return verify.Logged{}, err }
	}
	before := at(signed.Add(2*time.Second), 257)
	cases := []struct {
		name    string
		file    []byte
		leaves  *uint64
		logged  func([32]byte, string) (verify.Logged, error)
		verdict string
		want    []string
	}{
		{"stamped and logged before", good, &leaves, before, verify.Valid, []string{"SEAL_REVOKED/burnedBefore s001"}},
		{"of a seal that is not logged", good, nil, nil, verify.Valid, []string{"SEAL_REVOKED/burnedBefore s001"}},
		{"no log at hand", good, &leaves, nil, verify.Untrusted, []string{"SEAL_REVOKED/burnedUnasked s001"}},
		{"log does not answer", good, &leaves, fails(errors.New("down")), verify.Untrusted, []string{"SEAL_REVOKED/burnedUnasked s001"}},
		{"not in the log", good, &leaves, fails(verify.ErrNotLogged), verify.Invalid, []string{"SEAL_REVOKED/burnedUnlogged s001"}},
		{"logged at the moment", good, &leaves, at(stolen, 257), verify.Invalid, []string{"SEAL_REVOKED/burnedLate s001"}},
		{"logged behind, with a time before", good, &leaves, at(signed, 258), verify.Invalid, []string{"SEAL_REVOKED/burnedLate s001"}},
		{"no stamp", sealedAt(signed, nil), &leaves, before, verify.Invalid, []string{"SEAL_REVOKED/burnedUnstamped s001"}},
		{"the thief's own authority", sealedAt(signed, by(own, signed)), &leaves, before, verify.Invalid,
			[]string{"SEAL_REVOKED/burnedUnstamped s001", "TIMESTAMP/anchor s001"}},
		{"a stamp of another file", sealedAt(signed, func([]byte) []byte { return token(t, tsa, []byte("another"), signed) }), &leaves, before,
			verify.Invalid, []string{"SEAL_REVOKED/burnedUnstamped s001", "TIMESTAMP/imprint s001"}},
		{"a damaged stamp", sealedAt(signed, func(v []byte) []byte {
			der := token(t, tsa, v, signed)
			der[len(der)-1] ^= 1
			return der
		}), &leaves, before, verify.Invalid, []string{"SEAL_REVOKED/burnedUnstamped s001", "TIMESTAMP/signature s001"}},
		{"clock set back by minutes", sealedAt(signed, by(tsa, stolen.Add(time.Minute))), &leaves, before, verify.Invalid,
			[]string{"SEAL_REVOKED/burned s001"}},
		{"clock set back by days", sealedAt(signed, by(tsa, stolen.AddDate(0, 0, 2))), &leaves, before, verify.Invalid,
			[]string{"SEAL_REVOKED/burnedUnstamped s001", "TIMESTAMP/differs s001"}},
		{"sealed at the moment", sealedAt(stolen, by(tsa, stolen)), &leaves, before, verify.Invalid, []string{"SEAL_REVOKED/burned s001"}},
	}
	for _, c := range cases {
		r := verify.File(c.file, burnedOptions(t, w, c.leaves, c.logged))
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			expect(t, r, c.verdict, c.want...)
		})
	}
}

// Evidence that ships with a file speaks for this file and no other.
func TestEvidenceOfAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cert(t, "tsa", gm.Timestamp, made, made.AddDate(5, 0, 0))
	sealed := func() []byte {
		return w.with(t, func(r *ses.SignRequest) {
			r.Timestamp = func(v []byte) ([]byte, error) { return token(t, w.signers["tsa"], v, signed), nil }
		})
	}
	file, leaves := sealed(), uint64(258)
	digest := ses.Digest(file)
	body := []byte(`{"action":"publish","file":"` + hex.EncodeToString(digest[:]) + `"}`)
	judge := func(file []byte, f logFiles) verify.Report {
		receipt, err := json.Marshal(f.receipt)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := json.Marshal(f.proof)
		if err != nil {
			t.Fatal(err)
		}
		_, logged := verify.Evidence([]byte(f.pub), receipt, proof)
		return verify.File(file, burnedOptions(t, w, &leaves, logged))
	}
	good := logFilesOf(t, "log", "license", signed, body)
	expect(t, judge(file, good), verify.Valid, "SEAL_REVOKED/burnedBefore s001")
	expect(t, judge(sealed(), good), verify.Invalid, "SEAL_REVOKED/burnedUnlogged s001")
	expect(t, judge(file, logFilesOf(t, "log", "use", signed, body)), verify.Invalid, "SEAL_REVOKED/burnedUnlogged s001")
	expect(t, judge(file, logFilesOf(t, "log", "license", stolen, body)), verify.Invalid, "SEAL_REVOKED/burnedLate s001")
	cut := good
	cut.proof.Index--
	expect(t, judge(file, cut), verify.Invalid, "SEAL_REVOKED/burnedUnlogged s001")
}
