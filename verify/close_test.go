package verify_test

import (
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

// closedByPlatform has the seals of the units given and a signature without a
// seal, by the platform's key, that closes the list.
func (w *world) closedByPlatform(t *testing.T, declared int, units ...string) *ofd.Package {
	t.Helper()
	w.cert(t, "platform", gm.Platform, made.AddDate(-1, 0, 0), made.AddDate(5, 0, 0))
	p := plain(t, declared)
	for _, unit := range units {
		w.sign(t, p, unit, nil)
	}
	if err := ses.Sign(p, ses.SignRequest{Signer: w.signers["platform"], Time: signed, Provider: "Yinxin", Close: true}); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestClosedByPlatform(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.closedByPlatform(t, 2, "a", "b")
	r := verify.File(raw(t, p), w.options(t))
	expect(t, r, verify.Valid)
	if c := r.Coverage; !c.ListClosed || c.SealsDeclared != 2 || c.SealsFound != 2 || c.Files != c.Covered {
		t.Errorf("coverage %+v", c)
	}
	if s := r.Seals[2]; s.Type != "Sign" || s.Signer != "单位 platform" || !s.SignedAt.Equal(signed) {
		t.Errorf("closing signature %+v", s)
	}

	// It stands for no seal, and nothing can be taken from under it.
	expect(t, verify.File(raw(t, w.closedByPlatform(t, 2, "a")), w.options(t)), verify.Invalid, "SEAL_MISSING")
	l := takeApart(p)
	l.replace(t, list, `<ofd:Signature ID="s005" Type="Sign" BaseLoc="/Doc_0/Signs/Sign_2/Signature.xml"/>`, "")
	for _, name := range []string{"Signature.xml", "SignedValue.dat"} {
		l.remove("Doc_0/Signs/Sign_2/" + name)
	}
	if got := found(verify.File(l.zip(t), w.options(t))); !slices.Equal(got, []string{"LIST_OPEN"}) {
		t.Errorf("closing signature taken away: %v", got)
	}
}
