package access

import (
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/recent"
	"github.com/yinxin-org/yinxin/test/specimen"
)

// BenchmarkDecisionAndTokens is what a use in a case costs of processor for deciding, for the grant and its token, both
// signed, and for the token's check when it is redeemed, where the rules decide again. It is to stay below 150 µs.
func BenchmarkDecisionAndTokens(b *testing.B) {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		b.Fatal(err)
	}
	if err := keys.Generate(b.Context(), "use"); err != nil {
		b.Fatal(err)
	}
	signer, err := keys.Signer("use")
	if err != nil {
		b.Fatal(err)
	}
	r, err := readRules()
	if err != nil {
		b.Fatal(err)
	}
	d := &Door{o: Options{Signer: signer}, rules: r, written: recent.New[[32]byte, struct{}](tokensKnown)}
	var f facts
	for _, file := range caseFiles(b) {
		if file.Ground == Case {
			f = policyCase{}.facts(b, file)
		}
	}
	now := time.Now()
	defer specimen.CPU(b)()
	for b.Loop() {
		reasons, err := d.rules.decide(f)
		if err != nil || len(reasons) > 0 {
			b.Fatal(err, reasons)
		}
		g := grant{id: db.NewID(), accountID: "clerk", unitID: "unit", createdAt: now, expiresAt: now.Add(grantLife),
			ask: Ask{CaseNo: "3501022026030200000000", LicenseHolderID: db.NewRandomID(), LicenseID: db.NewID()}}
		_, secret, err := d.write(g, newNonce())
		if err != nil {
			b.Fatal(err)
		}
		if _, ok := d.readToken(secret); !ok {
			b.Fatal("its own token is not known")
		}
		if reasons, err = d.rules.decide(f); err != nil || len(reasons) > 0 {
			b.Fatal(err, reasons)
		}
	}
}
