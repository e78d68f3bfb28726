package verify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/verify"
)

// certificateAttacks use seals and certificates outside their limits.
func certificateAttacks() []attack {
	return slices.DeleteFunc(certificateCases(), func(a attack) bool { return a.verdict == verify.Valid })
}

func certificateCases() []attack {
	return []attack{
		{"maker's certificate expired when the seal was made", func(t testing.TB, w *world) ([]byte, verify.Options) {
			w.cert(t, "maker", gm.SealMaker, made.AddDate(-1, 0, 0), made.AddDate(0, 0, -1))
			w.seal(t, "a", "a", "maker", nil)
			return w.with(t, nil), w.options(t)
		}, verify.Invalid, []string{"SEAL_MAKER_CERT/period s001"}},
		{"maker's certificate may not sign", func(t testing.TB, w *world) ([]byte, verify.Options) {
			w.cert(t, "maker", gm.Intermediate, made.AddDate(-1, 0, 0), made.AddDate(1, 0, 0))
			w.seal(t, "a", "a", "maker", nil)
			return w.with(t, nil), w.options(t)
		}, verify.Invalid, []string{"SEAL_MAKER_CERT/usage s001"}},
		{"seal made by its signer", func(t testing.TB, w *world) ([]byte, verify.Options) {
			w.seal(t, "a", "a", "a", nil)
			return w.with(t, nil), w.options(t)
		}, verify.Untrusted, []string{"SEAL_MAKER_CERT/self s001"}},
		{"signer's certificate may not sign", func(t testing.TB, w *world) ([]byte, verify.Options) {
			w.cert(t, "a", gm.Intermediate, made.AddDate(-1, 0, 0), made.AddDate(1, 0, 0))
			w.seal(t, "a", "a", "maker", nil)
			return w.with(t, nil), w.options(t)
		}, verify.Invalid, []string{"SIGNER_CERT/usage s001"}},
		{"signer's certificate expired since", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.Now = made.AddDate(20, 0, 0)
			return w.with(t, nil), o
		}, verify.Valid, nil},
		{"seal withdrawn before", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.RevokedSeals = []verify.RevokedSeal{{ID: "35010000a", At: signed.Add(-time.Hour)}}
			return w.with(t, nil), o
		}, verify.Invalid, []string{"SEAL_REVOKED s001"}},
		{"seal withdrawn after, time unproven", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.RevokedSeals = []verify.RevokedSeal{{ID: "35010000a", At: signed.Add(time.Hour)}}
			return w.with(t, nil), o
		}, verify.Untrusted, []string{"SEAL_REVOKED/unproven s001"}},
		{"another seal withdrawn", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.RevokedSeals = []verify.RevokedSeal{{ID: "35010000b", At: made}}
			return w.with(t, nil), o
		}, verify.Valid, nil},
		{"sealed in the future", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.Now = signed.Add(-time.Hour)
			return w.with(t, nil), o
		}, verify.Invalid, []string{"TIMESTAMP/future s001"}},
		{"clock a little ahead", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.Now = signed.Add(-time.Minute)
			return w.with(t, nil), o
		}, verify.Valid, nil},
		{"seal stopped at that time", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.RevokedSeals = []verify.RevokedSeal{{ID: "35010000a", At: signed.Add(-time.Hour), Until: signed.Add(time.Hour)}}
			return w.with(t, nil), o
		}, verify.Invalid, []string{"SEAL_REVOKED/stopped s001"}},
		{"seal stopped and resumed before", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.RevokedSeals = []verify.RevokedSeal{{ID: "35010000a", At: signed.Add(-2 * time.Hour), Until: signed.Add(-time.Hour)}}
			return w.with(t, nil), o
		}, verify.Valid, nil},
		{"signer's certificate revoked before", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.CRLs = w.crl(t, gm.Revocation{Cert: w.signers["a"].Cert(), At: signed.Add(-time.Hour)})
			return w.with(t, nil), o
		}, verify.Invalid, []string{"SIGNER_CERT/revoked s001"}},
		{"signer's certificate revoked after, time unproven", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.CRLs = w.crl(t, gm.Revocation{Cert: w.signers["a"].Cert(), At: signed.Add(time.Hour)})
			return w.with(t, nil), o
		}, verify.Untrusted, []string{"SIGNER_CERT/unproven s001"}},
		{"signer's certificate on hold", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.CRLs = w.hold(t, "a", signed.Add(-time.Hour))
			return w.with(t, nil), o
		}, verify.Invalid, []string{"SIGNER_CERT/suspended s001"}},
		{"maker's certificate revoked before the seal was made", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.CRLs = w.crl(t, gm.Revocation{Cert: w.signers["maker"].Cert(), At: made.Add(-time.Hour)})
			return w.with(t, nil), o
		}, verify.Invalid, []string{"SEAL_MAKER_CERT/revoked s001"}},
		{"maker's certificate on hold", func(t testing.TB, w *world) ([]byte, verify.Options) {
			o := w.options(t)
			o.CRLs = w.hold(t, "maker", made.Add(-time.Hour))
			return w.with(t, nil), o
		}, verify.Invalid, []string{"SEAL_MAKER_CERT/suspended s001"}},
		{"everything by strangers of the same names", func(t testing.TB, w *world) ([]byte, verify.Options) {
			return newWorld(t).with(t, nil), w.options(t)
		}, verify.Untrusted, []string{"SEAL_MAKER_CERT/anchor s001", "SIGNER_CERT/anchor s001"}},
		{"a signer of the same name by another authority", func(t testing.TB, w *world) ([]byte, verify.Options) {
			stranger := newWorld(t).signers["a"]
			return w.forge(t, forgery{signer: stranger}), w.options(t)
		}, verify.Invalid, []string{"SIGNER_NOT_IN_SEAL s001", "SIGNER_CERT/anchor s001", "LIST_OPEN"}},
	}
}

func TestSealsAndCertificatesWithinTheirLimits(t *testing.T) {
	t.Parallel()
	for _, c := range certificateCases() {
		if c.verdict != verify.Valid {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file, o := c.make(t, newWorld(t))
			expect(t, verify.File(file, o), c.verdict, c.want...)
		})
	}
}
