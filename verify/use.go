package verify

import (
	"crypto/ecdsa"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"github.com/yinxin-org/yinxin/internal/access/usecode"
)

// UseGrant is what a platform signed of a use grant (用证码): this license, for this case, to this clerk of this unit,
// from when until when. Whether it was ended before its time only the platform knows.
type UseGrant struct {
	ID      string // of the grant
	License string
	Case    string // case number
	Clerk   string // account
	Unit    string
	From    time.Time
	Until   time.Time // it is over at this moment
}

// Live reports whether a moment lies within the grant's time.
func (g UseGrant) Live(at time.Time) bool { return !at.Before(g.From) && at.Before(g.Until) }

// Use reads the code of a use grant that was shown, and reports whether the platform with this SM2 key signed it. It
// needs no connection to the platform.
func Use(platform *ecdsa.PublicKey, code string) (UseGrant, bool) {
	c, err := usecode.Parse(code)
	if err != nil || !sm2.IsSM2PublicKey(platform) || !sm2.VerifyASN1WithSM2(platform, nil, c.Signed, c.Signature) {
		return UseGrant{}, false
	}
	g, err := c.Grant()
	if err != nil {
		return UseGrant{}, false
	}
	return UseGrant{ID: g.ID, License: g.License, Case: g.Case, Clerk: g.Clerk, Unit: g.Unit,
		From: time.UnixMicro(g.From).UTC(), Until: time.UnixMicro(g.Until).UTC()}, true
}
